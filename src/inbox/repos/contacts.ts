import type { Model } from "mongoose";
import { AppError } from "../../core/errors.js";
import { newId } from "../../core/ids.js";
import type { ContactRow, IdentityRow } from "../models/person.js";
import type { Told } from "../models/told.js";
import type { Contact, Page } from "../types.js";
import { encodeCursor } from "../../platform/cursor.js";
import { reflectIdentities } from "./contactKeys.js";
import { contactWalk, type ContactQuery } from "./contactList.js";
import { contactRows, type ContactChange } from "./contactRows.js";
import { alsoTell } from "./outbox.js";
import type { Seals } from "./seals.js";

export interface ContactRepo {
  find(workspaceId: string, id: string): Promise<Contact | undefined>;
  list(workspaceId: string, query: ContactQuery): Promise<Page<Contact>>;
  create(workspaceId: string, change: ContactChange, now: Date): Promise<{ id: string; told: Told }>;
  /** undefined when there is no such contact. */
  update(
    workspaceId: string,
    id: string,
    change: ContactChange,
    now: Date,
    /** Conversations whose row shows something else then. */
    shownIn: readonly string[],
  ): Promise<Told[] | undefined>;
  /** Marks `from` as merged into `into` and moves its identities. Running it again finishes what a crash left. */
  merge(workspaceId: string, from: string, into: string, now: Date, shownIn: readonly string[]): Promise<Told[]>;
  /** Takes a merge back: the identities that came with `from` go back to it. */
  unmerge(
    workspaceId: string,
    from: string,
    now: Date,
    shownIn: (into: string) => Promise<readonly string[]>,
  ): Promise<{ told: Told[]; into: string; identityIds: string[] }>;
  identityIds(workspaceId: string, contactId: string): Promise<string[]>;
  /** Ids of the contacts that were merged into this one. */
  mergedInto(workspaceId: string, contactId: string, limit: number): Promise<string[]>;
}

/** What is told when a contact changed: of it, and of the conversations whose row shows it. */
export function contactTold(
  id: string,
  type: string,
  contactId: string,
  now: Date,
  data: Record<string, unknown>,
  shownIn: readonly string[],
): Told[] {
  return [
    { id, type, at: now, conversationId: null, data: { contact_id: contactId, ...data } },
    ...shownIn.map((conversationId) => ({
      id: `${id}_${conversationId.slice(-12)}`,
      type: "conversation.updated",
      at: now,
      conversationId,
      data: { changes: ["contact"], contact_id: contactId },
    })),
  ];
}

export function contactRepo(contacts: Model<ContactRow>, identities: Model<IdentityRow>, seals: Seals): ContactRepo {
  const { opened, made, changed } = contactRows(identities, seals);
  const reflect = (workspaceId: string, ids: readonly string[]) =>
    reflectIdentities(contacts, identities, workspaceId, ids);

  /** Through the driver: mongoose casts no pipelines. */
  const change = (filter: Record<string, unknown>, set: Record<string, unknown>, told: readonly Told[], now: Date) =>
    contacts.collection.updateOne(filter, [{ $set: { ...set, ...alsoTell(told, now) } }]);

  return {
    async find(workspaceId, id) {
      const row = await contacts.findOne({ _id: id, workspaceId }).lean();
      return row ? (await opened([row]))[0] : undefined;
    },

    async list(workspaceId, { limit, ...query }) {
      const walk = await contactWalk(seals, workspaceId, query);
      if (!walk) return { items: [], next: null };
      const rows = await contacts
        .find(walk.filter as never)
        .sort(walk.sort)
        .hint(walk.hint)
        .limit(limit + 1)
        .lean();
      const page = rows.slice(0, limit);
      const tail = page.at(-1);
      return {
        items: await opened(page),
        next: rows.length > limit && tail ? encodeCursor([tail[walk.order], tail._id]) : null,
      };
    },

    async create(workspaceId, given, now) {
      const id = newId("contact");
      const [told] = contactTold(newId("event"), "contact.created", id, now, {}, []) as [Told];
      await contacts.create(await made(workspaceId, id, given, told, now));
      return { id, told };
    },

    async update(workspaceId, id, given, now, shownIn) {
      const row = await contacts.findOne({ _id: id, workspaceId }).lean();
      if (!row) return undefined;
      const told = contactTold(newId("event"), "contact.updated", id, now, {}, given.name === undefined ? [] : shownIn);
      const { filter, set } = await changed(row, (await opened([row]))[0]!, given, now);
      const { matchedCount } = await change({ _id: id, workspaceId, ...filter }, set, told, now);
      if (matchedCount === 0)
        throw new AppError("conflict", "The contact was changed meanwhile. Try again.", { reason: "contact_changed" });
      return told;
    },

    async merge(workspaceId, from, into, now, shownIn) {
      const told = contactTold(newId("event"), "contact.merged", into, now, { merged_contact_id: from }, shownIn);
      const target = await contacts.findOne({ _id: into, workspaceId }, { mergedInto: 1 }).lean();
      const source = await contacts.findOne({ _id: from, workspaceId }, { mergedInto: 1 }).lean();
      if (!target || !source)
        throw new AppError("not_found", "There is no such contact.", { reason: "contact_unknown" });
      if (target.mergedInto !== null || from === into) {
        throw new AppError(
          "unprocessable",
          "A contact cannot be merged into itself or into one that was merged away.",
          { reason: "contact_merge_impossible" },
        );
      }
      if (source.mergedInto !== null && source.mergedInto !== into) {
        throw new AppError("conflict", "This contact was merged into another one already.", {
          reason: "contact_merged_already",
        });
      }
      await change({ _id: from, workspaceId }, { mergedInto: into, updatedAt: now }, told, now);
      await identities.updateMany(
        { contactId: from, workspaceId },
        { $set: { contactId: into }, $push: { mergedFrom: from } },
      );
      await reflect(workspaceId, [from, into]);
      return told;
    },

    async unmerge(workspaceId, from, now, shownIn) {
      const row = await contacts.findOne({ _id: from, workspaceId }, { mergedInto: 1 }).lean();
      if (!row) throw new AppError("not_found", "There is no such contact.", { reason: "contact_unknown" });
      const into = row.mergedInto;
      if (into === null)
        throw new AppError("conflict", "This contact is not merged into another one.", {
          reason: "contact_not_merged",
        });
      const told = contactTold(
        newId("event"),
        "contact.unmerged",
        into,
        now,
        { merged_contact_id: from },
        await shownIn(into),
      );
      const moved = await identities.find({ contactId: into, workspaceId }, { mergedFrom: 1 }).lean();
      const back = moved.filter((identity) => identity.mergedFrom.includes(from)).map((identity) => identity._id);
      await identities.updateMany(
        { _id: { $in: back }, workspaceId },
        { $set: { contactId: from }, $pull: { mergedFrom: from } },
      );
      await reflect(workspaceId, [from, into]);
      await change({ _id: from, workspaceId }, { mergedInto: null, updatedAt: now }, told, now);
      return { told, into, identityIds: back };
    },

    async mergedInto(workspaceId, contactId, limit) {
      const rows = await contacts.find({ workspaceId, mergedInto: contactId }, { _id: 1 }).limit(limit).lean();
      return rows.map((row) => row._id);
    },

    async identityIds(workspaceId, contactId) {
      const rows = await identities.find({ contactId, workspaceId }, { _id: 1 }).lean();
      return rows.map((row) => row._id);
    },
  };
}
