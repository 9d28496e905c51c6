import type { Model } from "mongoose";
import type { Alias, Peer } from "../../core/events.js";
import type { ContactRow, IdentityRow } from "../models/person.js";
import type { DatedAlias } from "../types.js";
import type { Seals } from "./seals.js";

/** A way to reach somebody that is the same on every channel. */
export interface Reach {
  kind: "phone" | "email";
  value: string;
}

/** Blind form of an alias within an account. */
export const aliasKeyOf = (
  seals: Seals,
  workspaceId: string,
  accountId: string,
  { kind, value }: Pick<Alias, "kind" | "value">,
): Promise<string> => seals.blind(workspaceId, "alias", `${accountId}/${kind}/${value.toLowerCase()}`);

/** Kinds of ids that do not name one person for good: usernames are given away and taken over. */
const passing: readonly Alias["kind"][] = ["username", "email", "chat"];

/** Blind forms of the ids that name one person only. */
export function identifyingKeys(
  seals: Seals,
  { workspaceId, accountId, peer }: { workspaceId: string; accountId: string; peer: Peer },
): Promise<string[]> {
  const aliases = peer.group ? [] : (peer.aliases ?? []);
  const own = aliases.filter(({ kind, claimed }) => !claimed && !passing.includes(kind));
  return Promise.all(own.map((alias) => aliasKeyOf(seals, workspaceId, accountId, alias)));
}

/** What people wrote down about a contact, by name. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** One number or address in all its spellings. Empty: it is none. */
export const plainReach = ({ kind, value }: Reach): string =>
  kind === "phone" ? value.replace(/^\s*00/, "").replace(/\D/g, "") : value.trim().toLowerCase();

/** Blind form of a number or an address, the same for all accounts of a workspace. */
export const reachKeyOf = (seals: Seals, workspaceId: string, reach: Reach): Promise<string> =>
  seals.blind(workspaceId, "reach", `${reach.kind}/${plainReach(reach)}`);

/** Blind forms of the aliases by which somebody is found on whatever channel: none that somebody merely claims. */
export function reachKeysOf(seals: Seals, workspaceId: string, aliases: readonly Alias[]): Promise<string[]> {
  const reaches = aliases.flatMap(({ kind, value, claimed }) =>
    claimed || (kind !== "phone" && kind !== "email") ? [] : [{ kind, value }],
  );
  return Promise.all(reaches.map((reach) => reachKeyOf(seals, workspaceId, reach)));
}

/** What an identity is found by: its aliases within the account, and what is the same on all of them. */
export const identityKeysOf = async (
  seals: Seals,
  workspaceId: string,
  accountId: string,
  aliases: readonly Alias[],
): Promise<string[]> => [
  ...(await Promise.all(aliases.map((alias) => aliasKeyOf(seals, workspaceId, accountId, alias)))),
  ...(await reachKeysOf(seals, workspaceId, aliases)),
];

/** What of its aliases an identity is found by. An id that was given up still finds its person: what was on its way comes late. */
export const findable = (aliases: readonly DatedAlias[]): DatedAlias[] =>
  aliases.filter(({ until, kind }) => until === null || kind === "user");

/** The number and the address that people wrote down as attributes. */
export const writtenReaches = (attributes: Attributes): Reach[] =>
  (["phone", "email"] as const).flatMap((kind) => {
    const value = attributes[kind];
    const reach = { kind, value: String(value ?? "") };
    return plainReach(reach) === "" ? [] : [reach];
  });

/** Blind form of an attribute: that it is there, or what it says, in whatever case. */
export const facetOf = (seals: Seals, workspaceId: string, name: string, value?: string): Promise<string> =>
  seals.blind(workspaceId, "facet", value === undefined ? `has/${name}` : `is/${name}=${value.toLowerCase()}`);

/** What a contact is found by besides its words, as far as it follows from the attributes. */
export async function attributeKeys(
  seals: Seals,
  workspaceId: string,
  attributes: Attributes,
): Promise<Pick<ContactRow, "reachKeys" | "facets">> {
  const facets = Object.entries(attributes).flatMap(([name, value]) => [
    facetOf(seals, workspaceId, name),
    facetOf(seals, workspaceId, name, String(value)),
  ]);
  return {
    reachKeys: await Promise.all(writtenReaches(attributes).map((reach) => reachKeyOf(seals, workspaceId, reach))),
    facets: await Promise.all(facets),
  };
}

/** What a contact is searched by: the words of its name, its aliases, and the number and address among its attributes. */
export async function contactWords(
  seals: Seals,
  workspaceId: string,
  name: string | null | undefined,
  aliases: readonly Pick<Alias, "value">[],
  attributes: Attributes = {},
): Promise<string[]> {
  const text = [
    name ?? "",
    ...aliases.map(({ value }) => value),
    ...writtenReaches(attributes).map(({ value }) => value),
  ];
  return [...new Set(await seals.searchTokens(workspaceId, text.join(" "), { prefixes: true }))];
}

/** Writes into contacts what follows from their identities, after those changed: on which channels, and whether blocked. */
export async function reflectIdentities(
  contacts: Model<ContactRow>,
  identities: Model<IdentityRow>,
  workspaceId: string,
  contactIds: readonly string[],
): Promise<void> {
  const owned = await identities
    .find({ contactId: { $in: [...contactIds] }, workspaceId }, { contactId: 1, channel: 1, blockedByUs: 1 })
    .lean();
  await contacts.bulkWrite(
    contactIds.map((id) => {
      const own = owned.filter(({ contactId }) => contactId === id);
      const kinds = [...new Set(own.map(({ channel }) => channel))].sort();
      const blocked = own.some(({ blockedByUs }) => blockedByUs);
      return { updateOne: { filter: { _id: id, workspaceId }, update: { $set: { kinds, blocked } } } };
    }),
    { ordered: false },
  );
}
