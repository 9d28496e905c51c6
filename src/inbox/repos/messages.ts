import type { Model } from "mongoose";
import { newId } from "../../core/ids.js";
import { textOf, type Author, type Content, type NormalizedMessage } from "../../core/message.js";
import type { MessageRow } from "../models/message.js";
import type { Message, Page } from "../types.js";
import { decodeCursor, encodeCursor } from "./cursor.js";
import type { Seals } from "./seals.js";

/** An inbound message with everything its row needs. */
export interface InboundMessage {
  workspaceId: string;
  accountId: string;
  conversationId: string;
  externalKey: string;
  replyKey: string | null;
  message: NormalizedMessage;
  at: Date;
}

export interface NewReply {
  workspaceId: string;
  accountId: string;
  conversationId: string;
  author: Author;
  content: Content;
  replyTo: { key: string; messageId: string } | null;
  requestKey: string | null;
  requestHash: string | null;
  now: Date;
}

/** A stored message and what of it is not settled yet. */
export interface Stored {
  id: string;
  conversationId: string;
  workspaceId: string;
  externalKey: string;
  /** False when the message was there before and everything that follows from it is done. */
  unsettled: boolean;
}

export interface MessageRepo {
  /** Stores what is not stored yet; returns the row of every message, old or new, by external key. */
  insertInbound(messages: readonly InboundMessage[], now: Date): Promise<Map<string, Stored>>;
  /** What followed from these messages is done. */
  settle(ids: readonly string[]): Promise<void>;
  /** Stores a reply as queued. With a known request key, gives back the message of that request. */
  insertReply(reply: NewReply): Promise<{ message: Message; requestHash: string | null; created: boolean }>;
  find(workspaceId: string, id: string): Promise<Message | undefined>;
  externalKeyOf(workspaceId: string, conversationId: string, id: string): Promise<string | undefined>;
  /** Newest first, by provider time. */
  list(
    workspaceId: string,
    conversationId: string,
    query: { limit: number; cursor?: string | undefined },
  ): Promise<Page<Message>>;
}

const place = (workspaceId: string, field: string) => ({ workspaceId, collection: "messages", field });

export function messageRepo(model: Model<MessageRow>, seals: Seals): MessageRepo {
  async function inboundRow(input: InboundMessage, now: Date): Promise<MessageRow> {
    const { workspaceId, message } = input;
    // Before anything is under way: a content nobody can read fails here, and nothing else with it.
    const text = textOf(message.content);
    const [content, externalId, senderName, quote, words] = await Promise.all([
      seals.sealJson(place(workspaceId, "content"), message.content),
      seals.seal(place(workspaceId, "externalId"), message.externalId),
      seals.sealOptional(place(workspaceId, "senderName"), message.senderName),
      seals.sealOptional(place(workspaceId, "quote"), message.replyTo?.quote),
      seals.searchTokens(workspaceId, text),
    ]);
    const echo = message.direction === "echo";
    return {
      _id: newId("message"),
      workspaceId,
      conversationId: input.conversationId,
      accountId: input.accountId,
      direction: echo ? "out" : "in",
      author: echo ? { kind: "business" } : { kind: "contact" },
      senderName,
      kind: message.content.kind,
      content,
      words,
      status: echo ? "sent" : "received",
      externalId,
      externalKey: input.externalKey,
      partKeys: [],
      replyTo: input.replyKey ? { key: input.replyKey, messageId: null, quote } : null,
      at: input.at,
      sequence: message.sequence ?? 0,
      createdAt: now,
      unsettled: true,
      attempts: [],
      failure: null,
    };
  }

  async function opened(row: Omit<MessageRow, "words">): Promise<Message> {
    const at = (field: string) => place(row.workspaceId, field);
    const [content, externalId, senderName, quote] = await Promise.all([
      seals.open(at("content"), row.content),
      seals.openOptional(at("externalId"), row.externalId),
      seals.openOptional(at("senderName"), row.senderName),
      seals.openOptional(at("quote"), row.replyTo?.quote),
    ]);
    const renewed = await seals.renewed(at("content"), row.content, content);
    if (renewed) await model.updateOne({ _id: row._id, content: row.content }, { $set: { content: renewed } });
    return {
      id: row._id,
      workspaceId: row.workspaceId,
      conversationId: row.conversationId,
      accountId: row.accountId,
      direction: row.direction,
      author: row.author,
      senderName,
      content: JSON.parse(content) as Content,
      status: row.status,
      externalId,
      replyTo: row.replyTo && { messageId: row.replyTo.messageId, quote },
      at: row.at,
      sequence: row.sequence,
      createdAt: row.createdAt,
      attempts: row.attempts,
      failure: row.failure,
    };
  }

  return {
    async insertInbound(messages, now) {
      const rows = await Promise.all(messages.map((message) => inboundRow(message, now)));
      const stored = new Map<string, Stored>();
      const remember = (
        row: Pick<MessageRow, "_id" | "conversationId" | "workspaceId" | "externalKey" | "unsettled">,
      ) =>
        stored.set(row.externalKey ?? "", {
          id: row._id,
          conversationId: row.conversationId,
          workspaceId: row.workspaceId,
          externalKey: row.externalKey ?? "",
          unsettled: row.unsettled === true,
        });
      const refused = await refusedRows(model.collection.insertMany(rows as never, { ordered: false }));
      rows.forEach((row, index) => {
        if (!refused.has(index)) remember(row);
      });
      if (refused.size > 0) {
        const keys = rows.filter((_, index) => refused.has(index)).map((row) => row.externalKey);
        const fields = { conversationId: 1, workspaceId: 1, externalKey: 1, unsettled: 1 };
        for (const row of await model.find({ externalKey: { $in: keys } }, fields).lean()) remember(row);
      }
      return stored;
    },

    async settle(ids) {
      if (ids.length > 0) await model.updateMany({ _id: { $in: [...ids] } }, { $unset: { unsettled: 1 } });
    },

    async insertReply(reply) {
      const { workspaceId, content, now } = reply;
      const [sealed, words] = await Promise.all([
        seals.sealJson(place(workspaceId, "content"), content),
        seals.searchTokens(workspaceId, textOf(content)),
      ]);
      const row: MessageRow = {
        _id: newId("message"),
        workspaceId,
        conversationId: reply.conversationId,
        accountId: reply.accountId,
        direction: "out",
        author: reply.author,
        senderName: null,
        kind: content.kind,
        content: sealed,
        words,
        status: "queued",
        externalId: null,
        externalKey: null,
        partKeys: [],
        replyTo: reply.replyTo && { key: reply.replyTo.key, messageId: reply.replyTo.messageId, quote: null },
        at: now,
        sequence: 0,
        createdAt: now,
        lane: true,
        dueAt: now,
        attempts: [],
        failure: null,
        ...(reply.requestKey && reply.requestHash
          ? { requestKey: reply.requestKey, requestHash: reply.requestHash }
          : {}),
      };
      try {
        await model.create(row);
        return { message: await opened(row), requestHash: reply.requestHash, created: true };
      } catch (error) {
        if ((error as { code?: unknown }).code !== 11000 || !reply.requestKey) throw error;
        const earlier = await model.findOne({ requestKey: reply.requestKey }).lean();
        if (!earlier) throw error;
        return { message: await opened(earlier), requestHash: earlier.requestHash ?? null, created: false };
      }
    },

    async find(workspaceId, id) {
      const row = await model.findOne({ _id: id, workspaceId }).lean();
      return row ? opened(row) : undefined;
    },

    async externalKeyOf(workspaceId, conversationId, id) {
      const row = await model.findOne({ _id: id, workspaceId, conversationId }, { externalKey: 1 }).lean();
      return row?.externalKey ?? undefined;
    },

    async list(workspaceId, conversationId, { limit, cursor }) {
      const after = decodeCursor(cursor, ["date", "number", "string"] as const);
      const filter = {
        conversationId,
        workspaceId,
        ...(after
          ? {
              at: { $lte: after[0] },
              $or: [
                { at: { $lt: after[0] } },
                { sequence: { $lt: after[1] } },
                { sequence: after[1], _id: { $lt: after[2] } },
              ],
            }
          : {}),
      };
      const rows = await model
        .find(filter, { words: 0 })
        .sort({ at: -1, sequence: -1, _id: -1 })
        .limit(limit + 1)
        .lean();
      const page = rows.slice(0, limit);
      const tail = page.at(-1);
      return {
        items: await Promise.all(page.map(opened)),
        next: rows.length > limit && tail ? encodeCursor([tail.at, tail.sequence, tail._id]) : null,
      };
    },
  };
}

/** The positions of the rows that were there already. Any other refusal is thrown. */
async function refusedRows(insertion: Promise<unknown>): Promise<Set<number>> {
  try {
    await insertion;
    return new Set();
  } catch (error) {
    const { writeErrors } = error as {
      writeErrors?: { index: number; code: number }[] | { index: number; code: number };
    };
    const list = writeErrors === undefined ? [] : Array.isArray(writeErrors) ? writeErrors : [writeErrors];
    if (list.length === 0 || list.some((one) => one.code !== 11000)) throw error;
    return new Set(list.map((one) => one.index));
  }
}
