import { readFile } from "node:fs/promises";
import whatsapp, { type Client, type Message } from "whatsapp-web.js";
import { ProviderError } from "../../core/errors.js";
import type { Part } from "./protocol.js";

/** Sends one part; resolves to its id once WhatsApp's servers took it. */
export async function sendPart(client: Client, chat: string, part: Part, replyTo: string | undefined): Promise<string> {
  const common = { waitUntilMsgSent: true, linkPreview: false, ...(replyTo ? { quotedMessageId: replyTo } : {}) };
  const send = (content: Parameters<Client["sendMessage"]>[1], more: object = {}) =>
    client.sendMessage(chat, content, { ...common, ...more }) as Promise<Message | null | undefined>;
  const message = await sendAs(send, part);
  if (!message) throw new ProviderError({ kind: "refused", why: "recipient" }, "This number does not use WhatsApp.");
  // The model is the one from before the answer; what became of it the page knows.
  const sent = (await message.reload().catch(() => null)) ?? message;
  if ((sent.ack as number) === -1)
    throw new ProviderError({ kind: "unexpected" }, "WhatsApp did not take the message.");
  return message.id._serialized;
}

async function sendAs(
  send: (content: Parameters<Client["sendMessage"]>[1], more?: object) => Promise<Message | null | undefined>,
  part: Part,
) {
  switch (part.kind) {
    case "text":
      // A customer's words never become a contact card, whatever they begin with.
      return send(part.text, { parseVCards: false });
    case "contact":
      return send(part.card, { parseVCards: true });
    case "location": {
      const more = { ...(part.label ? { name: part.label } : {}), ...(part.address ? { address: part.address } : {}) };
      return send(new whatsapp.Location(part.lat, part.lng, more));
    }
    case "media": {
      const bytes = await readFile(part.file);
      const media = new whatsapp.MessageMedia(part.mime, bytes.toString("base64"), part.name, bytes.length);
      return send(media, {
        ...(part.caption === undefined ? {} : { caption: part.caption }),
        sendAudioAsVoice: part.role === "voice",
        sendMediaAsSticker: part.role === "sticker",
        sendVideoAsGif: part.role === "animation",
        sendMediaAsDocument: part.role === "document",
      });
    }
  }
}
