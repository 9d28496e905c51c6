import { createHash, randomBytes } from "node:crypto";
import type { Connection } from "mongoose";
import { AppError } from "../core/errors.js";
import { newId } from "../core/ids.js";
import type { Clock } from "../core/ports.js";
import type { Scope } from "../wire/scopes.js";
import { identityModels, type ApiKeyRow } from "./models.js";
import { memberRepo, teamRepo, type MemberRepo, type TeamRepo } from "./people.js";

export type { Member, Team } from "./people.js";

export type { Scope };

/** Who asks: one API key of one workspace. */
export interface Principal {
  kind: "api";
  keyId: string;
  workspaceId: string;
  scopes: readonly string[];
}

/** An API key as a list shows it; the key itself is shown once and kept nowhere. */
export interface ApiKey {
  id: string;
  name: string;
  hint: string;
  scopes: string[];
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
}

export interface Identity {
  ensureIndexes(): Promise<void>;
  /** The first workspace and its key, when there is none yet; undefined afterwards. The key is in the clear here and nowhere else. */
  firstStart(name: string): Promise<{ workspaceId: string; apiKey: string } | undefined>;
  createWorkspace(name: string): Promise<{ workspaceId: string; apiKey: string }>;
  createKey(
    workspaceId: string,
    name: string,
    scopes: readonly Scope[],
    expiresAt: Date | null,
  ): Promise<{ key: string; row: ApiKey }>;
  apiKeys(workspaceId: string): Promise<ApiKey[]>;
  revokeApiKey(workspaceId: string, id: string): Promise<boolean>;
  /** Workspaces in order of creation. */
  workspaces(): Promise<{ id: string; name: string }[]>;
  workspace(id: string): Promise<{ id: string; name: string; createdAt: Date } | undefined>;
  renameWorkspace(id: string, name: string): Promise<void>;
  members: MemberRepo;
  teams: TeamRepo;
  /** The principal of a bearer token. Throws AppError `unauthenticated` when it is unknown, expired or revoked. */
  authenticate(token: string | undefined): Promise<Principal>;
}

/** How long a verified key is trusted without asking the database again; a revoked key dies within this time. */
const trustMs = 5_000;
const trustedMost = 10_000;
/** That a key was used is written down this often. */
const usedEveryMs = 60_000;

const hashOf = (key: string) => createHash("sha256").update(key).digest("hex");

/** Throws AppError `forbidden` unless the principal's key carries the scope. */
export function requireScope(principal: Principal, scope: Scope): void {
  if (principal.scopes.includes("*") || principal.scopes.includes(scope)) return;
  throw new AppError("forbidden", `This API key lacks the scope ${scope}.`);
}

/** Workspaces and their API keys. */
export function createIdentity(connection: Connection, clock: Clock): Identity {
  const { workspaces, apiKeys, members, teams } = identityModels(connection);
  const memberPart = memberRepo(members, clock);
  const trusted = new Map<string, { principal: Principal; until: number }>();

  async function createKey(workspaceId: string, name: string, allowed: readonly Scope[], expiresAt: Date | null) {
    const key = `sb_live_${randomBytes(32).toString("base64url")}`;
    const row: ApiKeyRow = {
      _id: newId("apiKey"),
      workspaceId,
      name,
      hash: hashOf(key),
      hint: key.slice(0, 12),
      scopes: [...allowed],
      createdAt: clock.now(),
      expiresAt,
      revokedAt: null,
      lastUsedAt: null,
    };
    await apiKeys.create(row);
    return { key, row: apiKeyOf(row) };
  }

  async function createWorkspace(name: string, workspaceId = newId("workspace")) {
    await workspaces.create({ _id: workspaceId, name, createdAt: clock.now() });
    const { key } = await createKey(workspaceId, "First key", ["*"], null);
    return { workspaceId, apiKey: key };
  }

  return {
    async ensureIndexes() {
      for (const model of [workspaces, apiKeys, members, teams]) await model.createIndexes();
    },

    async firstStart(name) {
      if (await apiKeys.exists({})) return undefined;
      // A fixed id: of two processes that start at once, one creates it and the other sees a duplicate.
      const workspaceId = "wsp_00000000000000000000000001";
      try {
        await workspaces.create({ _id: workspaceId, name, createdAt: clock.now() });
      } catch (error) {
        if ((error as { code?: unknown }).code !== 11000) throw error;
        // The workspace is there but perhaps its key is not: a start that died in between.
        if (await apiKeys.exists({})) return undefined;
      }
      const { key } = await createKey(workspaceId, "First key", ["*"], null);
      return { workspaceId, apiKey: key };
    },

    createWorkspace: (name) => createWorkspace(name),
    createKey,
    async apiKeys(workspaceId) {
      const rows = await apiKeys.find({ workspaceId }, { hash: 0 }).sort({ _id: 1 }).limit(1_000).lean();
      return rows.map(apiKeyOf);
    },

    async revokeApiKey(workspaceId, id) {
      const { matchedCount } = await apiKeys.updateOne({ _id: id, workspaceId }, { $set: { revokedAt: clock.now() } });
      trusted.clear();
      return matchedCount === 1;
    },

    async workspaces() {
      const rows = await workspaces.find({}).sort({ _id: 1 }).lean();
      return rows.map((row) => ({ id: row._id, name: row.name }));
    },

    async workspace(id) {
      const row = await workspaces.findOne({ _id: id }).lean();
      return row ? { id: row._id, name: row.name, createdAt: row.createdAt } : undefined;
    },
    async renameWorkspace(id, name) {
      await workspaces.updateOne({ _id: id }, { $set: { name } });
    },
    members: memberPart,
    teams: teamRepo(teams, memberPart, clock),

    async authenticate(token) {
      const denied = () => new AppError("unauthenticated", "Send a valid API key: Authorization: Bearer sb_live_…");
      if (!token || token.length > 200) throw denied();
      const hash = hashOf(token);
      const now = clock.now();
      const known = trusted.get(hash);
      if (known && known.until > now.getTime()) return known.principal;
      const row = await apiKeys.findOne({ hash }).lean();
      if (!row || row.revokedAt || (row.expiresAt && row.expiresAt <= now)) throw denied();
      const principal: Principal = { kind: "api", keyId: row._id, workspaceId: row.workspaceId, scopes: row.scopes };
      if (now.getTime() - (row.lastUsedAt?.getTime() ?? 0) > usedEveryMs) {
        await apiKeys.updateOne({ _id: row._id }, { $max: { lastUsedAt: now } });
      }
      if (trusted.size >= trustedMost) trusted.clear();
      trusted.set(hash, { principal, until: now.getTime() + trustMs });
      return principal;
    },
  };
}

const apiKeyOf = (row: Omit<ApiKeyRow, "hash">): ApiKey => ({
  id: row._id,
  name: row.name,
  hint: row.hint,
  scopes: row.scopes,
  createdAt: row.createdAt,
  expiresAt: row.expiresAt,
  revokedAt: row.revokedAt,
  lastUsedAt: row.lastUsedAt,
});
