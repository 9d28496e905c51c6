import type { Model } from "mongoose";
import { newId } from "../core/ids.js";
import type { Clock } from "../core/ports.js";
import type { WorkspaceRow } from "./models/workspace.js";
import { isDuplicate } from "./secrets.js";

export interface Workspace {
  id: string;
  name: string;
  createdAt: Date;
  brandColor: string | null;
  twoFactorRequired: boolean;
}

export interface WorkspaceRepo {
  /** In order of creation. */
  list(): Promise<Workspace[]>;
  find(id: string): Promise<Workspace | undefined>;
  findMany(ids: readonly string[]): Promise<Map<string, Workspace>>;
  /** False: there is one of this id already. */
  create(name: string, id?: string): Promise<{ id: string; created: boolean }>;
  update(
    id: string,
    change: {
      name?: string | undefined;
      brandColor?: string | null | undefined;
      twoFactorRequired?: boolean | undefined;
    },
  ): Promise<void>;
}

export function workspaceRepo(model: Model<WorkspaceRow>, clock: Clock): WorkspaceRepo {
  const workspace = (row: WorkspaceRow): Workspace => ({
    id: row._id,
    name: row.name,
    createdAt: row.createdAt,
    brandColor: row.brandColor ?? null,
    twoFactorRequired: row.twoFactorRequired ?? false,
  });
  return {
    list: async () => (await model.find({}).sort({ _id: 1 }).lean()).map(workspace),
    async find(id) {
      const row = await model.findOne({ _id: id }).lean();
      return row ? workspace(row) : undefined;
    },
    async findMany(ids) {
      const rows = await model.find({ _id: { $in: [...ids] } }).lean();
      return new Map(rows.map((row) => [row._id, workspace(row)]));
    },
    async create(name, id = newId("workspace")) {
      try {
        await model.create({ _id: id, name, createdAt: clock.now() });
        return { id, created: true };
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        return { id, created: false };
      }
    },
    async update(id, change) {
      const set = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      await model.updateOne({ _id: id }, { $set: set });
    },
  };
}
