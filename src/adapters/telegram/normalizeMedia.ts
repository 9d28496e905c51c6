import type { MediaRef, MediaRole } from "../../core/message.js";
import { compact, count, number, record, records, text, type Raw } from "../shared/read.js";

/** Field of a message → role, in the order in which they are looked for. */
const roles: readonly [field: string, role: MediaRole, mime?: string][] = [
  ["live_photo", "video", "video/mp4"],
  ["animation", "animation"],
  ["audio", "audio"],
  ["voice", "voice", "audio/ogg"],
  ["video_note", "video_note", "video/mp4"],
  ["video", "video"],
  ["sticker", "sticker"],
  ["document", "document"],
];

/** The file of a message, if it has one. */
export function mediaOf(message: Raw): MediaRef | undefined {
  for (const [field, role, mime] of roles) {
    const file = record(message[field]);
    const ref = file && refOf(file, role, mime);
    if (ref) return ref;
  }
  const largest = largestOf(records(message.photo));
  return largest && refOf(largest, "image", "image/jpeg");
}

/** A photo comes in several sizes of the same picture. */
function largestOf(sizes: readonly Raw[]): Raw | undefined {
  const pixels = (size: Raw) => (count(size.width) ?? 0) * (count(size.height) ?? 0);
  return sizes.reduce<Raw | undefined>(
    (best, size) => (best === undefined || pixels(size) >= pixels(best) ? size : best),
    undefined,
  );
}

function refOf(file: Raw, role: MediaRole, mime: string | undefined): MediaRef | undefined {
  const source = text(file.file_id);
  if (source === undefined) return undefined;
  // A video note is round: `length` is its diameter.
  const diameter = role === "video_note" ? count(file.length) : undefined;
  return compact({
    role,
    source,
    uniqueSource: text(file.file_unique_id),
    mime: text(file.mime_type) ?? (role === "sticker" ? stickerMime(file) : mime),
    name: text(file.file_name) ?? (role === "audio" ? titleOf(file) : undefined),
    bytes: count(file.file_size),
    width: count(file.width) ?? diameter,
    height: count(file.height) ?? diameter,
    seconds: number(file.duration),
    emoji: role === "sticker" ? text(file.emoji) : undefined,
  });
}

/** Music without a file name is known by who plays what. */
function titleOf(file: Raw): string | undefined {
  return text([text(file.performer), text(file.title)].filter(Boolean).join(" – "));
}

function stickerMime(file: Raw): string {
  if (file.is_animated === true) return "application/x-tgsticker";
  return file.is_video === true ? "video/webm" : "image/webp";
}
