import { Schema, type Connection, type Model } from "mongoose";
import { sealed, type SealedValue } from "../../platform/sealed.js";

export interface WorkspaceRow {
  _id: string;
  name: string;
  createdAt: Date;
  brandColor?: string | null;
  twoFactorRequired?: boolean;
  /** Members who own it. Whoever would leave it empty is refused, by one update of this document. */
  owners?: string[];
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
  /** Who signs in as this member; absent for one that only integrators know. */
  userId?: string;
  /** A built-in role's name or the id of one of the workspace's own; absent: agent. */
  roleId?: string;
  /** To the minute. */
  lastSeenAt?: Date;
}

/** A role of the workspace's own; the built-in ones are in the code. */
export interface RoleRow {
  _id: string;
  workspaceId: string;
  name: string;
  /** Lower case: names differ in more than that. */
  nameKey: string;
  permissions: string[];
  createdAt: Date;
}

export interface InvitationRow {
  _id: string;
  workspaceId: string;
  /** Blind key of the address. */
  emailKey: string;
  email: SealedValue;
  roleId: string;
  /** SHA-256 of the token in the link, hex. */
  hash: string;
  invitedBy: { kind: "member" | "api"; id: string };
  createdAt: Date;
  expiresAt: Date;
  /** Neither accepted nor taken back: one per address. */
  open: boolean;
}

export interface TeamRow {
  _id: string;
  workspaceId: string;
  name: string;
  memberIds: string[];
  createdAt: Date;
}

export interface WorkspaceModels {
  workspaces: Model<WorkspaceRow>;
  apiKeys: Model<ApiKeyRow>;
  members: Model<MemberRow>;
  teams: Model<TeamRow>;
  roles: Model<RoleRow>;
  invitations: Model<InvitationRow>;
}

/**
 * The tables of who may do what. Indexes: a key is found by its hash, the keys of a workspace are listed, a person's
 * memberships are found, and somebody is member of a workspace once.
 */
export function workspaceModels(connection: Connection): WorkspaceModels {
  const workspace = new Schema<WorkspaceRow>(
    {
      _id: { type: String, required: true },
      name: { type: String, required: true },
      createdAt: { type: Date, required: true },
      brandColor: { type: String, default: null },
      twoFactorRequired: { type: Boolean, default: false },
      owners: { type: [String], default: [] },
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
      // Absent rather than null: the index below holds people only.
      userId: { type: String },
      roleId: { type: String },
      lastSeenAt: { type: Date },
    },
    { collection: "members", versionKey: false },
  );
  member.index({ workspaceId: 1, _id: 1 });
  member.index({ userId: 1, workspaceId: 1 }, { unique: true, partialFilterExpression: { userId: { $exists: true } } });
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
  const role = new Schema<RoleRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      name: { type: String, required: true },
      nameKey: { type: String, required: true },
      permissions: { type: [String], required: true },
      createdAt: { type: Date, required: true },
    },
    { collection: "roles", versionKey: false },
  );
  role.index({ workspaceId: 1, nameKey: 1 }, { unique: true });
  const invitation = new Schema<InvitationRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      emailKey: { type: String, required: true },
      email: sealed("email"),
      roleId: { type: String, required: true },
      hash: { type: String, required: true },
      invitedBy: { type: { kind: String, id: String }, required: true, _id: false },
      createdAt: { type: Date, required: true },
      expiresAt: { type: Date, required: true },
      open: { type: Boolean, required: true },
    },
    { collection: "invitations", versionKey: false },
  );
  invitation.index({ hash: 1 }, { unique: true });
  invitation.index({ emailKey: 1 });
  invitation.index({ workspaceId: 1, emailKey: 1 }, { unique: true, partialFilterExpression: { open: true } });
  return {
    workspaces: connection.model<WorkspaceRow>("Workspace", workspace),
    apiKeys: connection.model<ApiKeyRow>("ApiKey", apiKey),
    members: connection.model<MemberRow>("Member", member),
    teams: connection.model<TeamRow>("Team", team),
    roles: connection.model<RoleRow>("Role", role),
    invitations: connection.model<InvitationRow>("Invitation", invitation),
  };
}
