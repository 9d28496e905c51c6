import type { Model } from "mongoose";
import { AppError } from "../../core/errors.js";
import { newId } from "../../core/ids.js";
import type { LabelRow, ReadMarkRow } from "../models/label.js";

export interface Label {
  id: string;
  name: string;
  color: string;
  createdAt: Date;
}

export interface LabelRepo {
  list(workspaceId: string): Promise<Label[]>;
  find(workspaceId: string, id: string): Promise<Label | undefined>;
  /** Throws AppError `conflict` when the workspace has a label of that name. */
  create(workspaceId: string, label: { name: string; color: string }, now: Date): Promise<Label>;
  update(workspaceId: string, id: string, change: { name?: string; color?: string }): Promise<Label | undefined>;
  remove(workspaceId: string, id: string): Promise<boolean>;
  /** Which of these ids the workspace does not have. */
  missing(workspaceId: string, ids: readonly string[]): Promise<string[]>;
}

/** Labels of a workspace: nobody keeps more than these apart. */
const labelsMost = 500;

export function labelRepo(model: Model<LabelRow>): LabelRepo {
  const label = ({ _id, name, color, createdAt }: LabelRow): Label => ({ id: _id, name, color, createdAt });
  async function named<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if ((error as { code?: unknown }).code !== 11000) throw error;
      throw new AppError("conflict", "There is a label of that name already.", { reason: "label_name_taken" });
    }
  }
  return {
    list: async (workspaceId) =>
      (await model.find({ workspaceId }).sort({ _id: 1 }).limit(labelsMost).lean()).map(label),
    async find(workspaceId, id) {
      const row = await model.findOne({ _id: id, workspaceId }).lean();
      return row ? label(row) : undefined;
    },
    async create(workspaceId, { name, color }, now) {
      if ((await model.countDocuments({ workspaceId })) >= labelsMost) {
        throw new AppError("unprocessable", `A workspace has at most ${labelsMost} labels.`, {
          reason: "labels_most",
          extensions: { most: labelsMost },
        });
      }
      const row: LabelRow = { _id: newId("label"), workspaceId, name, color, createdAt: now };
      await named(() => model.create(row));
      return label(row);
    },
    async update(workspaceId, id, change) {
      const set = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      const row = await named(() =>
        model.findOneAndUpdate({ _id: id, workspaceId }, { $set: set }, { returnDocument: "after" }).lean(),
      );
      return row ? label(row) : undefined;
    },
    remove: async (workspaceId, id) => (await model.deleteOne({ _id: id, workspaceId })).deletedCount === 1,
    async missing(workspaceId, ids) {
      const rows = await model.find({ _id: { $in: [...ids] }, workspaceId }, { _id: 1 }).lean();
      const there = new Set(rows.map((row) => row._id));
      return ids.filter((id) => !there.has(id));
    },
  };
}

export interface ReadMark {
  readerId: string;
  messageId: string;
  at: Date;
  readAt: Date;
}

type NewMark = ReadMark & { workspaceId: string; conversationId: string; sequence: number; inbound: number };

export interface ReadMarkRepo {
  /** Moves a reader's mark forward; never back. */
  set(mark: NewMark): Promise<void>;
  /** Puts a reader's mark wherever it is wanted. */
  put(mark: NewMark): Promise<void>;
  /** How many of the customer's messages a reader has read, by conversation; those never looked at are missing. */
  countsOf(conversationIds: readonly string[], readerId: string): Promise<Map<string, number>>;
  /** When a reader last had conversations before them; those never looked at are missing. */
  looksOf(conversationIds: readonly string[], readerId: string): Promise<Map<string, Date>>;
  of(workspaceId: string, conversationId: string): Promise<ReadMark[]>;
}

export function readMarkRepo(model: Model<ReadMarkRow>): ReadMarkRepo {
  const idOf = (conversationId: string, readerId: string) => `${conversationId}/${readerId}`;
  return {
    async set({ conversationId, readerId, ...mark }) {
      const _id = idOf(conversationId, readerId);
      try {
        await model.updateOne(
          // The order of the thread: time, the provider's own number, the id.
          {
            _id,
            $or: [
              { at: { $lt: mark.at } },
              { at: mark.at, sequence: { $lt: mark.sequence } },
              { at: mark.at, sequence: mark.sequence, messageId: { $lt: mark.messageId } },
              // The same message, with one counted meanwhile that stands before it.
              { messageId: mark.messageId, inbound: { $not: { $gte: mark.inbound } } },
            ],
          },
          { $set: { ...mark, lookedAt: mark.readAt }, $setOnInsert: { conversationId, readerId } },
          { upsert: true },
        );
      } catch (error) {
        // The mark is there and further on: nothing was read, but somebody looked.
        if ((error as { code?: unknown }).code !== 11000) throw error;
        await model.updateOne({ _id }, { $max: { lookedAt: mark.readAt } });
      }
    },
    async put({ conversationId, readerId, ...mark }) {
      const _id = idOf(conversationId, readerId);
      await model.updateOne({ _id }, { $set: mark, $setOnInsert: { conversationId, readerId } }, { upsert: true });
    },
    async countsOf(conversationIds, readerId) {
      const ids = conversationIds.map((conversationId) => idOf(conversationId, readerId));
      const rows = await model.find({ _id: { $in: ids } }, { conversationId: 1, inbound: 1 }).lean();
      return new Map(rows.map((row) => [row.conversationId, row.inbound ?? 0]));
    },
    async looksOf(conversationIds, readerId) {
      const ids = conversationIds.map((conversationId) => idOf(conversationId, readerId));
      const rows = await model.find({ _id: { $in: ids } }, { conversationId: 1, readAt: 1, lookedAt: 1 }).lean();
      return new Map(rows.map((row) => [row.conversationId, row.lookedAt ?? row.readAt]));
    },
    async of(workspaceId, conversationId) {
      const rows = await model.find({ conversationId, workspaceId }).sort({ readerId: 1 }).lean();
      // Who took back that anything was read has no last message.
      return rows
        .filter(({ messageId }) => messageId !== "")
        .map(({ readerId, messageId, at, readAt }) => ({ readerId, messageId, at, readAt }));
    },
  };
}
