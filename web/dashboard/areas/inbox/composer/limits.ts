import { parseMarkup } from "./markup.js";
import type { AttachmentDto, Capabilities, ContentDto, SendableContent } from "../data/types.js";

export type Role = Extract<ContentDto, { kind: "media" }>["media"]["role"];

/** How long a text is, as the channel counts. */
export function lengthOf(text: string, unit: Capabilities["text"]["unit"]): number {
  if (unit === "utf16") return text.length;
  return unit === "characters" ? Array.from(text).length : new TextEncoder().encode(text).length;
}

/** As what a file would be sent. */
export function roleOf(type: string): Role {
  if (type === "image/gif") return "animation";
  if (type.startsWith("image/")) return "image";
  if (type.startsWith("video/")) return "video";
  return type.startsWith("audio/") ? "audio" : "document";
}

export type FileVerdict = { ok: true; role: Role } | { ok: false; why: "size" | "type" | "empty"; maxBytes?: number };

/** Whether the channel takes a file, and as what; what it does not take as a picture it may take as a document. */
export function checkFile(file: { type: string; size: number }, can: Capabilities, wanted?: Role): FileVerdict {
  if (file.size === 0) return { ok: false, why: "empty" };
  if (!can.sends.includes("media")) return { ok: false, why: "type" };
  const tries: Role[] = [...new Set<Role>([wanted ?? roleOf(file.type), "document"])];
  let tooBig: number | undefined;
  for (const role of tries) {
    const limit = can.media[role];
    if (!limit) continue;
    const type = file.type.split(";")[0]!;
    if (limit.mimes && type !== "" && !limit.mimes.includes(type)) continue;
    if (file.size <= limit.maxBytes) return { ok: true, role };
    tooBig = Math.max(tooBig ?? 0, limit.maxBytes);
  }
  return tooBig === undefined ? { ok: false, why: "type" } : { ok: false, why: "size", maxBytes: tooBig };
}

/** As what a file goes, now that its content is known; a recording that is no voice message there goes as a file. */
export function settledRole(attachment: AttachmentDto, wanted: Role, can: Capabilities): FileVerdict {
  const type = attachment.mime ?? "";
  const size = attachment.bytes ?? 1;
  // What declares itself a picture or a film and is none must not go as one.
  const unreadable = wanted === "image" && attachment.thumbnail_url === null;
  const same = wanted === "voice" || wanted === "document" || roleOf(type) === wanted;
  const real = same && !unreadable ? wanted : "document";
  const spoken = real !== "voice" || type.startsWith("audio/");
  return checkFile({ type, size }, can, spoken ? real : "document");
}

/** A file that is up. */
export interface Ready {
  attachment: AttachmentDto;
  role: Role;
}

/** The files that are up, as what they go here. */
export const readyOf = (
  files: readonly { state: string; attachment?: AttachmentDto; role: Role }[],
  can: Capabilities,
): Ready[] =>
  files.flatMap(({ state, attachment, role }) => {
    if (state !== "ready" || !attachment) return [];
    const verdict = settledRole(attachment, role, can);
    return [{ attachment, role: verdict.ok ? verdict.role : role }];
  });

/** What one press of Send becomes: pictures that go together, captions where they fit, the rest one by one. */
export function contentsOf(
  written: string,
  files: readonly Ready[],
  can: Capabilities,
): { send: SendableContent; shown: ContentDto }[] {
  const { text, entities } = can.text.entities ? parseMarkup(written) : { text: written, entities: [] };
  const formatted = entities.length > 0 ? { entities } : {};
  const media = ({ attachment, role }: Ready) => ({
    role,
    ...(attachment.name ? { name: attachment.name } : {}),
    ...(attachment.mime ? { mime: attachment.mime } : {}),
    attachment,
  });
  const upload = ({ attachment, role }: Ready) => ({ attachment_id: attachment.id, role });
  const asText = (): { send: SendableContent; shown: ContentDto }[] =>
    text === "" ? [] : [{ send: { kind: "text", text, ...formatted }, shown: { kind: "text", text, ...formatted } }];
  if (files.length === 0) return asText();
  const captioned = text !== "" && can.caption !== null && lengthOf(text, can.text.unit) <= can.caption.max;
  const caption = captioned ? { caption: text } : {};
  const together =
    can.album !== null &&
    files.length >= can.album.min &&
    files.length <= can.album.max &&
    files.every(({ role }) => role === "image" || role === "video");
  if (together) {
    return [
      ...(captioned ? [] : asText()),
      {
        send: { kind: "album", items: files.map(upload), ...caption },
        shown: { kind: "album", items: files.map(media), ...caption },
      },
    ];
  }
  return [
    ...(captioned ? [] : asText()),
    ...files.map((file, index) => {
      const words = index === 0 && captioned ? { ...caption, ...formatted } : {};
      return {
        send: { kind: "media" as const, ...upload(file), ...words },
        shown: { kind: "media" as const, media: media(file), ...words },
      };
    }),
  ];
}
