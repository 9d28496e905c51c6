import type { Model } from "mongoose";
import type { ContactRow, IdentityRow } from "../models/person.js";
import type { WalkRow } from "../models/walk.js";
import type { Contact, DatedAlias } from "../types.js";
import { attributeKeys, contactWords, findable, identityKeysOf, reflectIdentities } from "./contactKeys.js";
import { contactRows } from "./contactRows.js";
import type { Seals } from "./seals.js";

const walk = "contacts.blind-forms";

/**
 * Contacts of versions before there were segments have no blind forms of attributes, numbers and addresses: none of the filters
 * finds them. Goes through all contacts once, and writes what is missing. A call looks at no more than `limit` of them; what
 * somebody changes at the same moment is looked at again by the next one.
 */
export function earlierContacts(
  contacts: Model<ContactRow>,
  identities: Model<IdentityRow>,
  walks: Model<WalkRow>,
  seals: Seals,
): (limit: number, now: Date) => Promise<void> {
  const { opened } = contactRows(identities, seals);
  let done = false;

  async function contactWrite(row: ContactRow, { name, attributes, identities: own }: Contact) {
    const aliases = own.flatMap((one) => one.aliases).filter(({ until }) => until === null);
    const { _id, workspaceId, updatedAt } = row;
    return {
      updateOne: {
        filter: { _id, workspaceId, updatedAt, facets: { $exists: false } },
        update: {
          $set: {
            ...(await attributeKeys(seals, workspaceId, attributes)),
            words: await contactWords(seals, workspaceId, name, aliases, attributes),
          },
        },
      },
    };
  }

  /** Returns whether nobody came between. */
  async function fillContacts(rows: readonly ContactRow[]): Promise<boolean> {
    // Read as they lie there: what a version did not know is not in them.
    const missing = rows.filter(({ facets }: Partial<ContactRow>) => facets === undefined);
    if (missing.length === 0) return true;
    const people = new Map((await opened(missing)).map((contact) => [contact.id, contact]));
    const writes = await Promise.all(missing.map((row) => contactWrite(row, people.get(row._id)!)));
    // The facets come last: a contact that has them is not looked at again.
    for (const workspaceId of new Set(missing.map((row) => row.workspaceId))) {
      const ids = missing.filter((row) => row.workspaceId === workspaceId).map(({ _id }) => _id);
      await reflectIdentities(contacts, identities, workspaceId, ids);
    }
    const { matchedCount } = await contacts.bulkWrite(writes, { ordered: false });
    return matchedCount === missing.length;
  }

  async function identityWrite({ _id, workspaceId, accountId, aliases, aliasKeys }: IdentityRow) {
    if (!aliases) return [];
    const place = { workspaceId, collection: "identities", field: "aliases" };
    const dated = findable((await seals.openJson(place, aliases)) as DatedAlias[]);
    const keys = await identityKeysOf(seals, workspaceId, accountId, dated);
    if (keys.every((key) => aliasKeys.includes(key))) return [];
    return [{ updateOne: { filter: { _id, workspaceId, aliases }, update: { $set: { aliasKeys: keys } } } }];
  }

  async function fillIdentities(contactIds: readonly string[]): Promise<boolean> {
    const owned = await identities.find({ contactId: { $in: [...contactIds] } }).lean();
    const writes = (await Promise.all(owned.map(identityWrite))).flat();
    if (writes.length === 0) return true;
    const { matchedCount } = await identities.bulkWrite(writes, { ordered: false });
    return matchedCount === writes.length;
  }

  return async (limit, now) => {
    if (done) return;
    const position = await walks.findById(walk).lean();
    done = position !== null && position.doneAt !== null;
    if (done) return;
    const rows = await contacts
      .find({ _id: { $gt: position?.after ?? "" } })
      .sort({ _id: 1 })
      .limit(limit)
      .lean();
    const whole = (await fillIdentities(rows.map(({ _id }) => _id))) && (await fillContacts(rows));
    if (!whole) return;
    const after = rows.at(-1)?._id ?? position?.after ?? "";
    await walks.updateOne(
      { _id: walk },
      { $set: { after, doneAt: rows.length < limit ? now : null } },
      { upsert: true },
    );
  };
}
