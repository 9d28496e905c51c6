import { randomBytes } from "node:crypto";
import type { Model } from "mongoose";
import { AppError } from "../core/errors.js";
import { newId } from "../core/ids.js";
import type { Clock } from "../core/ports.js";
import type { Scope } from "../wire/scopes.js";
import type { ApiKeyRow } from "./models/workspace.js";
import type { ApiPrincipal } from "./principal.js";
import { hashOf } from "./secrets.js";

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

export interface ApiKeys {
  create(
    workspaceId: string,
    name: string,
    scopes: readonly Scope[],
    expiresAt: Date | null,
  ): Promise<{ key: string; row: ApiKey }>;
  list(workspaceId: string): Promise<ApiKey[]>;
  revoke(workspaceId: string, id: string): Promise<boolean>;
  /** Throws AppError `unauthenticated` when the key is unknown, expired or revoked. */
  authenticate(token: string | undefined): Promise<ApiPrincipal>;
}

/** How long a verified key is trusted without asking the database again; a revoked key dies within this time. */
const trustMs = 5_000;
const trustedMost = 10_000;
/** That a key was used is written down this often. */
const usedEveryMs = 60_000;

export function createApiKeys(model: Model<ApiKeyRow>, clock: Clock): ApiKeys {
  const trusted = new Map<string, { principal: ApiPrincipal; until: number }>();
  return {
    async create(workspaceId, name, allowed, expiresAt) {
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
      await model.create(row);
      return { key, row: apiKeyOf(row) };
    },

    async list(workspaceId) {
      const rows = await model.find({ workspaceId }, { hash: 0 }).sort({ _id: 1 }).limit(1_000).lean();
      return rows.map(apiKeyOf);
    },

    async revoke(workspaceId, id) {
      const { matchedCount } = await model.updateOne({ _id: id, workspaceId }, { $set: { revokedAt: clock.now() } });
      trusted.clear();
      return matchedCount === 1;
    },

    async authenticate(token) {
      const denied = () => new AppError("unauthenticated", "Send a valid API key: Authorization: Bearer sb_live_…");
      if (!token || token.length > 200) throw denied();
      const hash = hashOf(token);
      const now = clock.now();
      const known = trusted.get(hash);
      if (known && known.until > now.getTime()) return known.principal;
      const row = await model.findOne({ hash }).lean();
      if (!row || row.revokedAt || (row.expiresAt && row.expiresAt <= now)) throw denied();
      const { _id, workspaceId, scopes } = row;
      const principal: ApiPrincipal = { kind: "api", keyId: _id, callerId: _id, workspaceId, scopes };
      if (now.getTime() - (row.lastUsedAt?.getTime() ?? 0) > usedEveryMs) {
        await model.updateOne({ _id }, { $max: { lastUsedAt: now } });
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
