import type { Model } from "mongoose";
import type { Author, Content } from "../../core/message.js";
import type { MessageRow } from "../models/message.js";
import { messagePlace, noteRow, replyRow } from "./messageRow.js";
import type { Fresh } from "./messages.js";
import type { Seals } from "./seals.js";

/** Something of ours that was said before it came here. */
export interface PastMessage {
  workspaceId: string;
  accountId: string;
  conversationId: string;
  author: Author;
  /** `note`: a private one. */
  direction: "out" | "note";
  content: Content & { kind: "text" };
  mentions: readonly string[];
  /** The provider's id, and its blind form; null for notes, which no provider has. */
  external: { id: string; key: string } | null;
  /** The same key is the same message. */
  requestKey: string;
  at: Date;
}

export interface HistoryRepo {
  /** Puts it in its place. undefined when it is there already, and settled. */
  insert(past: PastMessage): Promise<{ id: string; fresh: Fresh | undefined }>;
}

export function historyRepo(model: Model<MessageRow>, seals: Seals): HistoryRepo {
  async function rowOf(past: PastMessage): Promise<MessageRow> {
    const { workspaceId, accountId, conversationId, author, content, external, at, requestKey } = past;
    const common = { workspaceId, accountId, conversationId, author, now: at };
    if (past.direction === "note") {
      const row = await noteRow(seals, { ...common, text: content.text, mentions: past.mentions });
      return { ...row, requestKey };
    }
    const reply = { ...common, content, replyTo: null, requestKey: null, requestHash: null, traceId: null };
    const { lane: _lane, dueAt: _due, ...row } = await replyRow(seals, reply);
    return {
      ...row,
      status: "read",
      receipts: { sent: at, delivered: at, read: at },
      externalId: await seals.sealOptional(messagePlace(workspaceId, "externalId"), external?.id),
      externalKey: external?.key ?? null,
      requestKey,
    };
  }

  return {
    async insert(past) {
      const row = await rowOf(past);
      const { workspaceId, accountId, conversationId, author, content, direction, at } = past;
      const fresh = (id: string): Fresh => ({
        ...{ id, workspaceId, accountId, conversationId, direction, author, content },
        ...{ mentions: [...past.mentions], partOf: null, history: false, at },
      });
      try {
        await model.create(row);
        return { id: row._id, fresh: fresh(row._id) };
      } catch (error) {
        if ((error as { code?: unknown }).code !== 11000) throw error;
        const earlier = await model
          .findOne({ requestKey: { $eq: past.requestKey, $type: "string" } }, { unsettled: 1 })
          .lean();
        if (!earlier) throw error;
        return { id: earlier._id, fresh: earlier.unsettled ? fresh(earlier._id) : undefined };
      }
    },
  };
}
