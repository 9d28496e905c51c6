import { useSearchParams } from "react-router";
import type { ContactFilters } from "../../../../src/wire/contacts.js";

/** What narrows the list besides the words: it stands in the address, so that a list can be passed on. */
export type ListFilters = Omit<ContactFilters, "q">;

const texts = [
  "channel",
  "language",
  "attribute",
  "attribute_value",
  "added_after",
  "added_before",
  "changed_after",
  "changed_before",
] as const satisfies readonly (keyof ListFilters)[];
export type DateFilter = "added_after" | "added_before" | "changed_after" | "changed_before";

export const dateFilters: readonly DateFilter[] = ["added_after", "added_before", "changed_after", "changed_before"];

const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}T/.test(text) && !Number.isNaN(Date.parse(text));

function read(search: URLSearchParams): ListFilters {
  const filters: Record<string, string | boolean> = {};
  for (const name of texts) {
    const value = search.get(name);
    if (value && (!(dateFilters as readonly string[]).includes(name) || isDay(value))) filters[name] = value;
  }
  if (filters.attribute === undefined) delete filters.attribute_value;
  const blocked = search.get("blocked");
  if (blocked === "true" || blocked === "false") filters.blocked = blocked === "true";
  return filters;
}

/** The filters as words of an address. */
export function addressOf(filters: ListFilters): string {
  const entries = Object.entries(filters).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  const search = new URLSearchParams(entries).toString();
  return search ? `?${search}` : "";
}

/** True when both leave the same contacts. */
export const sameFilters = (one: ContactFilters, other: ContactFilters): boolean => {
  const sorted = (filters: ContactFilters) =>
    JSON.stringify(
      Object.entries(filters)
        .filter(([, value]) => value !== undefined && value !== "")
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  return sorted(one) === sorted(other);
};

/** The filters of the address, and how to change them. */
export function useListFilters(): [ListFilters, (filters: ListFilters) => void] {
  const [search, setSearch] = useSearchParams();
  return [read(search), (filters) => setSearch(addressOf(filters).slice(1))];
}
