import type { Channel } from "../adapters/contract.js";
import { ProviderError } from "../core/errors.js";
import type { AtProvider, ChannelAccount, OpenMedia } from "../inbox/index.js";

const unable = (feature: string) => new ProviderError({ kind: "unsupported", feature }, "This channel cannot do that.");

/** What a channel can do besides sending; where it cannot, ProviderError says so. `sender` gives an account's channel. */
export function powersOf(sender: (account: ChannelAccount) => Channel): {
  atProvider: AtProvider;
  openMedia: OpenMedia;
} {
  return {
    atProvider: {
      edit: async (account, chat, target, content) => {
        const channel = sender(account);
        if (!channel.edit) throw unable("edit");
        await channel.edit(chat, target, content);
      },
      remove: async (account, chat, target) => {
        const channel = sender(account);
        if (!channel.remove) throw unable("remove");
        await channel.remove(chat, target);
      },
      react: async (account, chat, target, emoji) => {
        const channel = sender(account);
        if (!channel.react) throw unable("reaction");
        await channel.react(chat, target, emoji);
      },
      markRead: async (account, chat, target) => {
        await sender(account).markRead?.(chat, target);
      },
      typing: async (account, chat, answering) => {
        await sender(account).typing?.(chat, answering);
      },
      block: async (account, chat, blocked) => {
        const channel = sender(account);
        if (!channel.block) throw unable("block");
        await channel.block(chat, blocked);
      },
      profile: async (account, user) => (await sender(account).profile?.(user)) ?? {},
      templates: async (account, progress) => sender(account).templates?.(progress),
    },
    openMedia: async (account, ref) => {
      const channel = sender(account);
      if (!channel.openMedia) throw unable("media");
      return channel.openMedia(ref);
    },
  };
}
