import { Schema, type Connection, type Model } from "mongoose";
import { sealed, type SealedValue } from "../../platform/sealed.js";

/** A view of the inbox that somebody keeps. */
export interface ViewRow {
  _id: string;
  workspaceId: string;
  name: string;
  shared: boolean;
  /** As the API takes them. */
  filters: Record<string, unknown>;
  sort: string;
  /** The caller who made it. */
  createdBy: string;
  createdAt: Date;
}

/** A set of filters of contacts that somebody keeps. */
export interface SegmentRow {
  _id: string;
  workspaceId: string;
  name: string;
  shared: boolean;
  /** As the API takes them, as JSON: they may hold names and what is known of people. */
  filters: SealedValue;
  createdBy: string;
  createdAt: Date;
}

export interface MacroRow {
  _id: string;
  workspaceId: string;
  name: string;
  shared: boolean;
  /** MacroAction[] as JSON: it holds texts. */
  actions: SealedValue;
  createdBy: string;
  createdAt: Date;
}

export interface CannedReplyRow {
  _id: string;
  workspaceId: string;
  shortcut: string;
  name: string;
  text: SealedValue;
  /** Empty: whatever the customer speaks. */
  language: string;
  uses: number;
  createdAt: Date;
  updatedAt: Date;
}

/** What somebody has begun to write in a conversation. */
export interface DraftRow {
  /** Conversation and caller. */
  _id: string;
  workspaceId: string;
  conversationId: string;
  callerId: string;
  mode: "reply" | "note";
  /** Text, what it answers, and files, as JSON. */
  body: SealedValue;
  updatedAt: Date;
}

export interface DeskModels {
  views: Model<ViewRow>;
  macros: Model<MacroRow>;
  cannedReplies: Model<CannedReplyRow>;
  drafts: Model<DraftRow>;
  segments: Model<SegmentRow>;
}

const text = { type: String, required: true } as const;
const date = { type: Date, required: true } as const;
const flag = { type: Boolean, required: true } as const;
/** A draft nobody touched for so long is nobody's any more. */
const draftKeptSeconds = 90 * 86_400;

export function deskModels(connection: Connection): DeskModels {
  const view = new Schema<ViewRow>(
    {
      _id: text,
      workspaceId: text,
      name: text,
      shared: flag,
      filters: { type: Schema.Types.Mixed, required: true },
      sort: text,
      createdBy: text,
      createdAt: date,
    },
    { collection: "views", versionKey: false, minimize: false },
  );
  view.index({ workspaceId: 1, _id: 1 });
  const macro = new Schema<MacroRow>(
    {
      _id: text,
      workspaceId: text,
      name: text,
      shared: flag,
      actions: sealed("actions"),
      createdBy: text,
      createdAt: date,
    },
    { collection: "macros", versionKey: false },
  );
  macro.index({ workspaceId: 1, _id: 1 });
  const canned = new Schema<CannedReplyRow>(
    {
      _id: text,
      workspaceId: text,
      shortcut: text,
      name: text,
      text: sealed("text"),
      language: { type: String, default: "" },
      uses: { type: Number, required: true },
      createdAt: date,
      updatedAt: date,
    },
    { collection: "canned_replies", versionKey: false },
  );
  canned.index({ workspaceId: 1, _id: 1 });
  // One answer for a shortcut in a language.
  canned.index({ workspaceId: 1, shortcut: 1, language: 1 }, { unique: true });
  const draft = new Schema<DraftRow>(
    {
      _id: text,
      workspaceId: text,
      conversationId: text,
      callerId: text,
      mode: text,
      body: sealed("body"),
      updatedAt: date,
    },
    { collection: "drafts", versionKey: false },
  );
  // Of one caller, the latest first; and what was forgotten.
  draft.index({ workspaceId: 1, callerId: 1, updatedAt: -1 });
  draft.index({ conversationId: 1 });
  draft.index({ updatedAt: 1 }, { expireAfterSeconds: draftKeptSeconds });
  const segment = new Schema<SegmentRow>(
    {
      _id: text,
      workspaceId: text,
      name: text,
      shared: flag,
      filters: sealed("filters"),
      createdBy: text,
      createdAt: date,
    },
    { collection: "contact_segments", versionKey: false },
  );
  segment.index({ workspaceId: 1, _id: 1 });
  return {
    views: connection.model<ViewRow>("View", view),
    macros: connection.model<MacroRow>("Macro", macro),
    cannedReplies: connection.model<CannedReplyRow>("CannedReply", canned),
    drafts: connection.model<DraftRow>("Draft", draft),
    segments: connection.model<SegmentRow>("ContactSegment", segment),
  };
}
