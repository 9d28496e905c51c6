import { Refusal, type Answer } from "../wire.js";
import { answerCallbackQuery, deleteMessage, editMessageCaption, editMessageText, getChat } from "./changing.js";
import { deleteBusinessMessages, readBusinessMessage, setMessageReaction } from "./changing.js";
import { getFile } from "./files.js";
import { sendChatAction, sendContact, sendFile, sendLocation } from "./sending.js";
import { sendMediaGroup, sendMessage, sendVenue } from "./sending.js";
import { deleteWebhook, getMe, getUpdates, getWebhookInfo, setWebhook, type Context } from "./setup.js";

export type Method = (context: Context) => Answer | Promise<Answer>;

/** Names are not case-sensitive. */
const methods: Readonly<Record<string, Method>> = Object.fromEntries(
  Object.entries({
    getMe,
    getUpdates,
    setWebhook,
    deleteWebhook,
    getWebhookInfo,
    sendMessage,
    sendPhoto: sendFile("photo", true),
    sendAudio: sendFile("audio", true),
    sendVoice: sendFile("voice", true),
    sendVideo: sendFile("video", true),
    sendVideoNote: sendFile("video_note", false),
    sendAnimation: sendFile("animation", true),
    sendDocument: sendFile("document", true),
    sendSticker: sendFile("sticker", false),
    sendMediaGroup,
    sendLocation,
    sendVenue,
    sendContact,
    sendChatAction,
    editMessageText,
    editMessageCaption,
    deleteMessage,
    deleteBusinessMessages,
    readBusinessMessage,
    setMessageReaction,
    answerCallbackQuery,
    getFile,
    getChat,
  } satisfies Record<string, Method>).map(([name, method]) => [name.toLowerCase(), method]),
);

/** The method of a name; refuses names that Telegram does not have. */
export function methodOf(name: string): Method {
  const method = methods[name.toLowerCase()];
  if (!method) throw new Refusal(404, "Not Found: method not found");
  return method;
}
