import type { Args } from "../args.js";
import type { Bot, ChatState } from "../bot.js";
import { badRequest, Refusal, type Json, type Message } from "../wire.js";

/** The chat of `chat_id`, if the bot may write to it. */
export function writableChat(bot: Bot, args: Args): ChatState {
  const state = knownChat(bot, args);
  if (state.movedTo !== undefined) {
    throw badRequest("group chat was upgraded to a supergroup chat", { migrate_to_chat_id: state.movedTo });
  }
  if (state.closedBecause !== undefined) throw new Refusal(403, state.closedBecause);
  return state;
}

/** The chat of `chat_id`. A bot knows a chat from the moment somebody there wrote to it. */
export function knownChat(bot: Bot, args: Args): ChatState {
  const given = args.text("chat_id");
  if (given === "") throw badRequest("chat_id is empty");
  const byName = [...bot.chats.values()].find(({ chat }) => given.startsWith("@") && chat.username === given.slice(1));
  const state = byName ?? (/^-?\d+$/.test(given) ? bot.chats.get(Number(given)) : undefined);
  if (!state) throw badRequest("chat not found");
  return state;
}

/** The reply fields of a message that is sent; refuses unknown messages unless told not to mind. */
export function replyFields(bot: Bot, args: Args, state: ChatState): Json {
  const reply = args.json("reply_parameters", "reply parameters") as
    { message_id?: unknown; allow_sending_without_reply?: unknown; quote?: unknown } | undefined;
  if (reply === undefined) return {};
  const answered = bot.messageOf(state, Number(reply.message_id));
  if (!answered) {
    if (reply.allow_sending_without_reply === true) return {};
    throw badRequest("message to be replied not found");
  }
  if (typeof reply.quote !== "string") return { reply_to_message: withoutReply(answered) };
  const words = answered.text ?? answered.caption;
  const position = typeof words === "string" ? words.indexOf(reply.quote) : -1;
  if (position < 0) throw badRequest("QUOTE_TEXT_INVALID");
  return { reply_to_message: withoutReply(answered), quote: { text: reply.quote, position, is_manual: true } };
}

/** Telegram shows one level of replies. */
export function withoutReply(message: Message): Message {
  const { reply_to_message: _deeper, ...own } = message;
  return own;
}

/** The inline keyboard, as a field of the message. */
export function keyboardField(args: Args): Json {
  const markup = args.json("reply_markup", "reply keyboard markup") as { inline_keyboard?: unknown } | undefined;
  if (markup === undefined) return {};
  if (typeof markup !== "object" || markup === null) throw badRequest("object expected as reply markup");
  const rows = Array.isArray(markup.inline_keyboard) ? (markup.inline_keyboard as unknown[][]) : [];
  for (const button of rows.flat() as { text?: unknown; callback_data?: unknown }[]) {
    if (typeof button.text !== "string" || button.text === "") {
      throw badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
    }
    const data = typeof button.callback_data === "string" ? button.callback_data : "";
    if (Buffer.byteLength(data, "utf8") > 64) throw badRequest("BUTTON_DATA_INVALID");
  }
  return rows.length > 0 ? { reply_markup: { inline_keyboard: rows } } : {};
}
