import type { Content, MediaRef, MediaRole } from "../../core/message.js";
import type { Attachment, Conversation, Hit, Message, ReferralDetails } from "../../inbox/index.js";
import type { AttachmentDto, ContentDto, SendableContent } from "../../wire/content.js";
import type { ConversationDto, MessageDetailDto, MessageDto, ReferralDto } from "../../wire/inbox.js";

/** Addresses under which a file can be downloaded for some minutes, by whoever has them. */
export type FileUrls = (file: Attachment) => { url: string | null; thumbnailUrl: string | null };

const iso = (date: Date | null | undefined) => date?.toISOString() ?? null;

export interface InboxPresenter {
  attachment(file: Attachment): AttachmentDto;
  content(content: Content, files: readonly (Attachment | null)[]): ContentDto;
  message(message: Message): MessageDto;
  messageDetail(message: Message): MessageDetailDto;
  hit(hit: Hit): { message: MessageDto; conversation: ConversationDto };
}

/** How messages look from outside: explicit fields, and files by addresses that run out. */
export function inboxPresenter(urls: FileUrls): InboxPresenter {
  function attachment(file: Attachment): AttachmentDto {
    const { url, thumbnailUrl } = urls(file);
    return {
      id: file.id,
      state: file.state,
      cause: file.cause,
      name: file.name,
      mime: file.mime,
      bytes: file.bytes,
      width: file.width,
      height: file.height,
      seconds: file.seconds,
      peaks: file.peaks,
      url,
      thumbnail_url: thumbnailUrl,
    };
  }

  /** A file without where it lies. */
  function media(ref: MediaRef, file: Attachment | null | undefined) {
    const { role, mime, name, bytes, width, height, seconds, emoji } = ref;
    return { role, mime, name, bytes, width, height, seconds, emoji, attachment: file ? attachment(file) : null };
  }

  function content(shown: Content, files: readonly (Attachment | null)[]): ContentDto {
    switch (shown.kind) {
      case "media":
        return { kind: "media", media: media(shown.media, files[0]), caption: shown.caption, entities: shown.entities };
      case "album":
        return {
          kind: "album",
          items: shown.items.map((ref, index) => media(ref, files[index])),
          caption: shown.caption,
        };
      case "choice_made":
        return { kind: "choice_made", option_id: shown.optionId, label: shown.label };
      case "cards":
        return {
          kind: "cards",
          cards: shown.cards.map(({ imageUrl, ...card }) => ({ ...card, image_url: imageUrl })),
        };
      default:
        return shown;
    }
  }

  function message(one: Message): MessageDto {
    return {
      id: one.id,
      conversation_id: one.conversationId,
      channel_account_id: one.accountId,
      direction: one.direction,
      author: { kind: one.author.kind, id: "id" in one.author ? one.author.id : null, name: one.senderName },
      content: content(one.content, one.files),
      status: one.status,
      failure: one.failure && {
        reason: one.failure.reason,
        detail: one.failure.detail,
        provider_code: one.failure.providerCode,
      },
      provider_id: one.externalId,
      reply_to: one.replyTo && { message_id: one.replyTo.messageId, quote: one.replyTo.quote },
      forwarded_from: one.forwardedFrom,
      referral: one.referral,
      referral_details: one.referralDetails && referralDto(one.referralDetails),
      reactions: one.reactions.map(({ author, emoji, at }) => ({
        author: { kind: author.kind, id: "id" in author ? author.id : null },
        emoji,
        at: at.toISOString(),
      })),
      mentions: one.mentions,
      edited_at: iso(one.editedAt),
      removed_at: iso(one.removedAt),
      standby: one.standby,
      pricing: one.pricing,
      sent_at: iso(one.receipts.sent),
      delivered_at: iso(one.receipts.delivered),
      read_at: iso(one.receipts.read),
      trace_id: one.traceId,
      scheduled_at: iso(one.scheduledAt),
      at: one.at.toISOString(),
      created_at: one.createdAt.toISOString(),
    };
  }

  return {
    attachment,
    content,
    message,
    messageDetail: (one) => ({
      ...message(one),
      attempts: one.attempts.map((attempt) => ({
        id: attempt.id,
        number: attempt.n,
        at: attempt.at.toISOString(),
        outcome: attempt.outcome,
        reason: attempt.reason,
        provider_code: attempt.providerCode,
      })),
      revisions: one.revisions.map((revision) => ({
        content: content(revision.content, []),
        at: revision.at.toISOString(),
      })),
    }),
    hit: (hit) => ({ message: message(hit.message), conversation: conversationDto(hit.conversation) }),
  };
}

function referralDto(details: ReferralDetails): ReferralDto {
  const { source, sourceId, url, title, text, mediaUrl, clickId } = details;
  return {
    source: source ?? null,
    source_id: sourceId ?? null,
    url: url ?? null,
    title: title ?? null,
    text: text ?? null,
    media_url: mediaUrl ?? null,
    click_id: clickId ?? null,
  };
}

export function conversationDto(conversation: Conversation): ConversationDto {
  const last = conversation.lastMessage;
  return {
    id: conversation.id,
    channel: conversation.channel,
    channel_account_id: conversation.accountId,
    contact: conversation.contact,
    status: conversation.status,
    snoozed_until: iso(conversation.snoozedUntil),
    assignee_id: conversation.assigneeId,
    team_id: conversation.teamId,
    labels: conversation.labels,
    priority: conversation.priority,
    blocked: conversation.blocked,
    blocked_by_us: conversation.blockedByUs,
    unread: conversation.unread,
    unread_for_me: conversation.unreadForMe,
    participants: conversation.participants,
    waiting_since: iso(conversation.waitingSince),
    last_inbound_at: iso(conversation.lastInboundAt),
    last_message: last && {
      direction: last.direction,
      kind: last.kind,
      preview: last.preview,
      at: last.at.toISOString(),
    },
    created_at: conversation.createdAt.toISOString(),
  };
}

/**
 * What the API lets through, in the words of the core. Files of ours are named as uploads; `roleOf` says as what a file is
 * sent when the caller does not.
 */
export async function contentFromDto(
  content: SendableContent,
  roleOf: (fileId: string) => Promise<MediaRole>,
): Promise<Content> {
  const upload = async (item: { attachment_id: string; role?: MediaRole | undefined }): Promise<MediaRef> => ({
    role: item.role ?? (await roleOf(item.attachment_id)),
    source: `upload:${item.attachment_id}`,
  });
  if (content.kind === "media") {
    const { caption, entities } = content;
    return { kind: "media", media: await upload(content), caption, entities };
  }
  if (content.kind === "album") {
    return { kind: "album", items: await Promise.all(content.items.map(upload)), caption: content.caption };
  }
  if (content.kind === "cards") {
    return { kind: "cards", cards: content.cards.map(({ image_url, ...card }) => ({ ...card, imageUrl: image_url })) };
  }
  return content;
}
