import { id, text, type Raw } from "../shared/read.js";

/** Emoji a bot may react with (ReactionTypeEmoji), as Telegram spells them: without variation selectors. */
export const sendableReactions: readonly string[] = (
  "👍 ❤ 🔥 🥰 👏 😁 🎉 🙏 👌 🤝 💯 🤣 😢 🤔 🤩 😍 😱 👀 🤗 😎 🫡 ✍ 🤯 😇 😭 🤓 👻 👨‍💻 🙈 🙉 🙊 😨 🤨 😐 🥱 🥴 😴 🤪 " +
  "😘 💋 💘 💔 ❤‍🔥 ⚡ 🏆 🕊 🐳 🦄 🌚 🌭 🍌 🍓 🍾 🎃 🎅 🎄 ☃ 💅 🗿 🆒 💊 👾 🤷‍♂ 🤷 🤷‍♀ 👎 🤬 🤮 💩 🤡 🖕 😈 😡"
).split(" ");

/** Custom emoji have no character: they are named like a short code. */
export function emojiOf(reaction: Raw): string {
  return text(reaction.emoji) ?? (reaction.type === "paid" ? "⭐" : `:${id(reaction.custom_emoji_id) ?? "unknown"}:`);
}
