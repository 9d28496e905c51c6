import type { ListQuery } from "./types.js";

/** Names of what the query cache holds, by workspace. */
export const keys = {
  lists: (workspaceId: string) => ["w", workspaceId, "conversations"] as const,
  list: (workspaceId: string, query: ListQuery) => ["w", workspaceId, "conversations", query] as const,
  conversation: (workspaceId: string, id: string) => ["w", workspaceId, "conversation", id] as const,
  thread: (workspaceId: string, id: string) => ["w", workspaceId, "thread", id] as const,
  /** A part of a thread further back, around one message. */
  threadAround: (workspaceId: string, id: string, messageId: string) =>
    ["w", workspaceId, "thread", id, "around", messageId] as const,
  activity: (workspaceId: string, id: string) => ["w", workspaceId, "activity", id] as const,
  scheduled: (workspaceId: string) => ["w", workspaceId, "scheduled"] as const,
  policy: (workspaceId: string, id: string) => ["w", workspaceId, "policy", id] as const,
  message: (workspaceId: string, id: string) => ["w", workspaceId, "message", id] as const,
  contact: (workspaceId: string, id: string) => ["w", workspaceId, "contact", id] as const,
  counts: (workspaceId: string) => ["w", workspaceId, "inbox-counts"] as const,
  views: (workspaceId: string) => ["w", workspaceId, "views"] as const,
  drafts: (workspaceId: string) => ["w", workspaceId, "drafts"] as const,
  draft: (workspaceId: string, id: string) => ["w", workspaceId, "draft", id] as const,
  members: (workspaceId: string) => ["w", workspaceId, "members"] as const,
  teams: (workspaceId: string) => ["w", workspaceId, "teams"] as const,
  labels: (workspaceId: string) => ["w", workspaceId, "labels"] as const,
  channels: (workspaceId: string) => ["w", workspaceId, "channels"] as const,
  macros: (workspaceId: string) => ["w", workspaceId, "macros"] as const,
  canned: (workspaceId: string) => ["w", workspaceId, "canned-replies"] as const,
};
