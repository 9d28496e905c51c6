import type { Model } from "mongoose";
import type { QuarantineRow } from "../models/quarantine.js";
import { asSealed } from "../../platform/sealed.js";
import type { Page } from "../types.js";
import { decodeCursor, encodeCursor } from "../../platform/cursor.js";
import type { Seals } from "./seals.js";

/** A genuine payload nobody could read, without what it says. */
export interface Quarantined {
  id: string;
  accountId: string;
  channel: string;
  where: string;
  receivedAt: Date;
}

export interface QuarantineRepo {
  /** `raw` is sealed already, for the place collection "quarantine", field "raw". `key` makes a repeated job store it once. */
  add(entry: Omit<QuarantineRow, "_id" | "raw"> & { raw: Buffer; key: string }): Promise<void>;
  /** Newest first. */
  list(workspaceId: string, query: { limit: number; cursor?: string | undefined }): Promise<Page<Quarantined>>;
  /** At most 10,000. */
  count(workspaceId: string): Promise<number>;
  /** With its raw bytes. */
  find(workspaceId: string, id: string): Promise<(Quarantined & { raw: string }) | undefined>;
  /** Puts other bytes in its place, to be played again. False when there is no such entry. */
  edit(workspaceId: string, id: string, raw: string): Promise<boolean>;
  remove(workspaceId: string, id: string): Promise<boolean>;
}

/** Genuine payloads nobody could read, kept with their raw bytes until a person looks. */
export function quarantineRepo(model: Model<QuarantineRow>, seals: Seals): QuarantineRepo {
  const place = (workspaceId: string) => ({ workspaceId, collection: "quarantine", field: "raw" });
  const entry = ({ _id, accountId, channel, where, receivedAt }: Omit<QuarantineRow, "raw" | "workspaceId">) => ({
    id: _id,
    accountId,
    channel,
    where,
    receivedAt,
  });

  return {
    async add({ raw, key, ...rest }) {
      await model.updateOne({ _id: key }, { $setOnInsert: { ...rest, raw: asSealed(raw) } }, { upsert: true });
    },
    async list(workspaceId, { limit, cursor }) {
      const after = decodeCursor(cursor, ["string"] as const);
      const rows = await model
        .find({ workspaceId, ...(after ? { _id: { $lt: after[0] } } : {}) }, { raw: 0 })
        .sort({ _id: -1 })
        .limit(limit + 1)
        .lean();
      const page = rows.slice(0, limit);
      const tail = page.at(-1);
      return { items: page.map(entry), next: rows.length > limit && tail ? encodeCursor([tail._id]) : null };
    },
    count: (workspaceId) => model.countDocuments({ workspaceId }, { limit: 10_000 }),
    async find(workspaceId, id) {
      const row = await model.findOne({ _id: id, workspaceId }).lean();
      return row ? { ...entry(row), raw: await seals.open(place(workspaceId), row.raw) } : undefined;
    },
    async edit(workspaceId, id, raw) {
      const sealed = await seals.seal(place(workspaceId), raw);
      return (await model.updateOne({ _id: id, workspaceId }, { $set: { raw: sealed } })).matchedCount === 1;
    },
    remove: async (workspaceId, id) => (await model.deleteOne({ _id: id, workspaceId })).deletedCount === 1,
  };
}
