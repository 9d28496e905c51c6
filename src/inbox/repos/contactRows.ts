import type { Model } from "mongoose";
import type { ContactRow, IdentityRow } from "../models/person.js";
import type { Told } from "../models/told.js";
import type { Contact, ContactIdentity, DatedAlias } from "../types.js";
import { attributeKeys, contactWords } from "./contactKeys.js";
import type { Seals } from "./seals.js";

/** What a person or an integrator may change about a contact. */
export interface ContactChange {
  name?: string | null | undefined;
  language?: string | null | undefined;
  /** Replaces those that are named; null removes one. */
  attributes?: Record<string, string | number | boolean | null> | undefined;
}

/** An update of one row: `filter` besides its id, so that nothing is written over what somebody else wrote meanwhile. */
export interface RowChange {
  filter: Record<string, unknown>;
  set: Record<string, unknown>;
}

/** Rows of contacts opened, made, and changed. */
export interface ContactRows {
  opened(rows: readonly ContactRow[]): Promise<Contact[]>;
  made(workspaceId: string, id: string, change: ContactChange, told: Told, now: Date): Promise<ContactRow>;
  /** For an update by pipeline. `contact` is the row opened. */
  changed(row: ContactRow, contact: Contact, change: ContactChange, now: Date): Promise<RowChange>;
}

const place = (workspaceId: string, collection: "contacts" | "identities", field: string) => ({
  workspaceId,
  collection,
  field,
});

export function contactRows(identities: Model<IdentityRow>, seals: Seals): ContactRows {
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
    const sealed = place(row.workspaceId, "contacts", "attributes");
    return (await seals.openJson(sealed, row.attributes)) as Contact["attributes"];
  }

  const sealedAttributes = (workspaceId: string, attributes: Contact["attributes"]) =>
    seals.sealJson(place(workspaceId, "contacts", "attributes"), attributes);

  return {
    async opened(rows) {
      const owned = await identities
        .find({ contactId: { $in: rows.map((row) => row._id) } })
        .sort({ contactId: 1, _id: 1 })
        .lean();
      const byContact = new Map<string, IdentityRow[]>();
      for (const one of owned) byContact.set(one.contactId, [...(byContact.get(one.contactId) ?? []), one]);
      return Promise.all(
        rows.map(async (row) => ({
          id: row._id,
          workspaceId: row.workspaceId,
          name: await seals.openOptional(place(row.workspaceId, "contacts", "name"), row.name),
          language: row.language,
          attributes: await attributesOf(row),
          mergedInto: row.mergedInto,
          identities: await Promise.all((byContact.get(row._id) ?? []).map(openedIdentity)),
          createdAt: row.createdAt,
          updatedAt: row.updatedAt,
        })),
      );
    },

    async made(workspaceId, id, { name, language, attributes }, told, now) {
      const given = Object.fromEntries(
        Object.entries(attributes ?? {}).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
      ) as Contact["attributes"];
      return {
        _id: id,
        workspaceId,
        name: await seals.sealOptional(place(workspaceId, "contacts", "name"), name),
        namedBy: "agent",
        words: await contactWords(seals, workspaceId, name, [], given),
        language: language ?? null,
        attributes: await sealedAttributes(workspaceId, given),
        ...(await attributeKeys(seals, workspaceId, given)),
        kinds: [],
        blocked: false,
        mergedInto: null,
        createdAt: now,
        updatedAt: now,
        tell: [told],
        tellAt: now,
      };
    },

    async changed(row, contact, { name, language, attributes }, now) {
      const { workspaceId } = row;
      const set: Record<string, unknown> = { updatedAt: now };
      const filter: Record<string, unknown> = {};
      const merged = Object.fromEntries(
        Object.entries({ ...contact.attributes, ...attributes }).filter(([, value]) => value !== null),
      ) as Contact["attributes"];
      if (name !== undefined) {
        set.name = { $literal: await seals.sealOptional(place(workspaceId, "contacts", "name"), name) };
        set.namedBy = name === null ? "provider" : "agent";
      }
      if (language !== undefined) set.language = { $literal: language };
      if (attributes) {
        set.attributes = { $literal: await sealedAttributes(workspaceId, merged) };
        const { reachKeys, facets } = await attributeKeys(seals, workspaceId, merged);
        set.reachKeys = { $literal: reachKeys };
        set.facets = { $literal: facets };
        // Two who change attributes at once: the second one sees what the first one wrote.
        filter.attributes = row.attributes;
      }
      if (name !== undefined || attributes) {
        const current = contact.identities.flatMap(({ aliases }) => aliases).filter(({ until }) => until === null);
        const called = name === undefined ? contact.name : name;
        set.words = { $literal: await contactWords(seals, workspaceId, called, current, merged) };
      }
      return { filter, set };
    },
  };
}
