import { createHash } from "node:crypto";
import type { Model } from "mongoose";
import { newId } from "../../core/ids.js";
import type { ContactRow, IdentityRow } from "../models/person.js";
import type { Told } from "../models/told.js";
import type { Contact } from "../types.js";
import { plainReach, reachKeyOf, type Reach } from "./contactKeys.js";
import { contactRows, type ContactChange } from "./contactRows.js";
import { contactTold } from "./contacts.js";
import { alsoTell } from "./outbox.js";
import type { Seals } from "./seals.js";

/** By what somebody is looked for: our id, else any of the ways to reach them. */
export interface Sought {
  id?: string | undefined;
  reaches: readonly Reach[];
}

/** Who was found, once each; those that were merged away stand for who they were found to be. */
export interface Found {
  contacts: Contact[];
  /** Which of the ways the first of them is known by already, by position. */
  known: boolean[];
}

/** One change of a batch: to a contact as it was found, or of somebody new. */
export interface BatchChange {
  contact: Contact | null;
  /** By whom somebody new is told from others: two batches at once make one contact of it. */
  reaches: readonly Reach[];
  change: ContactChange;
}

/** "taken": somebody else made or changed it since it was looked at. */
export type BatchOutcome = "done" | "taken";

/** Contacts by the hundred: a few round trips, however many there are. */
export interface ContactBatch {
  /** By position. */
  match(workspaceId: string, sought: readonly Sought[]): Promise<Found[]>;
  /** What is to be told of the changes that were made comes with them; `shownIn` are conversations by contact. */
  put(
    workspaceId: string,
    changes: readonly BatchChange[],
    now: Date,
    shownIn: ReadonlyMap<string, readonly string[]>,
  ): Promise<{ outcomes: BatchOutcome[]; told: { _id: string; workspaceId: string; tell: Told[] }[] }>;
  /** Others who share a number or an address with a contact; undefined when there is no such contact. */
  alike(workspaceId: string, contactId: string, limit: number): Promise<Contact[] | undefined>;
}

/** A contact was merged into one that was merged away, and so on: more often than this is nobody's doing. */
const mergesMost = 10;

export function contactBatch(contacts: Model<ContactRow>, identities: Model<IdentityRow>, seals: Seals): ContactBatch {
  const { opened, made, changed } = contactRows(identities, seals);

  /** Rows by id, and for those that were merged away who they were found to be. */
  async function rowsOf(workspaceId: string, ids: ReadonlySet<string>): Promise<Map<string, ContactRow>> {
    const rows = new Map<string, ContactRow>();
    let wanted = [...ids];
    for (let round = 0; wanted.length > 0 && round < mergesMost; round++) {
      const found = await contacts.find({ _id: { $in: wanted }, workspaceId }).lean();
      for (const row of found) rows.set(row._id, row);
      wanted = found.flatMap(({ mergedInto }) => (mergedInto === null || rows.has(mergedInto) ? [] : [mergedInto]));
    }
    return rows;
  }

  /** Who has these keys: among the attributes, and among the aliases. */
  async function holders(workspaceId: string, keys: readonly string[]) {
    if (keys.length === 0) return { written: [], reached: [] };
    const [written, reached] = await Promise.all([
      contacts.find({ workspaceId, reachKeys: { $in: [...keys] } }, { reachKeys: 1 }).lean(),
      identities.find({ workspaceId, aliasKeys: { $in: [...keys] } }, { contactId: 1, aliasKeys: 1 }).lean(),
    ]);
    return { written, reached };
  }

  function standing(rows: ReadonlyMap<string, ContactRow>, id: string): ContactRow | undefined {
    let row = rows.get(id);
    for (let round = 0; row?.mergedInto != null && round < mergesMost; round++) row = rows.get(row.mergedInto);
    return row;
  }

  const madeId = async (workspaceId: string, reaches: readonly Reach[]) => {
    const [first] = reaches;
    if (!first || plainReach(first) === "") return newId("contact");
    const key = await reachKeyOf(seals, workspaceId, first);
    return `ctc_${createHash("sha256").update(`written:${key}`).digest("hex").slice(0, 26)}`;
  };

  return {
    async match(workspaceId, sought) {
      const keys = await Promise.all(
        sought.map(({ reaches }) => Promise.all(reaches.map((reach) => reachKeyOf(seals, workspaceId, reach)))),
      );
      const { written, reached } = await holders(workspaceId, [...new Set(keys.flat())]);
      const owners = new Map<string, Set<string>>();
      const owns = (key: string, id: string) => owners.set(key, (owners.get(key) ?? new Set()).add(id));
      for (const row of written) for (const key of row.reachKeys) owns(key, row._id);
      for (const row of reached) for (const key of row.aliasKeys) owns(key, row.contactId);
      const wanted = new Set(sought.flatMap(({ id }) => id ?? []));
      for (const row of written) wanted.add(row._id);
      for (const row of reached) wanted.add(row.contactId);
      const rows = await rowsOf(workspaceId, wanted);
      const shown = [...rows.values()].filter(({ mergedInto }) => mergedInto === null);
      const contactOf = new Map((await opened(shown)).map((contact) => [contact.id, contact]));
      return sought.map(({ id }, index) => {
        const holdersOf = (key: string) =>
          [...(owners.get(key) ?? [])].flatMap((owner) => standing(rows, owner)?._id ?? []);
        const ids = id === undefined ? keys[index]!.flatMap(holdersOf) : [standing(rows, id)?._id ?? ""];
        const found = [...new Set(ids)].flatMap((one) => contactOf.get(one) ?? []);
        return { contacts: found, known: keys[index]!.map((key) => holdersOf(key).includes(found[0]?.id ?? "")) };
      });
    },

    async put(workspaceId, changes, now, shownIn) {
      const old = await rowsOf(workspaceId, new Set(changes.flatMap(({ contact }) => contact?.id ?? [])));
      const prepared = await Promise.all(
        changes.map(async ({ contact, reaches, change }) => {
          if (!contact) {
            const id = await madeId(workspaceId, reaches);
            const tell = contactTold(newId("event"), "contact.created", id, now, {}, []);
            const { _id, ...row } = await made(workspaceId, id, change, tell[0]!, now);
            const write = { updateOne: { filter: { _id }, update: { $setOnInsert: row }, upsert: true } };
            return { id, tell, write, attributes: undefined };
          }
          const { id } = contact;
          const rows = change.name === undefined ? [] : (shownIn.get(id) ?? []);
          const tell = contactTold(newId("event"), "contact.updated", id, now, {}, rows);
          const row = old.get(id);
          if (!row) return undefined;
          const { filter, set } = await changed(row, contact, change, now);
          const update = [{ $set: { ...set, ...alsoTell(tell, now) } }];
          const write = { updateOne: { filter: { _id: id, workspaceId, ...filter }, update } };
          return { id, tell, write, attributes: set.attributes as { $literal: unknown } | undefined };
        }),
      );
      const ready = prepared.flatMap((one) => one ?? []);
      if (ready.length === 0) return { outcomes: changes.map(() => "taken" as const), told: [] };
      // Through the driver: mongoose casts no pipelines.
      await contacts.collection.bulkWrite(ready.map(({ write }) => write) as never, { ordered: false });
      const ids = ready.map(({ id }) => id);
      const after = await contacts.find({ _id: { $in: ids }, workspaceId }, { tell: 1 }).lean();
      const toldOf = new Map(after.map((row) => [row._id, new Set((row.tell ?? []).map(({ id }) => id))]));
      const done = prepared.map((one) => one !== undefined && toldOf.get(one.id)?.has(one.tell[0]!.id) === true);
      return {
        outcomes: done.map((yes) => (yes ? "done" : "taken")),
        told: prepared.flatMap((one, index) =>
          one && done[index] ? [{ _id: one.id, workspaceId, tell: one.tell }] : [],
        ),
      };
    },

    async alike(workspaceId, contactId, limit) {
      const row = await contacts.findOne({ _id: contactId, workspaceId }, { reachKeys: 1 }).lean();
      if (!row) return undefined;
      const own = await identities.find({ contactId, workspaceId }, { aliasKeys: 1 }).limit(limit).lean();
      const keys = [...new Set([...(row.reachKeys ?? []), ...own.flatMap(({ aliasKeys }) => aliasKeys)])];
      const { written, reached } = await holders(workspaceId, keys);
      const ids = new Set([...written.map(({ _id }) => _id), ...reached.map((one) => one.contactId)]);
      ids.delete(contactId);
      const rows = await contacts
        .find({ _id: { $in: [...ids].slice(0, limit) }, workspaceId, mergedInto: null })
        .lean();
      return opened(rows);
    },
  };
}
