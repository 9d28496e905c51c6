import type { Model } from "mongoose";
import { newId } from "../../core/ids.js";
import { conversationStatuses, type ConversationRow } from "../models/conversation.js";
import type { Told } from "../models/told.js";
import type { Conversation, Page } from "../types.js";
import { figuresOf, type Counted } from "./conversationFigures.js";
import { conversationState, type ConversationState } from "./conversationState.js";
import { conversationCount, conversationPage, type ConversationQuery } from "./conversationViews.js";
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
  peerKey: string;
  contactId: string;
  identityId: string;
  at: Date;
  /** When the customer wrote what opens it: from then on it may be answered, before the message is counted. */
  heardAt: Date | null;
}

/** The ids a new message needs. */
export interface OpenConversation {
  id: string;
  workspaceId: string;
  chatKey: string;
  peerKey: string;
  contactId: string;
  tell?: Told[];
}

/** Where messages of a conversation go, and what decides whether they may. */
export interface Route {
  accountId: string;
  channel: string;
  identityId: string;
  chatKey: string;
  lastInboundAt: Date | null;
  blocked: boolean;
  blockedByUs: boolean;
}

export type { Counted };

/** Whom a conversation concerns. */
export interface Concern {
  assigneeId: string | null;
  participants: readonly string[];
  lastInboundAt: Date | null;
}

export interface ConversationRepo extends ConversationState {
  /** The open conversations of these chats. */
  openOf(chatKeys: readonly string[]): Promise<Map<string, OpenConversation>>;
  /** Opens a conversation for each chat that has none; of two callers at once, both get the same. */
  ensureOpen(chats: readonly NewChat[], now: Date): Promise<void>;
  /** Counts messages into their conversations: last message, unread, waiting, reopened. Idempotent per message. One round trip. */
  countIn(messages: readonly Counted[]): Promise<void>;
  /** The message that is shown in the list says something else now. */
  relabel(workspaceId: string, conversationId: string, messageId: string, kind: string, text: string): Promise<void>;
  /** The customer did something that is no message, and that opens the reply window all the same. */
  heard(workspaceId: string, id: string, at: Date): Promise<void>;
  /** Who the chat is was brought up to date. */
  setPeerKey(id: string, peerKey: string): Promise<void>;
  /** The chat got another id. */
  move(chatKey: string, newKey: string): Promise<void>;
  /** Conversations of these identities belong to this contact now. */
  giveTo(workspaceId: string, identityIds: readonly string[], contactId: string): Promise<void>;
  /** Somebody has seen everything up to the last message. */
  seen(workspaceId: string, id: string): Promise<void>;
  /**
   * Notes whether the member it is assigned to has read all of it. `inbound`: of how many messages that is known; when there
   * are more by now, or somebody else has it, nothing changes.
   */
  noteUnseen(workspaceId: string, id: string, memberId: string, unseen: boolean, inbound: number): Promise<void>;
  /** How many open conversations of a member hold something they have not read, counted up to `most`. */
  countUnseen(workspaceId: string, memberId: string, most: number): Promise<number>;
  forgetLabel(workspaceId: string, labelId: string): Promise<void>;
  find(workspaceId: string, id: string): Promise<Conversation | undefined>;
  findMany(workspaceId: string, ids: readonly string[]): Promise<Conversation[]>;
  /** Whose conversations these are; opens nothing that is sealed. */
  concerns(workspaceId: string, ids: readonly string[]): Promise<Map<string, Concern>>;
  /** Where messages of the conversation go; opens nothing that is sealed. */
  route(workspaceId: string, id: string): Promise<Route | undefined>;
  /** `accountIds`: of the kind of channel that is asked for. */
  list(workspaceId: string, query: ConversationQuery, accountIds: readonly string[]): Promise<Page<Conversation>>;
  /** How many a view holds, counted up to `most`. */
  count(
    workspaceId: string,
    query: Omit<ConversationQuery, "limit" | "cursor">,
    accountIds: readonly string[],
    most: number,
  ): Promise<{ count: number; more: boolean }>;
  /** The running number of the customer's messages; undefined when there is no such conversation. */
  inbound(workspaceId: string, id: string): Promise<number | undefined>;
  /** Ids of conversations that carry a label or belong to a contact, newest first, at most `limit`. */
  idsWith(workspaceId: string, filter: { labelId?: string; contactId?: string }, limit: number): Promise<string[]>;
  /** Ids of conversations by their contact, of several contacts at once. */
  idsByContact(workspaceId: string, contactIds: readonly string[], limit: number): Promise<Map<string, string[]>>;
}

export function conversationRepo(model: Model<ConversationRow>, people: PeopleRepo, seals: Seals): ConversationRepo {
  const previewPlace = (workspaceId: string) => ({ workspaceId, collection: "conversations", field: "preview" });
  const previewOf = (workspaceId: string, text: string) =>
    seals.seal(previewPlace(workspaceId), Array.from(text).slice(0, previewMost).join(""));
  const collection = () => model.collection;

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
        snoozedUntil: row.snoozedUntil,
        assigneeId: row.assigneeId,
        teamId: row.teamId,
        labels: row.labels,
        priority: row.priority ?? "none",
        participants: row.participants ?? [],
        blocked: row.blocked,
        blockedByUs: row.blockedByUs ?? false,
        unread: row.unread,
        inbound: row.inbound ?? 0,
        unreadForMe: null,
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
    ...conversationState(model),
    async openOf(chatKeys) {
      const fields = { workspaceId: 1, chatKey: 1, peerKey: 1, contactId: 1, tell: 1 };
      const rows = await model.find({ chatKey: { $in: [...chatKeys] }, open: true }, fields).lean();
      return new Map(rows.map(({ _id, ...row }) => [row.chatKey, { id: _id, ...row }]));
    },

    async ensureOpen(chats, now) {
      const operations = chats.map(({ at, heardAt, ...chat }) => {
        const id = newId("conversation");
        const told: Told = {
          id: `${id.replace(/^cnv_/, "evt_")}_created`,
          type: "conversation.created",
          at: now,
          conversationId: id,
          data: { contact_id: chat.contactId },
        };
        const row: Omit<ConversationRow, "chatKey" | "open"> = {
          _id: id,
          workspaceId: chat.workspaceId,
          accountId: chat.accountId,
          channel: chat.channel,
          contactId: chat.contactId,
          identityId: chat.identityId,
          peerKey: chat.peerKey,
          status: "open",
          snoozedUntil: null,
          assigneeId: null,
          teamId: null,
          labels: [],
          priority: null,
          mentioned: [],
          participants: [],
          blocked: false,
          blockedByUs: false,
          unread: 0,
          inbound: 0,
          unseen: false,
          lastOut: null,
          resolvedFrom: null,
          waitingSince: null,
          lastInboundAt: heardAt,
          lastMessageAt: at,
          lastMessage: null,
          counted: [],
          createdAt: now,
          tell: [told],
          tellAt: now,
        };
        return {
          updateOne: {
            filter: { chatKey: chat.chatKey, open: true },
            update: { $setOnInsert: row },
            upsert: true,
          },
        };
      });
      try {
        await model.bulkWrite(operations, { ordered: false });
      } catch (error) {
        // Two upserts of one chat at once: the other one won, and the conversation is there.
        if ((error as { code?: unknown }).code !== 11000) throw error;
      }
    },

    async countIn(messages) {
      const operations = await Promise.all(
        messages.map(async (message) => {
          const { at, direction, workspaceId } = message;
          const preview = await previewOf(workspaceId, message.text);
          const last = { id: message.messageId, direction, kind: message.kind, preview, at };
          return {
            updateOne: {
              filter: { _id: message.conversationId, counted: { $ne: shortOf(message.messageId) } },
              update: [
                {
                  $set: {
                    ...figuresOf(message),
                    ...(direction === "note"
                      ? {}
                      : {
                          lastMessage: {
                            $cond: [
                              { $gte: [at, { $subtract: ["$lastMessageAt", precisionMs] }] },
                              { $literal: last },
                              "$lastMessage",
                            ],
                          },
                          lastMessageAt: { $max: ["$lastMessageAt", at] },
                        }),
                    counted: { $slice: [{ $concatArrays: ["$counted", [shortOf(message.messageId)]] }, -countedMost] },
                  },
                },
              ],
            },
          };
        }),
      );
      // Through the driver: mongoose casts no pipelines, and the shapes are fixed here.
      if (operations.length > 0) await collection().bulkWrite(operations as never, { ordered: true });
    },

    async heard(workspaceId, id, at) {
      await model.updateOne({ _id: id, workspaceId }, { $max: { lastInboundAt: at } });
    },

    async relabel(workspaceId, conversationId, messageId, kind, text) {
      const preview = await previewOf(workspaceId, text);
      await model.updateOne(
        { _id: conversationId, workspaceId, "lastMessage.id": messageId },
        { $set: { "lastMessage.kind": kind, "lastMessage.preview": preview } },
      );
    },

    async setPeerKey(id, peerKey) {
      await model.updateOne({ _id: id }, { $set: { peerKey } });
    },

    async move(chatKey, newKey) {
      try {
        await model.updateOne({ chatKey, open: true }, { $set: { chatKey: newKey } });
      } catch (error) {
        // The new chat has a conversation already: the old one stays as it was, and answers reach the new chat.
        if ((error as { code?: unknown }).code !== 11000) throw error;
      }
    },

    async giveTo(workspaceId, identityIds, contactId) {
      for (const identityId of identityIds) {
        await model.updateMany({ workspaceId, identityId }, { $set: { contactId } });
      }
    },

    async seen(workspaceId, id) {
      await model.updateOne({ _id: id, workspaceId }, { $set: { unread: 0 } });
    },

    async noteUnseen(workspaceId, id, memberId, unseen, inbound) {
      const known = { _id: id, workspaceId, assigneeId: memberId, inbound };
      await model.updateOne({ ...known, unseen: { $ne: unseen } }, { $set: { unseen } });
    },

    countUnseen: (workspaceId, memberId, most) =>
      model.countDocuments({ workspaceId, assigneeId: memberId, status: "open", unseen: true }, { limit: most }),

    async forgetLabel(workspaceId, labelId) {
      for (const status of conversationStatuses) {
        await model.updateMany({ workspaceId, labels: { $eq: labelId, $type: "string" }, status } as never, {
          $pull: { labels: labelId },
        });
      }
    },

    async find(workspaceId, id) {
      const row = await model.findOne({ _id: id, workspaceId }).lean();
      return row ? (await opened(workspaceId, [row]))[0] : undefined;
    },

    async findMany(workspaceId, ids) {
      return opened(workspaceId, await model.find({ _id: { $in: [...ids] }, workspaceId }, { counted: 0 }).lean());
    },

    async concerns(workspaceId, ids) {
      const rows = await model
        .find({ _id: { $in: [...ids] }, workspaceId }, { assigneeId: 1, participants: 1, lastInboundAt: 1 })
        .lean();
      return new Map(
        rows.map(({ _id, assigneeId, participants, lastInboundAt }) => [
          _id,
          { assigneeId, participants: participants ?? [], lastInboundAt },
        ]),
      );
    },

    async route(workspaceId, id) {
      const where = { accountId: 1, channel: 1, identityId: 1, chatKey: 1 };
      const whether = { lastInboundAt: 1, blocked: 1, blockedByUs: 1 };
      const row = await model.findOne({ _id: id, workspaceId }, { ...where, ...whether }).lean();
      if (!row) return undefined;
      const { accountId, channel, identityId, chatKey, lastInboundAt, blocked, blockedByUs } = row;
      return { accountId, channel, identityId, chatKey, lastInboundAt, blocked, blockedByUs: blockedByUs ?? false };
    },

    async list(workspaceId, query, accountIds) {
      const { rows, next } = await conversationPage(model, workspaceId, query, accountIds);
      return { items: await opened(workspaceId, rows), next };
    },
    count: (workspaceId, query, accountIds, most) => conversationCount(model, workspaceId, query, accountIds, most),
    async inbound(workspaceId, id) {
      const row = await model.findOne({ _id: id, workspaceId }, { inbound: 1 }).lean();
      return row ? (row.inbound ?? 0) : undefined;
    },

    async idsByContact(workspaceId, contactIds, limit) {
      const ids = new Map<string, string[]>();
      if (contactIds.length === 0) return ids;
      const rows = await model
        .find({ workspaceId, contactId: { $in: [...contactIds] } }, { contactId: 1 })
        .limit(limit)
        .lean();
      for (const row of rows) ids.set(row.contactId, [...(ids.get(row.contactId) ?? []), row._id]);
      return ids;
    },

    async idsWith(workspaceId, { labelId, contactId }, limit) {
      const rows = await model
        .find(
          {
            workspaceId,
            ...(labelId === undefined ? {} : { labels: { $eq: labelId, $type: "string" } }),
            ...(contactId === undefined ? {} : { contactId }),
            status: { $in: [...conversationStatuses] },
          },
          { _id: 1 },
        )
        .sort({ lastMessageAt: -1, _id: -1 })
        .limit(limit)
        .lean();
      return rows.map((row) => row._id);
    },
  };
}

/** Enough of an id to tell the messages of one conversation apart: 60 bits of chance. */
const shortOf = (messageId: string) => messageId.slice(-12);
