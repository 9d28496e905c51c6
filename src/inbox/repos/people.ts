import { createHash } from "node:crypto";
import type { Model } from "mongoose";
import type { Peer } from "../../core/events.js";
import type { ContactRow, IdentityRow } from "../models/person.js";
import type { Seals } from "./seals.js";

/** A chat that wrote to us, with its blind key. */
export interface Chat {
  workspaceId: string;
  accountId: string;
  chatKey: string;
  peer: Peer;
}

export interface PeopleRepo {
  /** Makes sure the contact and the identity of each chat exist; idempotent. Returns their ids by chat key. */
  ensure(chats: readonly Chat[], now: Date): Promise<Map<string, { identityId: string; contactId: string }>>;
  /** Opened names by contact id, of one workspace. */
  names(workspaceId: string, contactIds: readonly string[]): Promise<Map<string, string | null>>;
  /** The provider's chat id of an identity. */
  chatOf(workspaceId: string, identityId: string): Promise<string | undefined>;
  setBlocked(chatKey: string, blocked: boolean): Promise<void>;
}

/** Ids that follow from the chat: two workers that see a new chat at once mean the same rows. */
const derived = (prefix: string, chatKey: string) =>
  `${prefix}_${createHash("sha256").update(`${prefix}:${chatKey}`).digest("hex").slice(0, 26)}`;

export function peopleRepo(contacts: Model<ContactRow>, identities: Model<IdentityRow>, seals: Seals): PeopleRepo {
  return {
    async ensure(chats, now) {
      const rows = await Promise.all(
        chats.map(async ({ workspaceId, accountId, chatKey, peer }) => {
          const name = peer.group?.title ?? peer.name;
          return {
            contact: {
              _id: derived("ctc", chatKey),
              workspaceId,
              name: await seals.sealOptional({ workspaceId, collection: "contacts", field: "name" }, name),
              createdAt: now,
            },
            identity: {
              _id: derived("idn", chatKey),
              workspaceId,
              accountId,
              contactId: derived("ctc", chatKey),
              chatKey,
              chat: await seals.seal({ workspaceId, collection: "identities", field: "chat" }, peer.chat),
              aliases: peer.aliases?.length
                ? await seals.sealJson({ workspaceId, collection: "identities", field: "aliases" }, peer.aliases)
                : null,
              blocked: false,
              createdAt: now,
            },
          };
        }),
      );
      const inserts = <T extends { _id: string }>(list: T[]) =>
        list.map(({ _id, ...rest }) => ({
          updateOne: { filter: { _id }, update: { $setOnInsert: rest }, upsert: true },
        }));
      await contacts.bulkWrite(inserts(rows.map((row) => row.contact)), { ordered: false });
      await identities.bulkWrite(inserts(rows.map((row) => row.identity)), { ordered: false });
      const known = await identities
        .find({ _id: { $in: rows.map((row) => row.identity._id) } }, { chatKey: 1, contactId: 1 })
        .lean();
      return new Map(known.map((row) => [row.chatKey, { identityId: row._id, contactId: row.contactId }]));
    },

    async names(workspaceId, contactIds) {
      const rows = await contacts.find({ _id: { $in: [...new Set(contactIds)] }, workspaceId }, { name: 1 }).lean();
      const place = { workspaceId, collection: "contacts", field: "name" };
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

    async chatOf(workspaceId, identityId) {
      const row = await identities.findOne({ _id: identityId, workspaceId }, { chat: 1 }).lean();
      return row ? seals.open({ workspaceId, collection: "identities", field: "chat" }, row.chat) : undefined;
    },

    async setBlocked(chatKey, blocked) {
      await identities.updateOne({ chatKey }, { $set: { blocked } });
    },
  };
}
