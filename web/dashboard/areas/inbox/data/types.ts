import type { z } from "zod";
import type { ViewFilters } from "../../../../../src/wire/desk.js";
import type {
  conversationSort,
  conversationStatus,
  messageStatus,
  priority,
  refusalDto,
  searchHitDto,
} from "../../../../../src/wire/inbox.js";
import type { labelDto, teamDto } from "../../../../../src/wire/workspace.js";
import type { Capabilities, templateDto, templatePreviewDto } from "../../../../../src/wire/channels.js";

export type { AttachmentDto, ContentDto, SendableContent } from "../../../../../src/wire/content.js";
export type {
  CannedReplyDto,
  DraftDto,
  InboxCountsDto,
  MacroDto,
  MacroRunDto,
  RenderedDto,
  ViewDto,
  ViewFilters,
} from "../../../../../src/wire/desk.js";
export type {
  ActivityDto,
  BulkResultDto,
  ConversationDetailDto,
  ConversationDto,
  MessageDetailDto,
  MessageDto,
  TraceEntryDto,
} from "../../../../../src/wire/inbox.js";
export type SearchHit = z.infer<typeof searchHitDto>;
export type { ContactDto, ContactNoteDto } from "../../../../../src/wire/contacts.js";
export type { ChannelAccountDto } from "../../../../../src/wire/channels.js";
export type { Capabilities };

export type Refusal = z.infer<typeof refusalDto>;

export type Label = z.infer<typeof labelDto>;
export type Team = z.infer<typeof teamDto>;
export type Template = z.infer<typeof templateDto>;
export type TemplatePreview = z.infer<typeof templatePreviewDto>;
export type Status = z.infer<typeof conversationStatus>;
export type Priority = z.infer<typeof priority>;
export type Sort = z.infer<typeof conversationSort>;
export type MessageStatus = z.infer<typeof messageStatus>;

/** What the inbox needs to know of a member. */
export interface Member {
  id: string;
  name: string;
  active: boolean;
}

/** One page of a list. */
export interface PageOf<T> {
  data: T[];
  next_cursor: string | null;
}

/** What a list of conversations is asked for. */
export type ListQuery = ViewFilters & { sort?: Sort | undefined };

/** Whether a reply may be sent, and what the channel can. */
export interface ReplyPolicy {
  allowed: boolean;
  reason: string | null;
  sentence: string | null;
  until: string | null;
  capabilities: Capabilities | null;
}

/** What a change to conversations may say. */
export interface Change {
  status?: Status;
  snoozed_until?: string | null;
  assignee_id?: string | null;
  team_id?: string | null;
  labels?: string[];
  add_labels?: string[];
  remove_labels?: string[];
  priority?: Priority;
}
