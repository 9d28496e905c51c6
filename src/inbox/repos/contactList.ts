import type { ContactRow } from "../models/person.js";
import { decodeCursor } from "../../platform/cursor.js";
import { facetOf } from "./contactKeys.js";
import { contactTokens } from "./searchQuery.js";
import type { Seals } from "./seals.js";

/** Which contacts are wanted; all of it has to hold. */
export interface ContactFilters {
  /** Words of the name, an alias, the number or the address. */
  q?: string | undefined;
  /** A kind of channel. */
  channel?: string | undefined;
  language?: string | undefined;
  /** We blocked them. */
  blocked?: boolean | undefined;
  /** An attribute that is there, or that says something. */
  attribute?: { name: string; value?: string | undefined } | undefined;
  addedAfter?: Date | undefined;
  addedBefore?: Date | undefined;
  changedAfter?: Date | undefined;
  changedBefore?: Date | undefined;
}

export interface ContactQuery extends ContactFilters {
  limit: number;
  cursor?: string | undefined;
}

type Keys = Record<string, 1 | -1>;

/** One walk along one index: every field before those of the order is fixed, so nothing has to be sorted. */
export interface ContactWalk {
  filter: Record<string, unknown>;
  sort: Keys;
  hint: Keys;
  order: "createdAt" | "updatedAt";
}

const rangeOf = (after: Date | undefined, before: Date | undefined) =>
  after || before ? { ...(after ? { $gte: after } : {}), ...(before ? { $lt: before } : {}) } : undefined;

/**
 * The walk of a list, newest first; the last changed first when it is asked for changes. undefined: there is nothing in it.
 * What the hint does not name is looked at in the rows of the walk.
 */
export async function contactWalk(
  seals: Seals,
  workspaceId: string,
  query: Omit<ContactQuery, "limit">,
): Promise<ContactWalk | undefined> {
  const { q, channel, language, blocked, attribute } = query;
  const words = q === undefined ? undefined : await contactTokens(seals, workspaceId, q);
  if (words?.length === 0) return undefined;
  const facet = attribute && (await facetOf(seals, workspaceId, attribute.name, attribute.value));
  // The first of them leads, as a rule to the fewest rows.
  const fixed: Partial<Record<keyof ContactRow, unknown>> = {
    ...(words ? { words: { $all: words } } : {}),
    ...(blocked === true ? { blocked: true } : {}),
    ...(facet === undefined ? {} : { facets: facet }),
    ...(channel === undefined ? {} : { kinds: channel }),
    ...(language === undefined ? {} : { language }),
  };
  const added = rangeOf(query.addedAfter, query.addedBefore);
  const changed = rangeOf(query.changedAfter, query.changedBefore);
  const order = changed ? "updatedAt" : "createdAt";
  const leading = changed ? "mergedInto" : (Object.keys(fixed)[0] ?? "mergedInto");
  const after = decodeCursor(query.cursor, ["date", "string"] as const);
  const range = { ...(changed ?? added), ...(after ? { $lte: after[0] } : {}) };
  return {
    filter: {
      workspaceId,
      ...fixed,
      ...(blocked === false ? { blocked: { $ne: true } } : {}),
      mergedInto: null,
      ...(changed && added ? { createdAt: added } : {}),
      ...(Object.keys(range).length > 0 ? { [order]: range } : {}),
      ...(after ? { $or: [{ [order]: { $lt: after[0] } }, { _id: { $lt: after[1] } }] } : {}),
    },
    sort: { [order]: -1, _id: -1 },
    hint: { workspaceId: 1, [leading]: 1, [order]: -1, _id: -1 },
    order,
  };
}
