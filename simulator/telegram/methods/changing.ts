import { badRequest, type Answer, type Json, type Message } from "../wire.js";
import { keyboardField, knownChat, writableChat } from "./chats.js";
import type { Context } from "./setup.js";
import { captionFields, textFields } from "./text.js";

const notModified =
  "message is not modified: specified new message content and reply markup are exactly the same as a current " +
  "content and reply markup of the message";

/** Bots may delete messages for two days. */
const deletableSeconds = 48 * 3600;

/** Reactions a bot may set: the list of ReactionTypeEmoji. */
const reactions = new Set(
  "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡".split(
    " ",
  ),
);

export function editMessageText(context: Context): Answer {
  return edit(context, "text", ["text", "entities"], textFields(context.args));
}

export function editMessageCaption(context: Context): Answer {
  return edit(context, "caption", ["caption", "caption_entities"], captionFields(context.args));
}

function edit(context: Context, what: "text" | "caption", replaced: readonly string[], fields: Json): Answer {
  const { bot, args } = context;
  const state = writableChat(bot, args);
  const message = bot.messageOf(state, args.integer("message_id", 0));
  if (!message) throw badRequest("message to edit not found");
  if ((message.from as { id?: unknown } | undefined)?.id !== bot.user.id) throw badRequest("message can't be edited");
  if (what === "text" && message.text === undefined) throw badRequest("there is no text in the message to edit");
  if (what === "caption" && message.text !== undefined) throw badRequest("there is no caption in the message to edit");
  const kept = Object.entries(message).filter(([key]) => ![...replaced, "reply_markup", "edit_date"].includes(key));
  const edited = { ...Object.fromEntries(kept), ...fields, ...keyboardField(args) } as Message;
  const { edit_date: _date, ...current } = message;
  if (same(current, edited)) throw badRequest(notModified);
  const dated: Message = { ...edited, edit_date: Math.floor(Date.now() / 1000) };
  state.messages.set(message.message_id, dated);
  return { result: dated };
}

function same(a: Json, b: Json): boolean {
  const sorted = (value: Json) => JSON.stringify(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)));
  return sorted(a) === sorted(b);
}

export function deleteMessage({ bot, args }: Context): Answer {
  const state = writableChat(bot, args);
  const message = bot.messageOf(state, args.integer("message_id", 0));
  if (!message) throw badRequest("message to delete not found");
  if (Date.now() / 1000 - message.date > deletableSeconds) throw badRequest("message can't be deleted for everyone");
  state.messages.delete(message.message_id);
  return { result: true };
}

/** Messages of a connected business account are named without their chat. */
export function deleteBusinessMessages({ bot, args }: Context): Answer {
  const connection = args.text("business_connection_id");
  if (connection === "") throw badRequest("BUSINESS_CONNECTION_INVALID");
  const ids = args.json("message_ids", "message identifiers");
  if (!Array.isArray(ids) || ids.length === 0) throw badRequest("message identifiers are not specified");
  for (const state of bot.chats.values()) {
    for (const id of ids) {
      const message = state.messages.get(Number(id));
      if (message?.business_connection_id === connection) state.messages.delete(message.message_id);
    }
  }
  return { result: true };
}

export function readBusinessMessage({ bot, args }: Context): Answer {
  if (args.text("business_connection_id") === "") throw badRequest("BUSINESS_CONNECTION_INVALID");
  const message = knownChat(bot, args).messages.get(args.integer("message_id", 0));
  if (!message) throw badRequest("MESSAGE_ID_INVALID");
  return { result: true };
}

export function setMessageReaction({ bot, args }: Context): Answer {
  const state = writableChat(bot, args);
  const message = bot.messageOf(state, args.integer("message_id", 0));
  if (!message) throw badRequest("message to react not found");
  const given = (args.json("reaction", "reaction types") ?? []) as { type?: unknown; emoji?: unknown }[];
  if (!Array.isArray(given)) throw badRequest("expected an Array of ReactionType");
  if (given.length > 1) throw badRequest("REACTIONS_TOO_MANY");
  if (given.some((one) => typeof one.emoji !== "string" || !reactions.has(one.emoji))) {
    throw badRequest("REACTION_INVALID");
  }
  return { result: true };
}

export function answerCallbackQuery({ bot, args }: Context): Answer {
  const id = args.text("callback_query_id");
  if (!bot.openQueries.has(id) || bot.openQueries.get(id) !== undefined) {
    throw badRequest("query is too old and response timeout expired or query ID is invalid");
  }
  if (args.text("text").length > 200) throw badRequest("MESSAGE_TOO_LONG");
  bot.openQueries.set(id, { text: args.text("text"), show_alert: args.flag("show_alert") });
  return { result: true };
}

export function getChat({ bot, args }: Context): Answer {
  return { result: knownChat(bot, args).chat };
}
