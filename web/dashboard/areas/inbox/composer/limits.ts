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

/** A file that is up. */
export interface Ready {
  attachment: AttachmentDto;
  role: Role;
}

/** What one press of Send becomes: pictures that go together, captions where they fit, the rest one by one. */
export function contentsOf(
  text: string,
  files: readonly Ready[],
  can: Capabilities,
): { send: SendableContent; shown: ContentDto }[] {
  const media = ({ attachment, role }: Ready) => ({
    role,
    ...(attachment.name ? { name: attachment.name } : {}),
    ...(attachment.mime ? { mime: attachment.mime } : {}),
    attachment,
  });
  const upload = ({ attachment, role }: Ready) => ({ attachment_id: attachment.id, role });
  const asText = (): { send: SendableContent; shown: ContentDto }[] =>
    text === "" ? [] : [{ send: { kind: "text", text }, shown: { kind: "text", text } }];
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
      const words = index === 0 ? caption : {};
      return {
        send: { kind: "media" as const, ...upload(file), ...words },
        shown: { kind: "media" as const, media: media(file), ...words },
      };
    }),
  ];
}
