import type { Model } from "mongoose";
import { coalesce } from "../core/coalesce.js";
import { newId } from "../core/ids.js";
import type { Clock, Keyring } from "../core/ports.js";
import { decodeCursor, encodeCursor } from "../platform/cursor.js";
import { asSealed } from "../platform/sealed.js";
import type { AuditRow } from "./models/audit.js";

/** Who did it: a member, an API key, or the system itself. */
export interface AuditActor {
  kind: "member" | "api" | "system";
  id: string | null;
}

/** One line of the audit log. Plain facts only: never texts, secrets or contact details. */
export interface AuditEntry {
  workspaceId: string;
  actor: AuditActor;
  /** Such as "members.update". */
  action: string;
  /** "done", or the code of the refusal. */
  outcome: string;
  targetId: string | null;
  details: Record<string, unknown>;
  /** The caller's IP address. */
  address: string | null;
}

export interface AuditQuery {
  limit: number;
  cursor?: string | undefined;
  actorId?: string | undefined;
  action?: string | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
}

export interface AuditLog {
  /** Adds lines. They are stored once the promise resolves; concurrent calls share a round trip. */
  write(entries: readonly AuditEntry[]): Promise<void>;
  /** Newest first. */
  list(
    workspaceId: string,
    query: AuditQuery,
  ): Promise<{ items: (AuditEntry & { id: string; at: Date })[]; next: string | null }>;
}

export function createAuditLog(model: Model<AuditRow>, keyring: Keyring, clock: Clock): AuditLog {
  const place = (workspaceId: string) => ({ workspaceId, collection: "audit_log", field: "address" });
  const store = coalesce<AuditRow, undefined>(
    async (rows) => {
      await model.insertMany(rows, { ordered: false });
      return rows.map(() => undefined);
    },
    { maxBatch: 500 },
  );
  async function row(entry: AuditEntry): Promise<AuditRow> {
    const { workspaceId, actor, action, outcome, targetId, details, address } = entry;
    return {
      _id: newId("audit"),
      workspaceId,
      at: clock.now(),
      actorKind: actor.kind,
      actorId: actor.id,
      action,
      outcome,
      targetId,
      details,
      address: address === null ? null : asSealed(await keyring.seal(place(workspaceId), address)),
    };
  }
  return {
    async write(entries) {
      await Promise.all(entries.map(async (entry) => store(await row(entry))));
    },
    async list(workspaceId, { limit, cursor, actorId, action, since, until }) {
      const after = decodeCursor(cursor, ["date", "string"]);
      const range = { ...(since ? { $gte: since } : {}), ...(until ? { $lt: until } : {}) };
      const rows = await model
        .find({
          workspaceId,
          ...(actorId === undefined ? {} : { actorId }),
          ...(action === undefined ? {} : { action }),
          ...(since || until ? { at: range } : {}),
          ...(after ? { $or: [{ at: { $lt: after[0] } }, { at: after[0], _id: { $lt: after[1] } }] } : {}),
        })
        .sort({ at: -1, _id: -1 })
        .limit(limit + 1)
        .lean();
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      const items = await Promise.all(
        shown.map(async (one) => ({
          id: one._id,
          at: one.at,
          workspaceId,
          actor: { kind: one.actorKind, id: one.actorId },
          action: one.action,
          outcome: one.outcome,
          targetId: one.targetId,
          details: one.details,
          address: one.address ? await keyring.open(place(workspaceId), one.address) : null,
        })),
      );
      return { items, next: rows.length > limit && last ? encodeCursor([last.at, last._id]) : null };
    },
  };
}
