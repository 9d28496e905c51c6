import type { Model } from "mongoose";
import type { QuarantineRow } from "../models/quarantine.js";
import { asSealed } from "../../platform/sealed.js";
import type { Seals } from "./seals.js";

export interface QuarantineRepo {
  /** `raw` is sealed already, for the place collection "quarantine", field "raw". `key` makes a repeated job store it once. */
  add(entry: Omit<QuarantineRow, "_id" | "raw"> & { raw: Buffer; key: string }): Promise<void>;
  list(
    workspaceId: string,
    limit: number,
  ): Promise<{ id: string; accountId: string; channel: string; where: string; raw: string; receivedAt: Date }[]>;
}

/** Genuine payloads nobody could read, kept with their raw bytes until a person looks. */
export function quarantineRepo(model: Model<QuarantineRow>, seals: Seals): QuarantineRepo {
  return {
    async add({ raw, key, ...entry }) {
      await model.updateOne({ _id: key }, { $setOnInsert: { ...entry, raw: asSealed(raw) } }, { upsert: true });
    },
    async list(workspaceId, limit) {
      const rows = await model.find({ workspaceId }).sort({ _id: -1 }).limit(limit).lean();
      return Promise.all(
        rows.map(async ({ _id, accountId, channel, where, raw, receivedAt }) => ({
          id: _id,
          accountId,
          channel,
          where,
          raw: await seals.open({ workspaceId, collection: "quarantine", field: "raw" }, raw),
          receivedAt,
        })),
      );
    },
  };
}
