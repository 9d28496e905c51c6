import type { Channel, ChannelAdapter } from "../adapters/contract.js";
import { ProviderError } from "../core/errors.js";
import type { Clock, Log } from "../core/ports.js";
import type { ChannelAccount, Inbox } from "../inbox/index.js";
import { explained } from "./channelProbe.js";

interface Deps {
  inbox: () => Inbox;
  adapterOf(kind: string): ChannelAdapter;
  /** Has the provider call us; false when that did not go well. */
  registered(channel: Channel, account: ChannelAccount): Promise<boolean>;
  /** Where the account's provider is told to deliver. */
  deliveryUrl(account: ChannelAccount): string;
  /** Runs with a channel of its own, which is closed afterwards; not at all for a draft. */
  withChannel(account: ChannelAccount, work: (channel: Channel) => Promise<unknown>): Promise<void>;
  /** Whether there is a provider to ask: stand-ins start after the first check, and that is no trouble of their accounts. */
  isPlayed(account: ChannelAccount): boolean;
  clock: Clock;
  log: Log;
}

/** After so much silence the webhook is set again, in case the provider lost it. */
const silenceMs = 24 * 3_600_000;
/** Nothing is wrong with silence; but when something is, a webhook that was taken away is the likeliest. */
const silence = "Nothing was heard for a day. The webhook was set again, to be sure.";
const isSilent = ({ lastEventAt, createdAt }: ChannelAccount, now: Date) =>
  now.getTime() - (lastEventAt ?? createdAt).getTime() > silenceMs;
/** Accounts looked at in one go. */
const checkedAtOnce = 50;

/** Asks providers how their accounts are doing; what they say becomes the accounts' health. */
export function channelChecks(deps: Deps) {
  const { inbox, adapterOf, registered, deliveryUrl, withChannel, isPlayed, clock, log } = deps;

  /** Asks about one account, and takes away secrets whose time is over. */
  async function check(account: ChannelAccount, channel: Channel): Promise<void> {
    const { accounts, reportHealth } = inbox();
    const retired = adapterOf(account.kind).retire?.(account.settings, clock.now());
    if (retired !== undefined) {
      const accountRef = account.accountRef ?? "";
      await accounts.saveSettings(account.workspaceId, account.id, { settings: retired, accountRef });
    }
    try {
      const state = await channel.probe?.({ url: deliveryUrl(account) });
      if (!state) return;
      if (state.state !== "ok") await reportHealth.set(account.id, state.state, state.cause ?? null);
      if (state.webhookLost) await registered(channel, account);
      if (state.state !== "ok") return;
      const calls = !channel.listen && channel.register !== undefined;
      const quiet = calls && isSilent(account, clock.now());
      if (quiet && !(await soundsAgain(channel, account))) return;
      const ended = ["degraded", "needs_reauth", ...(state.standing ? ["suspended" as const] : [])] as const;
      await reportHealth.set(account.id, "ok", quiet ? silence : null, ["ok", ...ended]);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (error.failure.kind === "auth_expired")
        await reportHealth.set(account.id, "needs_reauth", explained(adapterOf(account.kind), error).sentence);
      else if (error.failure.kind === "unreachable") await reportHealth.set(account.id, "degraded", error.message);
    }
  }

  /** Sets the webhook of a silent account again, once in such a time. False when that did not go well. */
  async function soundsAgain(channel: Channel, account: ChannelAccount): Promise<boolean> {
    const { cause, since } = account.health;
    if (cause === silence && clock.now().getTime() - since.getTime() < silenceMs) return true;
    return registered(channel, account);
  }

  return {
    check,
    /** Has the provider call us anew, and asks how the account is doing now. */
    registerAgain: (account: ChannelAccount) =>
      withChannel(account, async (channel) => {
        if (await registered(channel, account)) await check(account, channel);
      }),
    /** Asks about every enabled account; sets webhooks again that went silent. */
    async checkAll(): Promise<void> {
      let last = "";
      for (;;) {
        const page = await inbox().accounts.enabledAfter(last, checkedAtOnce);
        if (page.length === 0) return;
        await Promise.all(
          page
            .filter(isPlayed)
            .map((account) =>
              withChannel(account, (channel) => check(account, channel)).catch((error: unknown) =>
                log.warn("account_not_checked", { accountId: account.id, error: error as Error }),
              ),
            ),
        );
        last = page.at(-1)!.id;
      }
    },
  };
}
