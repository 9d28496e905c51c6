import type { Label, Member } from "./types.js";

/** What the API is asked for, made of what somebody typed. */
export interface SearchQuery {
  q: string;
  from?: string;
  in?: string;
  is?: string;
  label?: string;
  since?: string;
  before?: string;
  /** Operators nothing is known for, as they were typed. */
  unknown: string[];
}

const fold = (text: string) => text.toLocaleLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
const named = <T extends { id: string; name: string }>(list: readonly T[], name: string): T | undefined =>
  list.find((one) => fold(one.name) === fold(name)) ?? list.find((one) => fold(one.name).startsWith(fold(name)));

/** 2026-01-31, or a number of days such as 7d. */
function day(value: string, now: Date): string | undefined {
  const days = /^(\d{1,4})d$/.exec(value);
  if (days) return new Date(now.getTime() - Number(days[1]) * 86_400_000).toISOString();
  const date = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value);
  if (!date) return undefined;
  const found = new Date(Number(date[1]), Number(date[2]) - 1, Number(date[3]));
  return Number.isNaN(found.getTime()) ? undefined : found.toISOString();
}

/** Reads `from: in: is: label: before: after:` out of a search; the rest is words. Values of several words stand in quotes. */
export function parseSearch(
  text: string,
  known: {
    members: readonly Member[];
    labels: readonly Label[];
    channels: readonly { id: string; name: string; kind: string }[];
  },
  now: Date,
): SearchQuery {
  const query: SearchQuery = { q: "", unknown: [] };
  const rest = text.replace(
    /(^|\s)(from|in|is|label|before|after):(?:"([^"]*)"|(\S+))/gi,
    (whole, space: string, name: string, quoted?: string, bare?: string) => {
      const value = (quoted ?? bare ?? "").trim();
      const put = (key: "from" | "in" | "is" | "label" | "since" | "before", found: string | undefined) => {
        if (found === undefined) query.unknown.push(whole.trim());
        else query[key] = found;
      };
      switch (name.toLowerCase()) {
        case "from":
          put("from", ["contact", "agent", "me"].includes(value) ? value : named(known.members, value)?.id);
          break;
        case "in":
          put(
            "in",
            known.channels.find(({ kind }) => kind === value.toLowerCase())?.kind ?? named(known.channels, value)?.id,
          );
          break;
        case "is":
          put(
            "is",
            ["open", "pending", "snoozed", "resolved"].find((one) => one === value.toLowerCase()),
          );
          break;
        case "label":
          put("label", named(known.labels, value)?.id);
          break;
        case "before":
          put("before", day(value, now));
          break;
        default:
          put("since", day(value, now));
      }
      return space;
    },
  );
  query.q = rest.replace(/\s+/g, " ").trim();
  return query;
}

/** The words to show in a hit, cut where they begin and end. */
export function highlight(text: string, q: string): { text: string; hit: boolean }[] {
  const wanted = q.split(/\s+/).filter((word) => word.length > 0);
  if (wanted.length === 0) return [{ text, hit: false }];
  const pattern = new RegExp(`(${wanted.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "giu");
  return text
    .split(pattern)
    .map((part, index) => ({ text: part, hit: index % 2 === 1 }))
    .filter((part) => part.text !== "");
}
