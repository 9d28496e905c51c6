import type { Alias } from "../core/events.js";
import type { IsoTime } from "../core/ids.js";
import type { Author, Content, MediaRole, MessageStatus, Referral } from "../core/message.js";
import type { AttachmentState } from "./models/attachment.js";
import type { HealthEntry } from "./models/channelAccount.js";
import type { ConversationStatus, Priority } from "./models/conversation.js";
import type { Attempt } from "./models/message.js";

/** A connected account with its credentials opened: for intake and sending only, never for an answer of the API. */
export interface ChannelAccount {
  id: string;
  workspaceId: string;
  kind: string;
  name: string;
  endpointKey: string;
  accountRef: string | null;
  settings: unknown;
  enabled: boolean;
  health: HealthEntry;
  healthLog: HealthEntry[];
  cursor: string | null;
  lastEventAt: Date | null;
  lastSentAt: Date | null;
  registeredAt: Date | null;
  registeredUrl: string | null;
  restartedAt: Date | null;
  simulated: boolean;
  talkative: boolean;
  createdAt: Date;
}

/** Another id of a person, and from when until when it held; `until` null: it still does. */
export interface DatedAlias extends Alias {
  from: IsoTime;
  until: IsoTime | null;
}

/** One way to reach a contact. */
export interface ContactIdentity {
  id: string;
  accountId: string;
  channel: string;
  /** The provider's chat id. */
  chat: string;
  group: boolean;
  aliases: DatedAlias[];
  blocked: boolean;
  blockedByUs: boolean;
  createdAt: Date;
}

export interface Contact {
  id: string;
  workspaceId: string;
  name: string | null;
  language: string | null;
  attributes: Record<string, string | number | boolean>;
  mergedInto: string | null;
  identities: ContactIdentity[];
  createdAt: Date;
  updatedAt: Date;
}

export interface Conversation {
  id: string;
  workspaceId: string;
  accountId: string;
  channel: string;
  contact: { id: string; name: string | null };
  identityId: string;
  status: ConversationStatus;
  snoozedUntil: Date | null;
  assigneeId: string | null;
  teamId: string | null;
  labels: string[];
  priority: Priority;
  participants: string[];
  blocked: boolean;
  blockedByUs: boolean;
  unread: number;
  /** The running number of the customer's messages. */
  inbound: number;
  /** Those of them the reader who asks has not read; null when nobody in particular asks. */
  unreadForMe: number | null;
  waitingSince: Date | null;
  lastInboundAt: Date | null;
  lastMessageAt: Date;
  lastMessage: { direction: "in" | "out" | "note"; kind: string; preview: string; at: Date } | null;
  createdAt: Date;
}

/** A file of a message, as far as it is known. */
export interface Attachment {
  id: string;
  workspaceId: string;
  messageId: string | null;
  role: MediaRole;
  state: AttachmentState;
  cause: string | null;
  name: string | null;
  mime: string | null;
  inline: boolean;
  bytes: number | null;
  width: number | null;
  height: number | null;
  seconds: number | null;
  peaks: number[] | null;
  blob: string | null;
  thumbnail: string | null;
}

/** A content with its files: in the order of the media in it. */
export interface ShownContent {
  content: Content;
  files: (Attachment | null)[];
}

/** What is known of an advertisement, a post or a link beside its parameter. */
export type ReferralDetails = Omit<Referral, "parameter">;

export interface Message extends ShownContent {
  id: string;
  workspaceId: string;
  conversationId: string;
  accountId: string;
  direction: "in" | "out" | "note";
  author: Author;
  senderName: string | null;
  status: MessageStatus;
  externalId: string | null;
  /** Further provider ids, when it went out in parts. */
  partIds: string[];
  replyTo: { messageId: string | null; quote: string | null } | null;
  forwardedFrom: string | null;
  referral: string | null;
  referralDetails: ReferralDetails | null;
  reactions: { author: Author; emoji: string; at: Date }[];
  revisions: { content: Content; at: Date }[];
  editedAt: Date | null;
  removedAt: Date | null;
  receipts: { sent?: Date; delivered?: Date; read?: Date };
  mentions: string[];
  traceId: string | null;
  /** When it leaves, or was to leave, if it was written for later. */
  scheduledAt: Date | null;
  accepted: { id: string; at: Date } | null;
  at: Date;
  sequence: number;
  createdAt: Date;
  attempts: Attempt[];
  failure: { reason: string; detail: string | null; providerCode: string | null } | null;
  /** Another application had the conversation when it came: no bot of ours may answer. */
  standby: boolean;
  /** What the provider charges, in its own words. */
  pricing: { billable: boolean | null; model: string | null; category: string | null } | null;
}

/** A page of a list: `next` is the position to go on from, null on the last page. */
export interface Page<T> {
  items: T[];
  next: string | null;
}
