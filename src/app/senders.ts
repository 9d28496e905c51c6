import type { Channel } from "../adapters/contract.js";
import { ProviderError } from "../core/errors.js";
import type { ChannelAccount } from "../inbox/index.js";

/** One channel per account for sending, made anew when its credentials, or its provider's address, change. */
export interface Senders {
  /** Throws ProviderError for a draft. */
  of(account: ChannelAccount): Channel;
  forget(accountId: string): void;
  close(): Promise<void>;
}

export function createSenders(deps: {
  open(account: ChannelAccount): Channel | undefined;
  /** Where the provider lives at the moment. */
  rootOf(account: ChannelAccount): string | undefined;
}): Senders {
  const senders = new Map<string, { version: string; channel: Channel }>();
  return {
    of(account) {
      const version = JSON.stringify([account.settings, account.simulated ? deps.rootOf(account) : null]);
      const cached = senders.get(account.id);
      if (cached?.version === version) return cached.channel;
      void cached?.channel.close();
      const channel = deps.open(account);
      if (!channel) {
        throw new ProviderError({ kind: "unsupported", feature: "sending" }, "The channel has no credentials yet.");
      }
      senders.set(account.id, { version, channel });
      return channel;
    },
    forget(accountId) {
      void senders.get(accountId)?.channel.close();
      senders.delete(accountId);
    },
    async close() {
      await Promise.all([...senders.values()].map(({ channel }) => channel.close()));
      senders.clear();
    },
  };
}
