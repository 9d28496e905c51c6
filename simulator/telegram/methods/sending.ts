import type { ChatState } from "../bot.js";
import { badRequest, type Answer, type Json, type Message } from "../wire.js";
import { keyboardField, replyFields, writableChat } from "./chats.js";
import { fileFields, type MediaKind } from "./files.js";
import type { Context } from "./setup.js";
import { captionFields, captionOf, checkedEntity, textFields } from "./text.js";

/** Puts a message of the bot into the chat. */
function post({ bot, args }: Context, state: ChatState, fields: Json): Answer {
  const connection = args.text("business_connection_id");
  const business = connection === "" ? {} : { business_connection_id: connection };
  const content = { ...business, ...replyFields(bot, args, state), ...fields, ...keyboardField(args) };
  return { result: bot.post(state, bot.user, content) };
}

export function sendMessage(context: Context): Answer {
  const state = writableChat(context.bot, context.args);
  return post(context, state, textFields(context.args));
}

/** sendPhoto, sendVoice and the like: a file by id, address or upload. */
export function sendFile(kind: MediaKind, withCaption: boolean): (context: Context) => Answer {
  return (context) => {
    const { bot, args } = context;
    const state = writableChat(bot, args);
    const file = fileFields(bot, kind, args.text(kind), args.file(kind), args);
    return post(context, state, { ...file, ...(withCaption ? captionFields(args) : {}) });
  };
}

export function sendLocation(context: Context): Answer {
  return post(context, writableChat(context.bot, context.args), { location: place(context) });
}

export function sendVenue(context: Context): Answer {
  const { bot, args } = context;
  const state = writableChat(bot, args);
  const location = place(context);
  const [title, address] = [args.text("title"), args.text("address")];
  if (title === "" || address === "") throw badRequest(`parameter "${title === "" ? "title" : "address"}" is required`);
  return post(context, state, { venue: { location, title, address }, location });
}

function place({ args }: Context): Json {
  const [latitude, longitude] = [args.number("latitude"), args.number("longitude")];
  if (latitude === undefined) throw badRequest("latitude is empty");
  if (longitude === undefined) throw badRequest("longitude is empty");
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) throw badRequest("location coordinates are invalid");
  return { latitude, longitude };
}

export function sendContact(context: Context): Answer {
  const { bot, args } = context;
  const state = writableChat(bot, args);
  const [phone_number, first_name] = [args.text("phone_number"), args.text("first_name")];
  if (phone_number === "" || first_name === "") {
    throw badRequest(`parameter "${phone_number === "" ? "phone_number" : "first_name"}" is required`);
  }
  const last_name = args.text("last_name");
  const vcard = args.text("vcard");
  if (Buffer.byteLength(vcard) > 2048) throw badRequest("vcard is too long");
  const more = { ...(last_name === "" ? {} : { last_name }), ...(vcard === "" ? {} : { vcard }) };
  return post(context, state, { contact: { phone_number, first_name, ...more } });
}

/** Kinds of an album's items; files and music stand only with their like. */
const albumKinds: Readonly<Record<string, MediaKind>> = {
  photo: "photo",
  video: "video",
  document: "document",
  audio: "audio",
};

export function sendMediaGroup(context: Context): Answer {
  const { bot, args } = context;
  const state = writableChat(bot, args);
  const items = args.json("media", "media");
  if (!Array.isArray(items)) throw badRequest("expected an Array of InputMedia");
  if (items.length > 10) throw badRequest("too many messages to send as an album");
  if (items.length < 2) throw badRequest("album must contain at least 2 messages");
  const kinds = new Set((items as Json[]).map((item) => String(item.type)));
  if (kinds.size > 1 && (kinds.has("document") || kinds.has("audio"))) {
    throw badRequest("can't use the media of the specified type in the album");
  }
  // All of it is checked before anything is sent.
  const contents = (items as Json[]).map((item) => albumItem(context, item));
  const groupId = String(Date.now()) + String(bot.files.size);
  const messages: Message[] = contents.map((content, index) =>
    bot.post(state, bot.user, {
      ...(index === 0 ? replyFields(bot, args, state) : {}),
      media_group_id: groupId,
      ...content,
    }),
  );
  return { result: messages };
}

function albumItem({ bot, args }: Context, item: Json): Json {
  const kind = albumKinds[String(item.type)];
  if (!kind) throw badRequest(`can't parse InputMedia: type "${String(item.type)}" can't be used in sendMediaGroup`);
  const media = typeof item.media === "string" ? item.media : "";
  const upload = media.startsWith("attach://") ? args.file(media.slice("attach://".length)) : undefined;
  const entities = Array.isArray(item.caption_entities) ? item.caption_entities.map(checkedEntity) : [];
  return {
    ...fileFields(bot, kind, upload ? "" : media, upload, args),
    ...captionOf(typeof item.caption === "string" ? item.caption : "", entities),
  };
}

const actions = new Set([
  ...["typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document"],
  ...["choose_sticker", "find_location", "record_video_note", "upload_video_note"],
]);

export function sendChatAction({ bot, args }: Context): Answer {
  writableChat(bot, args);
  if (!actions.has(args.text("action"))) throw badRequest("wrong parameter action in request");
  return { result: true };
}
