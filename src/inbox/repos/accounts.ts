import { randomBytes } from "node:crypto";
import type { Model } from "mongoose";
import { newId } from "../../core/ids.js";
import type { ChannelAccountRow, HealthState } from "../models/channelAccount.js";
import type { ChannelAccount } from "../types.js";
import type { Seals } from "./seals.js";

/** How many changes of health are remembered. */
const healthLogMost = 50;
/** How many accounts the simulator plays. */
const simulatedMost = 500;
const place = (workspaceId: string) => ({ workspaceId, collection: "channel_accounts", field: "settings" });

export interface AccountRepo {
  /** With an `accountRef` for an account that spoke before it was connected; a duplicate key error (11000) when it is there. */
  createDraft(input: {
    workspaceId: string;
    kind: string;
    name: string;
    accountRef?: string | undefined;
    simulated?: boolean | undefined;
    now: Date;
  }): Promise<ChannelAccount>;
  /** Puts credentials in. Throws a duplicate key error (11000) when the workspace has that account already. */
  saveSettings(
    workspaceId: string,
    id: string,
    input: { settings: unknown; accountRef: string; name?: string },
  ): Promise<void>;
  setEnabled(workspaceId: string, id: string, enabled: boolean): Promise<boolean>;
  rename(workspaceId: string, id: string, name: string): Promise<boolean>;
  /** Writes only when state or cause change. Returns whether they did. */
  setHealth(
    id: string,
    state: HealthState,
    cause: string | null,
    now: Date,
    /** Only from one of these states; from any when missing. */
    from?: readonly HealthState[],
  ): Promise<boolean>;
  /** Enabled accounts of all workspaces in order of id, for checks that go round. */
  enabledAfter(id: string, limit: number): Promise<ChannelAccount[]>;
  saveCursor(id: string, cursor: string): Promise<void>;
  /** The provider told us something. */
  heard(id: string, at: Date): Promise<void>;
  /** Something went out. */
  spoke(id: string, at: Date): Promise<void>;
  /** The provider knows this address of ours since then; null: it does not know any. */
  setRegistered(id: string, known: { at: Date; url: string } | null): Promise<void>;
  /** Asks whoever runs its session to start it anew. */
  restart(workspaceId: string, id: string, at: Date): Promise<boolean>;
  setTalkative(workspaceId: string, id: string, talkative: boolean): Promise<boolean>;
  /** Every simulated account of all workspaces. */
  simulated(): Promise<ChannelAccount[]>;
  find(workspaceId: string, id: string): Promise<ChannelAccount | undefined>;
  /** For jobs, which carry no principal: the workspace comes from the row. */
  findById(id: string): Promise<ChannelAccount | undefined>;
  findByEndpoint(kind: string, endpointKey: string): Promise<ChannelAccount | undefined>;
  findByRef(workspaceId: string, kind: string, accountRef: string): Promise<ChannelAccount | undefined>;
  /** Whether another workspace has connected it; drafts and what is simulated do not count. */
  isConnectedElsewhere(workspaceId: string, kind: string, accountRef: string): Promise<boolean>;
  list(workspaceId: string): Promise<ChannelAccount[]>;
  /** Every enabled account of these kinds in all workspaces: what the sessions role looks after. */
  enabledOfKinds(kinds: readonly string[]): Promise<ChannelAccount[]>;
  remove(workspaceId: string, id: string): Promise<boolean>;
}

/** What rows do not have that are older than the field. */
const missing = {
  lastSentAt: null,
  registeredAt: null,
  registeredUrl: null,
  restartedAt: null,
  simulated: false,
  talkative: true,
};

/** Channel accounts with their credentials sealed. */
export function accountRepo(model: Model<ChannelAccountRow>, seals: Seals): AccountRepo {
  async function opened(row: ChannelAccountRow): Promise<ChannelAccount> {
    const { _id, settings, ...rest } = row;
    if (!settings) return { ...missing, id: _id, ...rest, settings: null };
    const plain = await seals.open(place(row.workspaceId), settings);
    const renewed = await seals.renewed(place(row.workspaceId), settings, plain);
    // Only what was read: credentials that somebody put in meanwhile stay.
    if (renewed) await model.updateOne({ _id, settings }, { $set: { settings: renewed } });
    return { ...missing, id: _id, ...rest, settings: JSON.parse(plain) as unknown };
  }
  const maybe = async (row: ChannelAccountRow | null) => (row ? opened(row) : undefined);

  return {
    async createDraft({ workspaceId, kind, name, accountRef, simulated, now }) {
      const health = { state: "draft" as const, cause: null, since: now };
      const row: ChannelAccountRow = {
        _id: newId("account"),
        workspaceId,
        kind,
        name,
        endpointKey: randomBytes(24).toString("base64url"),
        accountRef: accountRef ?? null,
        settings: null,
        enabled: true,
        health,
        healthLog: [health],
        cursor: null,
        lastEventAt: null,
        ...missing,
        simulated: simulated ?? false,
        createdAt: now,
      };
      await model.create(row);
      return opened(row);
    },
    async saveSettings(workspaceId, id, { settings, accountRef, name }) {
      const sealed = await seals.sealJson(place(workspaceId), settings);
      await model.updateOne(
        { _id: id, workspaceId },
        { $set: { settings: sealed, accountRef, ...(name ? { name } : {}) } },
      );
    },
    async setEnabled(workspaceId, id, enabled) {
      const { matchedCount } = await model.updateOne({ _id: id, workspaceId }, { $set: { enabled } });
      return matchedCount === 1;
    },
    async rename(workspaceId, id, name) {
      const { matchedCount } = await model.updateOne({ _id: id, workspaceId }, { $set: { name } });
      return matchedCount === 1;
    },
    async setHealth(id, state, cause, now, from) {
      const entry = { state, cause, since: now };
      const { modifiedCount } = await model.updateOne(
        {
          _id: id,
          ...(from ? { "health.state": { $in: [...from] } } : {}),
          $or: [{ "health.state": { $ne: state } }, { "health.cause": { $ne: cause } }],
        },
        { $set: { health: entry }, $push: { healthLog: { $each: [entry], $slice: -healthLogMost } } },
      );
      return modifiedCount === 1;
    },
    async saveCursor(id, cursor) {
      await model.updateOne({ _id: id }, { $set: { cursor } });
    },
    async heard(id, at) {
      await model.updateOne({ _id: id }, { $max: { lastEventAt: at } });
    },
    async spoke(id, at) {
      await model.updateOne({ _id: id }, { $max: { lastSentAt: at } });
    },
    async setRegistered(id, known) {
      const change = { registeredAt: known?.at ?? null, registeredUrl: known?.url ?? null };
      await model.updateOne({ _id: id }, { $set: change });
    },
    async restart(workspaceId, id, at) {
      return (await model.updateOne({ _id: id, workspaceId }, { $set: { restartedAt: at } })).matchedCount === 1;
    },
    async setTalkative(workspaceId, id, talkative) {
      const { matchedCount } = await model.updateOne(
        { _id: id, workspaceId, simulated: true },
        { $set: { talkative } },
      );
      return matchedCount === 1;
    },
    simulated: async () =>
      Promise.all((await model.find({ simulated: true }).sort({ _id: 1 }).limit(simulatedMost).lean()).map(opened)),
    find: async (workspaceId, id) => maybe(await model.findOne({ _id: id, workspaceId }).lean()),
    findById: async (id) => maybe(await model.findOne({ _id: id }).lean()),
    findByEndpoint: async (kind, endpointKey) => maybe(await model.findOne({ endpointKey, kind }).lean()),
    findByRef: async (workspaceId, kind, accountRef) =>
      maybe(await model.findOne({ workspaceId, kind, accountRef: { $eq: accountRef, $type: "string" } }).lean()),
    async isConnectedElsewhere(workspaceId, kind, accountRef) {
      const rows = await model
        .find({ kind, accountRef: { $eq: accountRef, $type: "string" } })
        .select({ workspaceId: 1, simulated: 1, settings: 1 })
        .lean();
      return rows.some((row) => row.workspaceId !== workspaceId && !row.simulated && row.settings !== null);
    },
    list: async (workspaceId) => Promise.all((await model.find({ workspaceId }).sort({ _id: 1 }).lean()).map(opened)),
    enabledOfKinds: async (kinds) =>
      Promise.all((await model.find({ kind: { $in: [...kinds] }, enabled: true }).lean()).map(opened)),
    enabledAfter: async (id, limit) =>
      Promise.all(
        (
          await model
            .find({ _id: { $gt: id }, enabled: true, accountRef: { $type: "string" } })
            .sort({ _id: 1 })
            .limit(limit)
            .lean()
        ).map(opened),
      ),
    async remove(workspaceId, id) {
      return (await model.deleteOne({ _id: id, workspaceId })).deletedCount === 1;
    },
  };
}
