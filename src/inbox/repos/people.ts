import { createHash } from "node:crypto";
import type { Model } from "mongoose";
import type { Alias, Peer } from "../../core/events.js";
import type { ContactRow, IdentityRow } from "../models/person.js";
import type { DatedAlias } from "../types.js";
import type { AddressBook } from "./addressBook.js";
import {
  contactWords,
  findable,
  identifyingKeys,
  identityKeysOf,
  reflectIdentities,
  type Attributes,
} from "./contactKeys.js";
import { naming, replaced, type Naming } from "./naming.js";
import type { Seals } from "./seals.js";

/** A chat that wrote to us, with its blind key. */
export interface Chat {
  workspaceId: string;
  accountId: string;
  channel: string;
  chatKey: string;
  peer: Peer;
}

/** Where a conversation's messages go. */
export interface Reach {
  /** The provider's chat id. */
  chat: string;
  group: boolean;
  blocked: boolean;
}

/** Whose a chat is. */
export interface Owner {
  identityId: string;
  contactId: string;
}

export interface PeopleRepo extends Naming {
  /**
   * The chats under which people are known already who now come with another of their ids, by position; undefined where
   * nothing but the given chat is known. One round trip, none when nobody has such ids.
   */
  knownChats(chats: readonly Chat[]): Promise<(string | undefined)[]>;
  /**
   * Makes sure the contact and the identity of each chat exist; idempotent. Returns their ids by chat key, and whether they
   * were there before: then what is said of who it is now is not in them yet.
   */
  ensure(chats: readonly Chat[], now: Date): Promise<Map<string, Owner & { before: boolean }>>;
  /** The chat has another name or other aliases than before: the new ones hold from now on, the old ones are kept with their dates. */
  refresh(chat: Chat, now: Date): Promise<void>;
  /** Keyed hash of who a peer is; equal as long as nothing about it changes. */
  peerKey(workspaceId: string, peer: Peer): Promise<string>;
  /** Opened names by contact id, of one workspace. */
  names(workspaceId: string, contactIds: readonly string[]): Promise<Map<string, string | null>>;
  reach(workspaceId: string, identityId: string): Promise<Reach | undefined>;
  /** The chat behind a blind key. */
  whoIs(chatKey: string): Promise<{ workspaceId: string; chat: string; contactId: string } | undefined>;
  /** Whose these chats are, as far as they are known. */
  owners(chatKeys: readonly string[]): Promise<Map<string, Owner>>;
  setBlocked(chatKey: string, blocked: boolean): Promise<void>;
  /** The other way round: we keep the person from writing. */
  setBlockedByUs(workspaceId: string, identityId: string, blocked: boolean): Promise<void>;
  /** The chat got another id; answers go there from now on. False when nobody is known under the old one. */
  move(chatKey: string, to: { chat: string; chatKey: string }): Promise<boolean>;
}

/** Ids that follow from the chat: two workers that see a new chat at once mean the same rows. */
const derived = (prefix: string, chatKey: string) =>
  `${prefix}_${createHash("sha256").update(`${prefix}:${chatKey}`).digest("hex").slice(0, 26)}`;

/** Earlier aliases that are remembered. */
const aliasesMost = 50;
const at = (workspaceId: string, collection: "contacts" | "identities", field: string) => ({
  workspaceId,
  collection,
  field,
});

const nameOf = (peer: Peer) => peer.group?.title ?? peer.name;
/** Of a group it is the name of a member that stands in an address book, not the group's. */
const namedBy = (peer: Peer) => (peer.group ? undefined : peer.namedBy);

/** `book`: what the address books of phones call those who write for the first time. */
export function peopleRepo(
  contacts: Model<ContactRow>,
  identities: Model<IdentityRow>,
  book: Pick<AddressBook, "namesOf">,
  seals: Seals,
): PeopleRepo {
  const names = naming(contacts, identities, seals);

  async function newRows(chat: Chat, inBook: string | null, now: Date) {
    const { workspaceId, accountId, channel, chatKey, peer } = chat;
    const aliases = peer.aliases ?? [];
    const called = inBook ?? nameOf(peer);
    const dated: DatedAlias[] = aliases.map((alias) => ({ ...alias, from: now.toISOString(), until: null }));
    const contact: Omit<ContactRow, "_id"> = {
      workspaceId,
      name: await seals.sealOptional(at(workspaceId, "contacts", "name"), called),
      namedBy: inBook === null ? (namedBy(peer) ?? "provider") : "address_book",
      words: await contactWords(seals, workspaceId, called, aliases),
      language: peer.language ?? null,
      attributes: null,
      reachKeys: [],
      facets: [],
      kinds: [channel],
      blocked: false,
      mergedInto: null,
      createdAt: now,
      updatedAt: now,
    };
    const identity: Omit<IdentityRow, "_id"> = {
      workspaceId,
      accountId,
      channel,
      contactId: derived("ctc", chatKey),
      mergedFrom: [],
      chatKey,
      chat: await seals.seal(at(workspaceId, "identities", "chat"), peer.chat),
      group: peer.group !== undefined,
      aliases: dated.length > 0 ? await seals.sealJson(at(workspaceId, "identities", "aliases"), dated) : null,
      aliasKeys: await identityKeysOf(seals, workspaceId, accountId, aliases),
      blocked: false,
      blockedByUs: false,
      createdAt: now,
    };
    return { contactId: derived("ctc", chatKey), identityId: derived("idn", chatKey), contact, identity };
  }

  async function known(chatKeys: readonly string[]) {
    const rows = await identities.find({ chatKey: { $in: [...chatKeys] } }, { chatKey: 1, contactId: 1 }).lean();
    return new Map(rows.map((row) => [row.chatKey, { identityId: row._id, contactId: row.contactId }]));
  }

  return {
    ...names,

    async knownChats(chats) {
      const keys = await Promise.all(chats.map((chat) => identifyingKeys(seals, chat)));
      const wanted = [...new Set(keys.flat())];
      if (wanted.length === 0) return chats.map(() => undefined);
      const rows = await identities
        .find(
          { workspaceId: { $in: [...new Set(chats.map((chat) => chat.workspaceId))] }, aliasKeys: { $in: wanted } },
          { workspaceId: 1, accountId: 1, chatKey: 1, chat: 1, aliasKeys: 1, createdAt: 1 },
        )
        .sort({ createdAt: 1 })
        .lean();
      // Somebody new who writes twice in one go, each time with another id.
      const firsts = new Map<string, string>();
      return Promise.all(
        chats.map(async ({ accountId, chatKey, peer }, index) => {
          const own = keys[index]!;
          const known = rows.filter(
            (row) => row.accountId === accountId && row.aliasKeys.some((key) => own.includes(key)),
          );
          if (known.some((row) => row.chatKey === chatKey)) return undefined;
          const [row] = known;
          if (row) return seals.open(at(row.workspaceId, "identities", "chat"), row.chat);
          const first = own.map((key) => firsts.get(key)).find((chat) => chat !== undefined);
          for (const key of own) firsts.set(key, first ?? peer.chat);
          return first === peer.chat ? undefined : first;
        }),
      );
    },

    async ensure(chats, now) {
      // A chat may have been moved or merged: what is there stays as it is.
      const there = await known(chats.map((chat) => chat.chatKey));
      const missing = chats.filter((chat) => !there.has(chat.chatKey));
      const all = (owners: ReadonlyMap<string, Owner>) =>
        new Map([...owners].map(([key, owner]) => [key, { ...owner, before: there.has(key) }]));
      if (missing.length === 0) return all(there);
      const inBook = await book.namesOf(missing);
      const rows = await Promise.all(missing.map((chat, index) => newRows(chat, inBook[index]!, now)));
      await contacts.bulkWrite(
        rows.map(({ contactId, contact }) => ({
          updateOne: { filter: { _id: contactId }, update: { $setOnInsert: contact }, upsert: true },
        })),
        { ordered: false },
      );
      await identities.bulkWrite(
        rows.map(({ identityId, identity }) => ({
          updateOne: { filter: { _id: identityId }, update: { $setOnInsert: identity }, upsert: true },
        })),
        { ordered: false },
      );
      // Whoever wrote a name down before these rows were there has found nobody to rename.
      const since = await book.namesOf(missing);
      for (const [index, name] of since.entries()) {
        if (name !== null && name !== inBook[index])
          await names.rename(missing[index]!.chatKey, { name, by: "address_book" }, [], now);
      }
      return all(await known(chats.map((chat) => chat.chatKey)));
    },

    async refresh({ workspaceId, accountId, chatKey, peer }, now) {
      const identity = await identities.findOne({ chatKey }).lean();
      if (!identity) return;
      const place = at(workspaceId, "identities", "aliases");
      const before = identity.aliases ? ((await seals.openJson(place, identity.aliases)) as DatedAlias[]) : [];
      const today = peer.aliases ?? [];
      const holds = (alias: Alias) => today.some((one) => one.kind === alias.kind && one.value === alias.value);
      const instant = now.toISOString();
      // That an id is not named is no proof that it is over, unless another of its kind took its place.
      const over = (alias: Alias) =>
        !holds(alias) && (alias.kind === "username" || today.some((one) => one.kind === alias.kind));
      const kept = before.map((alias) => (alias.until === null && over(alias) ? { ...alias, until: instant } : alias));
      const added = today
        .filter((one) => !kept.some((old) => old.until === null && old.kind === one.kind && old.value === one.value))
        .map((one) => ({ ...one, from: instant, until: null }));
      const aliases = [...kept, ...added].slice(-aliasesMost);
      await identities.updateOne(
        { _id: identity._id },
        {
          $set: {
            aliases: aliases.length > 0 ? await seals.sealJson(place, aliases) : null,
            aliasKeys: await identityKeysOf(seals, workspaceId, accountId, findable(aliases)),
          },
        },
      );
      // Of a group whose name is not said there is but its id: what it is called stays.
      const called = peer.group?.title === peer.chat ? undefined : nameOf(peer);
      if (called === undefined && today.every((alias) => alias.kind !== "username")) return;
      const by = namedBy(peer);
      const whose = { _id: identity.contactId, workspaceId, namedBy: replaced(by) };
      const contact = await contacts.findOne(whose, { attributes: 1, name: 1 }).lean();
      if (!contact) return;
      const namePlace = at(workspaceId, "contacts", "name");
      const known = called ?? (await seals.openOptional(namePlace, contact.name)) ?? undefined;
      const attributes = contact.attributes
        ? await seals.openJson(at(workspaceId, "contacts", "attributes"), contact.attributes)
        : {};
      const name = await seals.sealOptional(namePlace, called);
      await contacts.updateOne(whose, {
        $set: {
          ...(name ? { name } : {}),
          ...(name && by ? { namedBy: by } : {}),
          words: await contactWords(seals, workspaceId, known, today, attributes as Attributes),
          ...(peer.language ? { language: peer.language } : {}),
          updatedAt: now,
        },
      });
    },

    peerKey: (workspaceId, peer) =>
      seals.blind(
        workspaceId,
        "peer",
        JSON.stringify([
          nameOf(peer) ?? null,
          peer.language ?? null,
          peer.aliases ?? [],
          ...(namedBy(peer) ? [namedBy(peer)] : []),
        ]),
      ),

    async names(workspaceId, contactIds) {
      const rows = await contacts.find({ _id: { $in: [...new Set(contactIds)] }, workspaceId }, { name: 1 }).lean();
      const place = at(workspaceId, "contacts", "name");
      return new Map(
        await Promise.all(
          rows.map(async (row): Promise<[string, string | null]> => {
            if (!row.name) return [row._id, null];
            const name = await seals.open(place, row.name);
            const renewed = await seals.renewed(place, row.name, name);
            if (renewed) await contacts.updateOne({ _id: row._id, name: row.name }, { $set: { name: renewed } });
            return [row._id, name];
          }),
        ),
      );
    },

    async reach(workspaceId, identityId) {
      const row = await identities.findOne({ _id: identityId, workspaceId }, { chat: 1, group: 1, blocked: 1 }).lean();
      if (!row) return undefined;
      const chat = await seals.open(at(workspaceId, "identities", "chat"), row.chat);
      return { chat, group: row.group, blocked: row.blocked };
    },

    async whoIs(chatKey) {
      const row = await identities.findOne({ chatKey }, { workspaceId: 1, chat: 1, contactId: 1 }).lean();
      if (!row) return undefined;
      const { workspaceId, contactId } = row;
      return { workspaceId, contactId, chat: await seals.open(at(workspaceId, "identities", "chat"), row.chat) };
    },

    owners: known,

    async setBlocked(chatKey, blocked) {
      await identities.updateOne({ chatKey }, { $set: { blocked } });
    },

    async setBlockedByUs(workspaceId, identityId, blocked) {
      const row = await identities
        .findOneAndUpdate(
          { _id: identityId, workspaceId },
          { $set: { blockedByUs: blocked } },
          { projection: { contactId: 1 } },
        )
        .lean();
      if (row) await reflectIdentities(contacts, identities, workspaceId, [row.contactId]);
    },

    async move(chatKey, to) {
      const row = await identities.findOne({ chatKey }, { workspaceId: 1 }).lean();
      if (!row) return false;
      const chat = await seals.seal(at(row.workspaceId, "identities", "chat"), to.chat);
      try {
        await identities.updateOne({ _id: row._id }, { $set: { chat, chatKey: to.chatKey } });
      } catch (error) {
        if ((error as { code?: unknown }).code !== 11000) throw error;
        // The new chat wrote before we were told: it has an identity of its own, and the old one only leads there.
        await identities.updateOne({ _id: row._id }, { $set: { chat } });
      }
      return true;
    },
  };
}
