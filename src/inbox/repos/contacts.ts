import type { Model } from "mongoose";
import { AppError } from "../../core/errors.js";
import { newId } from "../../core/ids.js";
import type { ContactRow, IdentityRow } from "../models/person.js";
import type { Told } from "../models/told.js";
import type { Contact, ContactIdentity, DatedAlias, Page } from "../types.js";
import { decodeCursor, encodeCursor } from "../../platform/cursor.js";
import { alsoTell } from "./outbox.js";
import { contactWords } from "./people.js";
import { contactTokens } from "./searchQuery.js";
import type { Seals } from "./seals.js";

/** What a person or an integrator may change about a contact. */
export interface ContactChange {
  name?: string | null | undefined;
  language?: string | null | undefined;
  /** Replaces those that are named; null removes one. */
  attributes?: Record<string, string | number | boolean | null> | undefined;
}

export interface ContactRepo {
  find(workspaceId: string, id: string): Promise<Contact | undefined>;
  list(
    workspaceId: string,
    query: { limit: number; cursor?: string | undefined; q?: string | undefined },
  ): Promise<Page<Contact>>;
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

const place = (workspaceId: string, collection: "contacts" | "identities", field: string) => ({
  workspaceId,
  collection,
  field,
});

export function contactRepo(contacts: Model<ContactRow>, identities: Model<IdentityRow>, seals: Seals): ContactRepo {
  async function openedIdentity(row: IdentityRow): Promise<ContactIdentity> {
    const aliases = row.aliases
      ? ((await seals.openJson(place(row.workspaceId, "identities", "aliases"), row.aliases)) as DatedAlias[])
      : [];
    return {
      id: row._id,
      accountId: row.accountId,
      channel: row.channel,
      chat: await seals.open(place(row.workspaceId, "identities", "chat"), row.chat),
      group: row.group,
      aliases,
      blocked: row.blocked,
      blockedByUs: row.blockedByUs ?? false,
      createdAt: row.createdAt,
    };
  }

  async function attributesOf(row: ContactRow): Promise<Contact["attributes"]> {
    if (!row.attributes) return {};
    return (await seals.openJson(
      place(row.workspaceId, "contacts", "attributes"),
      row.attributes,
    )) as Contact["attributes"];
  }

  async function opened(rows: readonly ContactRow[]): Promise<Contact[]> {
    const owned = await identities
      .find({ contactId: { $in: rows.map((row) => row._id) } })
      .sort({ contactId: 1, _id: 1 })
      .lean();
    return Promise.all(
      rows.map(async (row) => ({
        id: row._id,
        workspaceId: row.workspaceId,
        name: await seals.openOptional(place(row.workspaceId, "contacts", "name"), row.name),
        language: row.language,
        attributes: await attributesOf(row),
        mergedInto: row.mergedInto,
        identities: await Promise.all(owned.filter((one) => one.contactId === row._id).map(openedIdentity)),
        createdAt: row.createdAt,
        updatedAt: row.updatedAt,
      })),
    );
  }

  /** Through the driver: mongoose casts no pipelines. */
  const change = (filter: Record<string, unknown>, set: Record<string, unknown>, told: readonly Told[], now: Date) =>
    contacts.collection.updateOne(filter, [{ $set: { ...set, ...alsoTell(told, now) } }]);

  return {
    async find(workspaceId, id) {
      const row = await contacts.findOne({ _id: id, workspaceId }).lean();
      return row ? (await opened([row]))[0] : undefined;
    },

    async list(workspaceId, { limit, cursor, q }) {
      const after = decodeCursor(cursor, ["date", "string"] as const);
      const tokens = q === undefined ? undefined : await contactTokens(seals, workspaceId, q);
      if (tokens?.length === 0) return { items: [], next: null };
      const filter = {
        workspaceId,
        ...(tokens ? { words: { $all: tokens } } : {}),
        mergedInto: null,
        ...(after
          ? { createdAt: { $lte: after[0] }, $or: [{ createdAt: { $lt: after[0] } }, { _id: { $lt: after[1] } }] }
          : {}),
      };
      const rows = await contacts
        .find(filter)
        .sort({ createdAt: -1, _id: -1 })
        .limit(limit + 1)
        .lean();
      const page = rows.slice(0, limit);
      const tail = page.at(-1);
      return {
        items: await opened(page),
        next: rows.length > limit && tail ? encodeCursor([tail.createdAt, tail._id]) : null,
      };
    },

    async create(workspaceId, { name, language, attributes }, now) {
      const id = newId("contact");
      const [told] = contactTold(newId("event"), "contact.created", id, now, {}, []) as [Told];
      const given = Object.fromEntries(Object.entries(attributes ?? {}).filter(([, value]) => value !== null));
      await contacts.create({
        _id: id,
        workspaceId,
        name: await seals.sealOptional(place(workspaceId, "contacts", "name"), name),
        namedBy: "agent",
        words: await contactWords(seals, workspaceId, name, []),
        language: language ?? null,
        attributes: await seals.sealJson(place(workspaceId, "contacts", "attributes"), given),
        mergedInto: null,
        createdAt: now,
        updatedAt: now,
        tell: [told],
        tellAt: now,
      });
      return { id, told };
    },

    async update(workspaceId, id, { name, language, attributes }, now, shownIn) {
      const row = await contacts.findOne({ _id: id, workspaceId }).lean();
      if (!row) return undefined;
      const told = contactTold(newId("event"), "contact.updated", id, now, {}, name === undefined ? [] : shownIn);
      const set: Record<string, unknown> = { updatedAt: now };
      if (name !== undefined) {
        const owned = (await opened([row]))[0]!.identities.flatMap((identity) => identity.aliases);
        const current = owned.filter((alias) => alias.until === null);
        set.name = { $literal: await seals.sealOptional(place(workspaceId, "contacts", "name"), name) };
        set.namedBy = name === null ? "provider" : "agent";
        set.words = { $literal: await contactWords(seals, workspaceId, name, current) };
      }
      if (language !== undefined) set.language = { $literal: language };
      const filter: Record<string, unknown> = { _id: id, workspaceId };
      if (attributes) {
        const merged = Object.entries({ ...(await attributesOf(row)), ...attributes }).filter(([, v]) => v !== null);
        const sealed = await seals.sealJson(place(workspaceId, "contacts", "attributes"), Object.fromEntries(merged));
        set.attributes = { $literal: sealed };
        // Two who change attributes at once: the second one sees what the first one wrote.
        filter.attributes = row.attributes;
      }
      const { matchedCount } = await change(filter, set, told, now);
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
