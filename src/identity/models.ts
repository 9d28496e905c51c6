import { Schema, type Connection, type Model } from "mongoose";

export interface WorkspaceRow {
  _id: string;
  name: string;
  createdAt: Date;
}

export interface ApiKeyRow {
  _id: string;
  workspaceId: string;
  name: string;
  /** SHA-256 of the key, hex. The key itself is shown once and kept nowhere. */
  hash: string;
  /** First characters, to recognise it in a list. */
  hint: string;
  scopes: string[];
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  /** To the minute. */
  lastUsedAt: Date | null;
}

/** Somebody to whom conversations can be given. */
export interface MemberRow {
  _id: string;
  workspaceId: string;
  name: string;
  /** False: has left; conversations keep the name. */
  active: boolean;
  createdAt: Date;
}

export interface TeamRow {
  _id: string;
  workspaceId: string;
  name: string;
  memberIds: string[];
  createdAt: Date;
}

export interface IdentityModels {
  workspaces: Model<WorkspaceRow>;
  apiKeys: Model<ApiKeyRow>;
  members: Model<MemberRow>;
  teams: Model<TeamRow>;
}

/** The tables of who may do what. Indexes: a key is found by its hash, the keys of a workspace are listed. */
export function identityModels(connection: Connection): IdentityModels {
  const workspace = new Schema<WorkspaceRow>(
    {
      _id: { type: String, required: true },
      name: { type: String, required: true },
      createdAt: { type: Date, required: true },
    },
    { collection: "workspaces", versionKey: false },
  );
  const apiKey = new Schema<ApiKeyRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      name: { type: String, required: true },
      hash: { type: String, required: true },
      hint: { type: String, required: true },
      scopes: { type: [String], required: true },
      createdAt: { type: Date, required: true },
      expiresAt: { type: Date, default: null },
      revokedAt: { type: Date, default: null },
      lastUsedAt: { type: Date, default: null },
    },
    { collection: "api_keys", versionKey: false },
  );
  apiKey.index({ hash: 1 }, { unique: true });
  apiKey.index({ workspaceId: 1, _id: 1 });
  const member = new Schema<MemberRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      name: { type: String, required: true },
      active: { type: Boolean, required: true },
      createdAt: { type: Date, required: true },
    },
    { collection: "members", versionKey: false },
  );
  member.index({ workspaceId: 1, _id: 1 });
  const team = new Schema<TeamRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      name: { type: String, required: true },
      memberIds: { type: [String], required: true },
      createdAt: { type: Date, required: true },
    },
    { collection: "teams", versionKey: false },
  );
  team.index({ workspaceId: 1, _id: 1 });
  return {
    workspaces: connection.model<WorkspaceRow>("Workspace", workspace),
    apiKeys: connection.model<ApiKeyRow>("ApiKey", apiKey),
    members: connection.model<MemberRow>("Member", member),
    teams: connection.model<TeamRow>("Team", team),
  };
}
