import { ProviderError } from "../../core/errors.js";
import type { MediaRef, OutboundMessage } from "../../core/message.js";
import { withMarks } from "../shared/marks.js";
import { splitText } from "../shared/splitText.js";
import { writeCard } from "../shared/vcard.js";
import { can } from "./manifest.js";
import type { Part } from "./protocol.js";

/** What a message becomes at WhatsApp: one part for each message there. Files are named by their source. */
export function partsOf({ content }: OutboundMessage): Part[] {
  switch (content.kind) {
    case "text":
      if (content.text.trim() === "") throw refused("A message needs words.");
      return splitText(withMarks(content.text, content.entities), can.text).map(({ text }) => ({ kind: "text", text }));
    case "media":
      return mediaParts([content.media], content.caption && withMarks(content.caption, content.entities));
    case "album":
      return mediaParts(content.items, content.caption);
    case "location": {
      const { kind, lat, lng, label, address } = content;
      return [{ kind, lat, lng, label, address }];
    }
    case "contacts":
      return content.contacts.map((contact) => ({ kind: "contact", card: writeCard(contact) }));
    default:
      throw new ProviderError(
        { kind: "unsupported", feature: content.kind },
        `WhatsApp Web cannot send content of kind ${content.kind}.`,
      );
  }
}

const refused = (why: string) => new ProviderError({ kind: "refused", why: "content" }, why);

/** The words stand under the first file; what is too long for that follows as a text. */
function mediaParts(items: readonly MediaRef[], caption: string | undefined): Part[] {
  const most = can.caption!.max;
  const fits = caption !== undefined && caption.length <= most;
  const files = items.map((ref, index): Part => ({
    kind: "media",
    role: ref.role,
    file: sourceOf(ref),
    mime: ref.mime ?? "application/octet-stream",
    name: (ref.name ?? ref.role).replace(/[\u0000-\u001f\u007f"\\/]+/g, "_").slice(-200),
    caption: index === 0 && fits ? caption : undefined,
  }));
  if (caption === undefined || fits) return files;
  return [...files, ...splitText(caption, can.text).map(({ text }): Part => ({ kind: "text", text }))];
}

function sourceOf(ref: MediaRef): string {
  if (ref.source.startsWith("upload:")) return ref.source;
  throw new ProviderError({ kind: "unsupported", feature: "media" }, "Only files that were uploaded can be sent.");
}

/** The address of a chat: as WhatsApp writes it, or a phone number with a plus. */
export function chatAddress(chat: string): string {
  const digits = /^\+(\d{5,15})$/.exec(chat)?.[1];
  if (digits !== undefined) return `${digits}@c.us`;
  if (/^[\d-]{5,40}@(c\.us|lid|g\.us)$/.test(chat)) return chat;
  throw new ProviderError({ kind: "refused", why: "recipient" }, "This is no address of WhatsApp.");
}
