import type { Content, MediaRef, MediaRole, Referral } from "../../core/message.js";
import { compact, id, number, record, records, text, type Raw } from "../shared/read.js";
import { templateContent } from "./normalizeTemplate.js";

const roles: Record<string, MediaRole> = {
  image: "image",
  video: "video",
  audio: "audio",
  file: "document",
  reel: "video",
  ig_reel: "video",
  // A picture or a film: Meta does not say which before it is there.
  story_mention: "document",
  ig_story: "document",
};

/**
 * What a message says: its words, or each of its attachments as a content of its own (Messenger puts several into one
 * message). Words beside files become the first file's caption.
 */
export function contentsOf(message: Raw): Content[] {
  const said = text(message.text);
  const quick = record(message.quick_reply);
  const contents = records(message.attachments).map((one) => attachment(one, message));
  if (quick) {
    const choice: Content = { kind: "choice_made", optionId: text(quick.payload) ?? said ?? "", label: said ?? "" };
    return [choice, ...contents];
  }
  if (contents.length === 0) {
    if (said !== undefined) return [{ kind: "text", text: said }];
    const hint = Array.isArray(message.attachments) ? "attachment" : "message";
    return [{ kind: "unsupported", hint: message.is_unsupported === true ? "not handed over by Messenger" : hint }];
  }
  const [first, ...rest] = contents;
  if (said === undefined) return contents;
  if (first!.kind === "media") return [{ ...first, caption: said }, ...rest];
  // A link in the words comes again as an attachment of its own.
  return first!.kind === "text" && rest.length === 0
    ? [{ kind: "text", text: said.includes(first.text) ? said : `${said}\n${first.text}` }]
    : [{ kind: "text", text: said }, ...contents];
}

function attachment(given: Raw, message: Raw): Content {
  const type = text(given.type) ?? "";
  const payload = record(given.payload) ?? {};
  const url = text(payload.url);
  if (type === "image" && (payload.sticker_id ?? message.sticker_id) !== undefined && url) {
    return { kind: "media", media: mediaOf("sticker", url) };
  }
  const role = roles[type];
  if (role && url) return { kind: "media", media: { ...mediaOf(role, url), ...named(role, payload, url) } };
  switch (type) {
    case "location": {
      const place = record(payload.coordinates) ?? {};
      const [lat, lng] = [number(place.lat), number(place.long)];
      if (lat === undefined || lng === undefined) return { kind: "unsupported", hint: "location" };
      return compact({ kind: "location" as const, lat, lng, label: text(given.title) });
    }
    case "like_heart":
      return { kind: "text", text: "❤" };
    case "fallback":
    case "share":
    case "post":
    case "ig_post": {
      const link = url ?? text(given.url) ?? text(given.URL);
      const words = [text(given.title) ?? text(payload.title), link].filter((one) => one !== undefined);
      return words.length > 0 ? { kind: "text", text: words.join("\n") } : { kind: "unsupported", hint: type };
    }
    case "template":
      return templateContent(given, payload);
    default:
      return { kind: "unsupported", hint: type || "attachment" };
  }
}

/** `source` is Meta's signed address, which runs out: the file is fetched at once. */
function mediaOf(role: MediaRole, url: string): MediaRef {
  return { role, source: url };
}

function named(role: MediaRole, payload: Raw, url: string): { name?: string } {
  const given = text(payload.name) ?? text(payload.title);
  if (given) return { name: given };
  if (role !== "document" || !URL.canParse(url)) return {};
  const last = new URL(url).pathname.split("/").at(-1) ?? "";
  try {
    return last === "" ? {} : { name: decodeURIComponent(last) };
  } catch {
    return { name: last };
  }
}

/** What an advertisement, a link or a plugin said when it brought the customer. */
export function referralOf(value: unknown): Referral | undefined {
  const referral = record(value) ?? {};
  const shown = record(referral.ads_context_data);
  const ad = id(referral.ad_id);
  const product = id(record(referral.product)?.id);
  const source = text(referral.source);
  const told: Referral = compact({
    parameter: text(referral.ref) ?? ad ?? product ?? source,
    source: source === "ADS" || (source === undefined && ad !== undefined) ? "ad" : source?.toLowerCase(),
    sourceId: ad ?? product ?? id(shown?.post_id),
    url: text(referral.referer_uri),
    title: text(shown?.ad_title),
    mediaUrl: text(shown?.photo_url) ?? text(shown?.video_url),
  });
  return Object.keys(told).length > 0 ? told : undefined;
}
