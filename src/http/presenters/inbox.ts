import type { Content, MediaRef } from "../../core/message.js";
import type { ChannelAccount, Conversation, Message } from "../../inbox/index.js";
import type { ContentDto, SendableContent } from "../../wire/content.js";
import type { ChannelAccountDto, ConversationDto, MessageDto } from "../../wire/inbox.js";

/** A file without where it lies. */
function mediaDto(media: MediaRef): Extract<ContentDto, { kind: "media" }>["media"] {
  const { role, mime, name, bytes, width, height, seconds, emoji } = media;
  return { role, mime, name, bytes, width, height, seconds, emoji };
}

export function contentDto(content: Content): ContentDto {
  switch (content.kind) {
    case "media":
      return { kind: "media", media: mediaDto(content.media), caption: content.caption, entities: content.entities };
    case "album":
      return { kind: "album", items: content.items.map(mediaDto), caption: content.caption };
    case "choice_made":
      return { kind: "choice_made", option_id: content.optionId, label: content.label };
    default:
      return content;
  }
}

/** What the API lets through is a subset of what the core knows. */
export const contentFromDto = (content: SendableContent): Content => content;

export function messageDto(message: Message): MessageDto {
  return {
    id: message.id,
    conversation_id: message.conversationId,
    direction: message.direction,
    author: {
      kind: message.author.kind,
      id: "id" in message.author ? message.author.id : null,
      name: message.senderName,
    },
    content: contentDto(message.content),
    status: message.status,
    failure: message.failure && {
      reason: message.failure.reason,
      detail: message.failure.detail,
      provider_code: message.failure.providerCode,
    },
    provider_id: message.externalId,
    reply_to: message.replyTo && { message_id: message.replyTo.messageId, quote: message.replyTo.quote },
    at: message.at.toISOString(),
    created_at: message.createdAt.toISOString(),
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
    unread: conversation.unread,
    waiting_since: conversation.waitingSince?.toISOString() ?? null,
    last_message: last && {
      direction: last.direction,
      kind: last.kind,
      preview: last.preview,
      at: last.at.toISOString(),
    },
    created_at: conversation.createdAt.toISOString(),
  };
}

export function channelAccountDto(account: ChannelAccount, publicUrl: string): ChannelAccountDto {
  return {
    id: account.id,
    kind: account.kind,
    name: account.name,
    provider_ref: account.accountRef,
    enabled: account.enabled,
    webhook_url: webhookUrl(account, publicUrl),
    health: {
      state: account.health.state,
      cause: account.health.cause,
      since: account.health.since.toISOString(),
    },
    created_at: account.createdAt.toISOString(),
  };
}

export const webhookUrl = (account: Pick<ChannelAccount, "kind" | "endpointKey">, publicUrl: string) =>
  `${publicUrl.replace(/\/$/, "")}/webhooks/${account.kind}/${account.endpointKey}`;
