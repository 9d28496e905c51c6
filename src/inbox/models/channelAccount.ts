import { Schema, type Connection, type Model } from "mongoose";
import { sealed, type SealedValue } from "../../platform/sealed.js";

/** How a connected account is doing. `draft`: no credentials yet. `off`: disabled by a person. */
export type HealthState = "draft" | "ok" | "degraded" | "needs_reauth" | "suspended" | "off";

export interface HealthEntry {
  state: HealthState;
  cause: string | null;
  since: Date;
}

export interface ChannelAccountRow {
  _id: string;
  workspaceId: string;
  kind: string;
  name: string;
  /** Unguessable part of the webhook URL. */
  endpointKey: string;
  /** The provider's id of the account; null while a draft. */
  accountRef: string | null;
  /** Credentials as JSON. */
  settings: SealedValue | null;
  enabled: boolean;
  health: HealthEntry;
  /** The last changes of health, newest last. */
  healthLog: HealthEntry[];
  /** Where a session goes on after a restart (Telegram: the update offset). */
  cursor: string | null;
  /** When the provider last told us something, to the minute: a channel that fell silent shows. */
  lastEventAt: Date | null;
  /** When something last went out, to the minute. */
  lastSentAt: Date | null;
  /** When the provider was told of our address, or shook hands at it; null when it does not know it. */
  registeredAt: Date | null;
  /** Which address of ours that was; null in rows that are older than the field. */
  registeredUrl: string | null;
  /** When somebody asked for its session to be started anew. */
  restartedAt: Date | null;
  /** Its provider is played by the built-in simulator. */
  simulated: boolean;
  /** Simulated: customers answer now and then by themselves. */
  talkative: boolean;
  createdAt: Date;
}

export function channelAccountModel(connection: Connection): Model<ChannelAccountRow> {
  const health = {
    state: { type: String, required: true },
    cause: { type: String, default: null },
    since: { type: Date, required: true },
  };
  const schema = new Schema<ChannelAccountRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      kind: { type: String, required: true },
      name: { type: String, required: true },
      endpointKey: { type: String, required: true },
      accountRef: { type: String, default: null },
      settings: sealed("settings"),
      enabled: { type: Boolean, required: true },
      health: new Schema(health, { _id: false }),
      healthLog: [new Schema(health, { _id: false })],
      cursor: { type: String, default: null },
      lastEventAt: { type: Date, default: null },
      lastSentAt: { type: Date, default: null },
      registeredAt: { type: Date, default: null },
      registeredUrl: { type: String, default: null },
      restartedAt: { type: Date, default: null },
      simulated: { type: Boolean, default: false },
      talkative: { type: Boolean, default: true },
      createdAt: { type: Date, required: true },
    },
    { collection: "channel_accounts", versionKey: false },
  );
  // The webhook's look-up; the workspace's list; one bot, page or number is connected once per workspace.
  schema.index({ endpointKey: 1 }, { unique: true });
  schema.index({ workspaceId: 1, _id: 1 });
  schema.index(
    { workspaceId: 1, kind: 1, accountRef: 1 },
    { unique: true, partialFilterExpression: { accountRef: { $type: "string" } } },
  );
  // Whether another workspace has it: two cannot have what its provider delivers to one place only.
  schema.index({ kind: 1, accountRef: 1 }, { partialFilterExpression: { accountRef: { $type: "string" } } });
  // What the sessions role looks after, whatever the workspace.
  schema.index({ kind: 1, _id: 1 }, { partialFilterExpression: { enabled: true } });
  // What the simulator plays, whatever the workspace.
  schema.index({ simulated: 1, _id: 1 }, { partialFilterExpression: { simulated: true } });
  return connection.model<ChannelAccountRow>("ChannelAccount", schema);
}
