import { ProviderError } from "../../core/errors.js";
import type { ExternalId } from "../../core/ids.js";
import type { Content } from "../../core/message.js";
import { can } from "./manifest.js";
import { parseChat, parseMessage } from "./chat.js";
import type { Client } from "./client.js";
import { rejected } from "./failures.js";
import { keyboard, target, wellFormed, withEntities } from "./outgoing.js";

/** Changes the text or caption of a message of ours. The same text again is a success. */
export async function edit(client: Client, chat: ExternalId, message: ExternalId, content: Content): Promise<void> {
  const where = { ...placeOf(chat), message_id: messageIdOf(message) };
  const { method, parameters } = editOf(content);
  try {
    await client.call(method, { ...where, ...parameters });
  } catch (error) {
    if (!rejected(error, /message is not modified/i)) throw error;
  }
}

function editOf(content: Content): { method: string; parameters: Record<string, unknown> } {
  switch (content.kind) {
    case "text":
      return { method: "editMessageText", parameters: textOf(content.text, content.entities) };
    case "choices":
      return { method: "editMessageText", parameters: { ...textOf(content.text), ...keyboard(content) } };
    case "media": {
      const caption = wellFormed(content.caption ?? "");
      if (caption.length > (can.caption?.max ?? 0)) throw tooLong();
      const entities = withEntities("caption_entities", content.entities ?? []);
      return { method: "editMessageCaption", parameters: { caption, ...entities } };
    }
    default:
      throw new ProviderError(
        { kind: "unsupported", feature: `edit_${content.kind}` },
        "Telegram can change texts and captions only.",
      );
  }
}

function textOf(text: string, entities: Parameters<typeof withEntities>[1] = []): Record<string, unknown> {
  if (text.length > can.text.max) throw tooLong();
  return { text: wellFormed(text), ...withEntities("entities", entities) };
}

function tooLong(): ProviderError {
  return new ProviderError({ kind: "refused", why: "content" }, "The new text is too long for one message.");
}

/** Deletes a message for everyone. One that is gone already is a success. */
export async function remove(client: Client, chat: ExternalId, message: ExternalId): Promise<void> {
  const { business } = parseChat(chat);
  const messageId = messageIdOf(message);
  try {
    if (business === undefined) await client.call("deleteMessage", { ...placeOf(chat), message_id: messageId });
    else {
      const parameters = { business_connection_id: business, message_ids: [messageId] };
      await client.call("deleteBusinessMessages", parameters);
    }
  } catch (error) {
    if (!rejected(error, /message to delete not found/i)) throw error;
  }
}

/** Sets our one reaction; null takes it back. */
export async function react(
  client: Client,
  chat: ExternalId,
  message: ExternalId,
  emoji: string | null,
): Promise<void> {
  if (parseChat(chat).business !== undefined) {
    const what = "Telegram has no reactions for bots in business chats.";
    throw new ProviderError({ kind: "unsupported", feature: "business_reaction" }, what);
  }
  await client.call("setMessageReaction", {
    ...placeOf(chat),
    message_id: messageIdOf(message),
    // Telegram's list has emoji without the mark that asks for the coloured form, and takes only what is in its list.
    reaction: emoji === null ? [] : [{ type: "emoji", emoji: emoji.replaceAll("\uFE0F", "") }],
  });
}

/** Shows "typing…" for up to five seconds. */
export async function typing(client: Client, chat: ExternalId): Promise<void> {
  await client.call("sendChatAction", { ...target(parseChat(chat)), action: "typing" });
}

/** Only business accounts have read marks; customers of a bot never see any, so there is nothing to do for them. */
export async function markRead(client: Client, chat: ExternalId, message: ExternalId): Promise<void> {
  const address = parseChat(chat);
  if (address.business === undefined) return;
  await client.call("readBusinessMessage", { ...target(address), message_id: messageIdOf(message) });
}

/** The chat without its topics: messages are named by chat and id alone. */
function placeOf(chat: ExternalId): Record<string, unknown> {
  return target({ ...parseChat(chat), topic: undefined, direct: undefined });
}

function messageIdOf(message: ExternalId): number {
  const parsed = parseMessage(message);
  if (!parsed) {
    throw new ProviderError({ kind: "malformed", where: "target" }, "This is not a message Telegram could change.");
  }
  return parsed.messageId;
}
