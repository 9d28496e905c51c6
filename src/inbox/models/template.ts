import { Schema, type Connection, type Model } from "mongoose";

/** A part of a template as the provider has it; texts have places such as `{{1}}` or `{{name}}`. */
export type TemplatePart =
  | { in: "header"; format: "text" | "image" | "video" | "document" | "location"; text?: string | undefined }
  | { in: "body" | "footer"; text: string }
  | { in: "button"; index: number; type: string; label: string; url?: string | undefined };

/** A message template of a channel account. The business wrote it, it names nobody: it is not sealed. */
export interface TemplateRow {
  /** Follows from account, name and language: two ways of hearing of one template mean one row. */
  _id: string;
  workspaceId: string;
  accountId: string;
  externalId: string | null;
  name: string;
  language: string;
  /** The provider's word in lower case: approved, pending, rejected, paused, disabled … */
  status: string;
  category: string | null;
  quality: string | null;
  /** Why it was rejected. */
  reason: string | null;
  /** null as long as only the provider's webhook told of it. */
  parts: TemplatePart[] | null;
  updatedAt: Date;
}

export function templateModel(connection: Connection): Model<TemplateRow> {
  const schema = new Schema<TemplateRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      accountId: { type: String, required: true },
      externalId: { type: String, default: null },
      name: { type: String, required: true },
      language: { type: String, required: true },
      status: { type: String, required: true },
      category: { type: String, default: null },
      quality: { type: String, default: null },
      reason: { type: String, default: null },
      parts: { type: Schema.Types.Mixed, default: null },
      updatedAt: { type: Date, required: true },
    },
    { collection: "templates", versionKey: false },
  );
  // The list of an account by name.
  schema.index({ accountId: 1, name: 1, language: 1 });
  return connection.model<TemplateRow>("Template", schema);
}
