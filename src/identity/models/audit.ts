import { Schema, type Connection, type Model } from "mongoose";
import { sealed, type SealedValue } from "../../platform/sealed.js";

/** One line of the audit log. Lines are added and read, never changed. */
export interface AuditRow {
  _id: string;
  workspaceId: string;
  at: Date;
  actorKind: "member" | "api" | "system";
  actorId: string | null;
  action: string;
  /** "done", or the code of the refusal. */
  outcome: string;
  targetId: string | null;
  details: Record<string, unknown>;
  address: SealedValue | null;
}

/** The audit log: newest first, by workspace, by who, by what. */
export function auditModel(connection: Connection): Model<AuditRow> {
  const schema = new Schema<AuditRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      at: { type: Date, required: true },
      actorKind: { type: String, required: true },
      actorId: { type: String, default: null },
      action: { type: String, required: true },
      outcome: { type: String, required: true },
      targetId: { type: String, default: null },
      details: { type: Schema.Types.Mixed, default: {} },
      address: sealed("address"),
    },
    { collection: "audit_log", versionKey: false, minimize: false },
  );
  schema.index({ workspaceId: 1, at: -1, _id: -1 });
  schema.index({ workspaceId: 1, actorId: 1, at: -1, _id: -1 });
  schema.index({ workspaceId: 1, action: 1, at: -1, _id: -1 });
  return connection.model<AuditRow>("AuditEntry", schema);
}
