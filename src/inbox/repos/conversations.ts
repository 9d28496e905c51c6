import type { Model } from "mongoose";
import { newId } from "../../core/ids.js";
import type { ConversationRow, ConversationStatus } from "../models/conversation.js";
import type { Conversation, Page } from "../types.js";
import { decodeCursor, encodeCursor } from "./cursor.js";
import type { PeopleRepo } from "./people.js";
import type { Seals } from "./seals.js";

/** How many counted messages a conversation remembers; a job that runs again within that many counts nothing twice. */
const countedMost = 200;
/** Some providers cut their time to seconds: within one, what came last is the last message. */
const precisionMs = 1_000;
/** Characters of a message shown in the list. */
const previewMost = 160;

export interface NewChat {
  workspaceId: string;
  accountId: string;
  channel: string;
  chatKey: string;
  contactId: string;
  identityId: string;
  at: Date;
}

/** What one message changes in its conversation. */
export interface Counted {
  conversationId: string;
  workspaceId: string;
  messageId: string;
  direction: "in" | "out";
  kind: string;
  text: string;
  at: Date;
}

/** The ids a new message needs. */
export interface OpenConversation {
  id: string;
  chatKey: string;
  contactId: string;
}

export interface ConversationRepo {
  /** The open conversations of these chats. */
  openOf(chatKeys: readonly string[]): Promise<Map<string, OpenConversation>>;
  /** Opens a conversation for each chat that has none; of two callers at once, both get the same. */
  ensureOpen(chats: readonly NewChat[], now: Date): Promise<void>;
  /** Counts messages into their conversations: last message, unread, waiting, reopened. Idempotent per message. One round trip. */
  count(messages: readonly Counted[]): Promise<void>;
  find(workspaceId: string, id: string): Promise<Conversation | undefined>;
  /** Where messages of the conversation go; opens nothing that is sealed. */
  route(workspaceId: string, id: string): Promise<{ accountId: string; identityId: string } | undefined>;
  /** Newest activity first. */
  list(
    workspaceId: string,
    query: { status?: ConversationStatus | undefined; limit: number; cursor?: string | undefined },
  ): Promise<Page<Conversation>>;
}

export function conversationRepo(model: Model<ConversationRow>, people: PeopleRepo, seals: Seals): ConversationRepo {
  const previewPlace = (workspaceId: string) => ({ workspaceId, collection: "conversations", field: "preview" });

  async function opened(
    workspaceId: string,
    rows: readonly Omit<ConversationRow, "counted">[],
  ): Promise<Conversation[]> {
    const names = await people.names(
      workspaceId,
      rows.map((row) => row.contactId),
    );
    return Promise.all(
      rows.map(async (row) => ({
        id: row._id,
        workspaceId: row.workspaceId,
        accountId: row.accountId,
        channel: row.channel,
        contact: { id: row.contactId, name: names.get(row.contactId) ?? null },
        identityId: row.identityId,
        status: row.status,
        unread: row.unread,
        waitingSince: row.waitingSince,
        lastInboundAt: row.lastInboundAt,
        lastMessageAt: row.lastMessageAt,
        lastMessage: row.lastMessage && {
          direction: row.lastMessage.direction,
          kind: row.lastMessage.kind,
          preview: await seals.open(previewPlace(workspaceId), row.lastMessage.preview),
          at: row.lastMessage.at,
        },
        createdAt: row.createdAt,
      })),
    );
  }

  return {
    async openOf(chatKeys) {
      const rows = await model
        .find({ chatKey: { $in: [...chatKeys] }, open: true }, { chatKey: 1, contactId: 1 })
        .lean();
      return new Map(rows.map((row) => [row.chatKey, { id: row._id, chatKey: row.chatKey, contactId: row.contactId }]));
    },

    async ensureOpen(chats, now) {
      const operations = chats.map(({ at, ...chat }) => ({
        updateOne: {
          filter: { chatKey: chat.chatKey, open: true },
          update: {
            $setOnInsert: {
              _id: newId("conversation"),
              workspaceId: chat.workspaceId,
              accountId: chat.accountId,
              channel: chat.channel,
              contactId: chat.contactId,
              identityId: chat.identityId,
              status: "open" as const,
              unread: 0,
              waitingSince: null,
              lastInboundAt: null,
              lastMessageAt: at,
              lastMessage: null,
              counted: [],
              createdAt: now,
            },
          },
          upsert: true,
        },
      }));
      try {
        await model.bulkWrite(operations, { ordered: false });
      } catch (error) {
        // Two upserts of one chat at once: the other one won, and the conversation is there.
        if ((error as { code?: unknown }).code !== 11000) throw error;
      }
    },

    async count(messages) {
      const operations = await Promise.all(
        messages.map(async (message) => {
          const { at, direction } = message;
          const preview = await seals.seal(previewPlace(message.workspaceId), message.text.slice(0, previewMost));
          const last = { id: message.messageId, direction, kind: message.kind, preview, at };
          const figures =
            direction === "in"
              ? {
                  unread: { $add: ["$unread", 1] },
                  lastInboundAt: { $max: ["$lastInboundAt", at] },
                  waitingSince: { $ifNull: ["$waitingSince", at] },
                  // Whatever the customer does reopens what was put aside.
                  status: { $cond: [{ $in: ["$status", ["resolved", "snoozed"]] }, "open", "$status"] },
                }
              : { unread: 0, waitingSince: null };
          return {
            updateOne: {
              filter: { _id: message.conversationId, counted: { $ne: message.messageId } },
              update: [
                {
                  $set: {
                    ...figures,
                    lastMessage: {
                      $cond: [
                        { $gte: [at, { $subtract: ["$lastMessageAt", precisionMs] }] },
                        { $literal: last },
                        "$lastMessage",
                      ],
                    },
                    lastMessageAt: { $max: ["$lastMessageAt", at] },
                    counted: { $slice: [{ $concatArrays: ["$counted", [message.messageId]] }, -countedMost] },
                  },
                },
              ],
            },
          };
        }),
      );
      // Through the driver: mongoose casts no pipelines, and the shapes are fixed here.
      if (operations.length > 0) await model.collection.bulkWrite(operations as never, { ordered: true });
    },

    async find(workspaceId, id) {
      const row = await model.findOne({ _id: id, workspaceId }).lean();
      return row ? (await opened(workspaceId, [row]))[0] : undefined;
    },

    async route(workspaceId, id) {
      const row = await model.findOne({ _id: id, workspaceId }, { accountId: 1, identityId: 1 }).lean();
      return row ? { accountId: row.accountId, identityId: row.identityId } : undefined;
    },

    async list(workspaceId, { status, limit, cursor }) {
      const after = decodeCursor(cursor, ["date", "string"] as const);
      const filter = {
        workspaceId,
        ...(status ? { status } : {}),
        // The range bounds the index; the alternative only breaks ties of the same instant.
        ...(after
          ? {
              lastMessageAt: { $lte: after[0] },
              $or: [{ lastMessageAt: { $lt: after[0] } }, { _id: { $lt: after[1] } }],
            }
          : {}),
      };
      const rows = await model
        .find(filter, { counted: 0 })
        .sort({ lastMessageAt: -1, _id: -1 })
        .limit(limit + 1)
        .lean();
      const page = rows.slice(0, limit);
      const tail = page.at(-1);
      return {
        items: await opened(workspaceId, page),
        next: rows.length > limit && tail ? encodeCursor([tail.lastMessageAt, tail._id]) : null,
      };
    },
  };
}
