import type { Args, UploadedFile } from "../args.js";
import type { Bot, StoredFile } from "../bot.js";
import { badRequest, Refusal, type Answer, type Json } from "../wire.js";
import type { Context } from "./setup.js";

export type MediaKind = "photo" | "audio" | "voice" | "video" | "video_note" | "animation" | "document" | "sticker";

/** The largest file the public server gives away, and the largest it takes. */
const maxDownloadBytes = 20 * 1024 * 1024;
const maxUploadBytes = 50 * 1024 * 1024;
const maxPhotoBytes = 10 * 1024 * 1024;

/** The media field of a message, from a file id, a web address or an upload. */
export function fileFields(
  bot: Bot,
  kind: MediaKind,
  given: string,
  upload: UploadedFile | undefined,
  args: Args,
): Json {
  return mediaFields(kind, resolved(bot, kind, given, upload), {
    width: args.integer("width", 320, 1),
    height: args.integer("height", 240, 1),
    duration: args.integer("duration", 1, 0),
  });
}

function resolved(bot: Bot, kind: MediaKind, given: string, upload: UploadedFile | undefined): StoredFile {
  if (upload) {
    if (upload.bytes.length === 0) throw badRequest("file must be non-empty");
    if (upload.bytes.length > maxUploadBytes) throw new Refusal(413, "Request Entity Too Large");
    if (kind === "photo" && upload.bytes.length > maxPhotoBytes) throw badRequest("too big for a photo");
    return bot.keep(kind, { bytes: upload.bytes, mime: upload.mime, name: upload.name });
  }
  if (given === "") throw badRequest(`there is no ${kind.replace("_", " ")} in the request`);
  if (/^https?:\/\//.test(given)) {
    if (!URL.canParse(given)) throw badRequest("wrong HTTP URL specified");
    // Nothing is fetched: the simulator never leaves this machine.
    return bot.keep(kind, { size: 1, name: given.split("/").at(-1) ?? "file" });
  }
  const known = bot.files.get(given.replace(/-s$/, ""));
  if (!known) throw badRequest("wrong file identifier/HTTP URL specified");
  return known;
}

/** A stored file as a field of a message, in the shape of its kind. */
export function mediaFields(
  kind: MediaKind,
  file: StoredFile,
  size: { width: number; height: number; duration: number },
): Json {
  const base = { file_id: file.fileId, file_unique_id: file.uniqueId, file_size: file.size };
  const named = {
    ...(file.name === undefined ? {} : { file_name: file.name }),
    ...(file.mime === undefined || file.mime === "" ? {} : { mime_type: file.mime }),
  };
  const { width, height, duration } = size;
  switch (kind) {
    case "photo":
      return {
        photo: [
          { ...base, file_id: `${file.fileId}-s`, width: Math.ceil(width / 4), height: Math.ceil(height / 4) },
          { ...base, width, height },
        ],
      };
    case "audio":
    case "voice":
      return { [kind]: { ...base, ...named, duration } };
    case "video":
      return { video: { ...base, ...named, width, height, duration } };
    case "video_note":
      return { video_note: { ...base, length: width, duration } };
    case "animation": {
      const animation = { ...base, ...named, width, height, duration };
      // For old programs an animation is a document as well.
      return { animation, document: { ...base, ...named } };
    }
    case "document":
      return { document: { ...base, ...named } };
    case "sticker":
      return {
        sticker: {
          ...base,
          type: "regular",
          width: 512,
          height: 512,
          is_animated: false,
          is_video: false,
          emoji: "👋",
        },
      };
  }
}

export function getFile({ bot, args }: Context): Answer {
  const fileId = args.text("file_id");
  if (fileId === "") throw badRequest("file_id not specified");
  const file = bot.files.get(fileId.replace(/-s$/, ""));
  if (!file) throw badRequest("wrong file_id or the file is temporarily unavailable");
  if (file.size > maxDownloadBytes) throw badRequest("file is too big");
  return {
    result: { file_id: fileId, file_unique_id: file.uniqueId, file_size: file.size, file_path: file.path },
  };
}
