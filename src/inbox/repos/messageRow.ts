import { createHash } from "node:crypto";
import { newId } from "../../core/ids.js";
import { mediaOf, soughtTextOf, type Author, type Content, type NormalizedMessage } from "../../core/message.js";
import type { MessageRow } from "../models/message.js";
import type { Attachment, Message, ReferralDetails } from "../types.js";
import type { Seals } from "./seals.js";

/** An inbound message with everything its row needs. */
export interface InboundMessage {
  workspaceId: string;
  accountId: string;
  conversationId: string;
  externalKey: string;
  replyKey: string | null;
  /** Of an album, whose first picture makes it: blind form of the album. */
  albumKey: string | null;
  message: NormalizedMessage;
  at: Date;
  traceId: string | null;
  accepted: { id: string; at: Date } | null;
}

export interface NewReply {
  workspaceId: string;
  accountId: string;
  conversationId: string;
  author: Author;
  content: Content;
  replyTo: { key: string; messageId: string } | null;
  requestKey: string | null;
  requestHash: string | null;
  traceId: string | null;
  /** When it is to leave; undefined: now. */
  sendAt?: Date | undefined;
  now: Date;
}

export interface NewNote {
  workspaceId: string;
  accountId: string;
  conversationId: string;
  author: Author;
  text: string;
  mentions: readonly string[];
  now: Date;
}

/** Where a private field of a message lives. */
export const messagePlace = (workspaceId: string, field: string) => ({ workspaceId, collection: "messages", field });

/** The id of a file that came with a message: the same message and source are the same file. */
export function fileIdOf(messageId: string, index: number, source: string): string {
  return `fil_${createHash("sha256").update(`${messageId}/${index}/${source}`).digest("hex").slice(0, 26)}`;
}

/** The files a message shows, in order: uploads of ours by their own id. */
export function fileIdsOf(messageId: string, content: Content): string[] {
  return mediaOf(content).map(({ source }, index) =>
    source.startsWith("upload:") ? source.slice("upload:".length) : fileIdOf(messageId, index, source),
  );
}

const empty = {
  senderName: null,
  forwardedFrom: null,
  referral: null,
  externalId: null,
  externalKey: null,
  replyTo: null,
  reactions: [],
  revisions: [],
  editedAt: null,
  removedAt: null,
  receipts: {},
  mentions: [],
  traceId: null,
  sequence: 0,
  attempts: [],
  failure: null,
} satisfies Partial<MessageRow>;

export async function inboundRow(seals: Seals, input: InboundMessage, now: Date): Promise<MessageRow> {
  const { message, workspaceId } = input;
  // An event that cannot be read any more (no content) fails here, and nothing else with it.
  const text = soughtTextOf(message.content);
  const at = (field: string) => messagePlace(workspaceId, field);
  const { parameter, ...details } = message.referral ?? {};
  const [content, externalId, senderName, quote, forwardedFrom, referral, referralDetails, words] = await Promise.all([
    seals.sealJson(at("content"), message.content),
    seals.seal(at("externalId"), message.externalId),
    seals.sealOptional(at("senderName"), message.senderName),
    seals.sealOptional(at("quote"), message.replyTo?.quote),
    seals.sealOptional(at("forwardedFrom"), message.forwardedFrom),
    seals.sealOptional(at("referral"), parameter),
    Object.keys(details).length > 0 ? seals.sealJson(at("referralDetails"), details) : null,
    seals.searchTokens(workspaceId, text, { prefixes: "only" }),
  ]);
  const echo = message.direction === "echo";
  return {
    ...empty,
    _id: newId("message"),
    workspaceId,
    conversationId: input.conversationId,
    accountId: input.accountId,
    direction: echo ? "out" : "in",
    author: echo ? { kind: "business" } : { kind: "contact" },
    senderName,
    forwardedFrom,
    referral,
    ...(referralDetails ? { referralDetails } : {}),
    kind: message.content.kind,
    content,
    words,
    status: echo ? "sent" : "received",
    externalId,
    externalKey: input.externalKey,
    replyTo: input.replyKey ? { key: input.replyKey, messageId: null, quote } : null,
    traceId: input.traceId,
    ...(input.accepted ? { acceptedId: input.accepted.id, acceptedAt: input.accepted.at } : {}),
    at: input.at,
    sequence: message.sequence ?? 0,
    createdAt: now,
    unsettled: true,
    ...(message.history ? { history: true } : {}),
    ...(message.standby ? { standby: true } : {}),
  };
}

/** The row that stands for an album: it has the place of its first picture and no content of its own. */
export async function albumRow(seals: Seals, first: MessageRow, albumKey: string): Promise<MessageRow> {
  const content: Content = { kind: "album", items: [] };
  return {
    ...first,
    _id: newId("message"),
    kind: "album",
    content: await seals.sealJson(messagePlace(first.workspaceId, "content"), content),
    words: [],
    externalKey: albumKey,
  };
}

export async function replyRow(seals: Seals, reply: NewReply): Promise<MessageRow> {
  const { workspaceId, content, now } = reply;
  const [sealed, words] = await Promise.all([
    seals.sealJson(messagePlace(workspaceId, "content"), content),
    seals.searchTokens(workspaceId, soughtTextOf(content), { prefixes: "only" }),
  ]);
  return {
    ...empty,
    _id: newId("message"),
    workspaceId,
    conversationId: reply.conversationId,
    accountId: reply.accountId,
    direction: "out",
    author: reply.author,
    kind: content.kind,
    content: sealed,
    words,
    replyTo: reply.replyTo && { key: reply.replyTo.key, messageId: reply.replyTo.messageId, quote: null },
    traceId: reply.traceId,
    createdAt: now,
    ...(reply.sendAt
      ? { status: "scheduled", scheduled: true, sendAt: reply.sendAt, at: reply.sendAt }
      : { status: "queued", lane: true, dueAt: now, unsettled: true, at: now }),
    ...(reply.requestKey && reply.requestHash ? { requestKey: reply.requestKey, requestHash: reply.requestHash } : {}),
  };
}

export async function noteRow(seals: Seals, note: NewNote): Promise<MessageRow> {
  const content: Content = { kind: "text", text: note.text };
  return {
    ...empty,
    _id: newId("message"),
    workspaceId: note.workspaceId,
    conversationId: note.conversationId,
    accountId: note.accountId,
    direction: "note",
    author: note.author,
    kind: "text",
    content: await seals.sealJson(messagePlace(note.workspaceId, "content"), content),
    words: await seals.searchTokens(note.workspaceId, note.text, { prefixes: "only" }),
    status: "noted",
    mentions: [...note.mentions],
    at: note.now,
    createdAt: note.now,
    unsettled: true,
  };
}

/** A row with its private fields opened. `files` are those of its content, in order. */
export async function openedMessage(
  seals: Seals,
  row: Omit<MessageRow, "words">,
  content: Content,
  files: (Attachment | null)[],
): Promise<Message> {
  const at = (field: string) => messagePlace(row.workspaceId, field);
  const [externalId, senderName, quote, forwardedFrom, referral, referralDetails, partIds] = await Promise.all([
    seals.openOptional(at("externalId"), row.externalId),
    seals.openOptional(at("senderName"), row.senderName),
    seals.openOptional(at("quote"), row.replyTo?.quote),
    seals.openOptional(at("forwardedFrom"), row.forwardedFrom),
    seals.openOptional(at("referral"), row.referral),
    row.referralDetails
      ? (seals.openJson(at("referralDetails"), row.referralDetails) as Promise<ReferralDetails>)
      : null,
    row.partIds ? (seals.openJson(at("partIds"), row.partIds) as Promise<string[]>) : [],
  ]);
  const reactions = await Promise.all(
    row.reactions.map(async ({ author, emoji, at: when }) =>
      emoji ? { author, emoji: await seals.open(at("emoji"), emoji), at: when } : undefined,
    ),
  );
  const revisions = await Promise.all(
    row.revisions.map(async (revision) => ({
      content: (await seals.openJson(at("content"), revision.content)) as Content,
      at: revision.at,
    })),
  );
  return {
    id: row._id,
    workspaceId: row.workspaceId,
    conversationId: row.conversationId,
    accountId: row.accountId,
    direction: row.direction,
    author: row.author,
    senderName,
    content,
    files,
    status: row.status,
    externalId,
    partIds,
    replyTo: row.replyTo && { messageId: row.replyTo.messageId, quote },
    forwardedFrom,
    referral,
    referralDetails,
    reactions: reactions.filter((reaction) => reaction !== undefined),
    revisions,
    editedAt: row.editedAt,
    removedAt: row.removedAt,
    receipts: row.receipts,
    mentions: row.mentions,
    traceId: row.traceId,
    scheduledAt: row.sendAt ?? null,
    accepted: row.acceptedId && row.acceptedAt ? { id: row.acceptedId, at: row.acceptedAt } : null,
    at: row.at,
    sequence: row.sequence,
    createdAt: row.createdAt,
    attempts: row.attempts,
    failure: row.failure,
    standby: row.standby ?? false,
    pricing: row.pricing ?? null,
  };
}
