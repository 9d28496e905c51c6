import { randomBytes } from "node:crypto";
import type { AccountState, AdapterTools, Channel, ChannelAdapter } from "../adapters/contract.js";
import type { IntakeAccount } from "../adapters/intake.js";
import { AppError, ProviderError } from "../core/errors.js";
import type { InboundEvent } from "../core/events.js";
import type { Clock, Log } from "../core/ports.js";
import type { ChannelAccount, HealthState, Inbox } from "../inbox/index.js";
import type { Send } from "../inbox/usecases/drainLane.js";
import { webhookUrl } from "../http/presenters/inbox.js";
import type { ConnectInput, ChannelAdmin } from "../http/routes/channels.js";

interface Deps {
  adapterFor: (kind: string) => ChannelAdapter | undefined;
  inbox: () => Inbox;
  /** By channel kind: where its provider lives, when not at the usual place. */
  apiRoots: Record<string, string | undefined>;
  publicUrl: () => string;
  clock: Clock;
  log: Log;
}

/** How long intake trusts what it read of an account: a webhook then costs no database round trip. */
const intakeTrustMs = 5_000;
/** Unknown keys are remembered too, so that a guessing stranger does not reach the database each time. */
const intakeMost = 10_000;

export interface Channels extends ChannelAdmin {
  send: Send;
  /** The account as intake needs it, from memory while fresh, and from stale memory while the database is away. */
  findByEndpoint: (kind: string, endpointKey: string) => Promise<IntakeAccount | undefined>;
  intakeAccount: (account: ChannelAccount) => IntakeAccount;
  /** A channel of this account; the caller closes it. undefined for a draft. */
  open: (account: ChannelAccount) => Channel | undefined;
  reportTrouble: (account: IntakeAccount, why: string) => void;
  reportWell: (account: IntakeAccount) => void;
  /** Gives the provider the quick answers it waits for, now that the events are stored. Never rejects. */
  acknowledge: (accountId: string, events: readonly InboundEvent[]) => Promise<void>;
  close(): Promise<void>;
}

/** Connected accounts and their providers: connecting, sending, and what intake looks up. */
export function createChannels(deps: Deps): Channels {
  const { adapterFor, inbox, clock, log } = deps;
  const senders = new Map<string, { settings: string; channel: Channel }>();
  const known = new Map<string, { account: IntakeAccount | undefined; until: number }>();

  const tools = (kind: string): AdapterTools => ({ log: log.with({ channel: kind }), apiRoot: deps.apiRoots[kind] });

  function open(account: ChannelAccount): Channel | undefined {
    const adapter = adapterFor(account.kind);
    if (!adapter || account.settings === null) return undefined;
    return adapter.connect(adapter.manifest.settings.parse(account.settings), tools(account.kind));
  }

  /** One channel per account for sending, made anew when its credentials change. */
  function sender(account: ChannelAccount): Channel {
    const settings = JSON.stringify(account.settings);
    const cached = senders.get(account.id);
    if (cached?.settings === settings) return cached.channel;
    void cached?.channel.close();
    const channel = open(account);
    if (!channel)
      throw new ProviderError({ kind: "unsupported", feature: "sending" }, "The channel has no credentials yet.");
    senders.set(account.id, { settings, channel });
    return channel;
  }

  const intakeAccount = (account: ChannelAccount): IntakeAccount => ({
    id: account.id,
    workspaceId: account.workspaceId,
    kind: account.kind,
    accountRef: account.accountRef ?? "",
    enabled: account.enabled,
    trouble: account.health.state === "degraded" ? account.health.cause : null,
    settings: account.settings === null ? [] : [account.settings],
  });

  /** Credentials as the adapter wants them; what we generate ourselves is filled in. */
  function parsedSettings(adapter: ChannelAdapter, given: Record<string, unknown>): unknown {
    const result = adapter.manifest.settings.safeParse({
      secretToken: randomBytes(32).toString("base64url"),
      ...given,
    });
    if (result.success) return result.data;
    throw new AppError("unprocessable", "The credentials are not complete.", {
      errors: result.error.issues.map((issue) => ({
        pointer: `/settings/${issue.path.map(String).join("/")}`,
        message: issue.message,
      })),
    });
  }

  /** Asks the provider who these credentials are. */
  async function probed(channel: Channel, adapter: ChannelAdapter, settings: unknown): Promise<AccountState> {
    try {
      if (channel.probe) return await channel.probe();
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const why =
        error.failure.kind === "auth_expired"
          ? "The provider does not accept these credentials. Nothing was saved; check the token and try again."
          : "The provider could not be reached. Nothing was saved; try again in a moment.";
      throw new AppError("unprocessable", why, { reason: error.failure.kind });
    }
    return { state: "ok", accountRef: adapter.accountRef(settings) ?? "", displayName: adapter.manifest.label };
  }

  async function connect(input: ConnectInput): Promise<ChannelAccount> {
    const { workspaceId, kind, name } = input;
    const adapter = adapterFor(kind);
    if (!adapter) throw new AppError("unprocessable", `There is no channel kind "${kind}".`);
    const { accounts, reportHealth } = inbox();
    if (!input.settings) {
      return accounts.createDraft({ workspaceId, kind, name: name ?? adapter.manifest.label, now: clock.now() });
    }

    const settings = parsedSettings(adapter, input.settings);
    const channel = adapter.connect(settings, tools(kind));
    try {
      const state = await probed(channel, adapter, settings);
      const existing = await accounts.findByRef(workspaceId, kind, state.accountRef);
      const account =
        existing ??
        (await accounts.createDraft({ workspaceId, kind, name: name ?? state.displayName, now: clock.now() }));
      await accounts.saveSettings(workspaceId, account.id, {
        settings,
        accountRef: state.accountRef,
        ...(name ? { name } : {}),
      });
      known.clear();
      await reportHealth.set(account.id, state.state, state.cause ?? null);
      if (!channel.listen && channel.register) await registered(channel, account);
      return (await accounts.find(workspaceId, account.id))!;
    } finally {
      await channel.close();
    }
  }

  async function registered(channel: Channel, account: ChannelAccount): Promise<void> {
    try {
      await channel.register?.(webhookUrl(account, deps.publicUrl()));
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const cause = `The webhook could not be registered: ${error.message}`;
      await inbox().reportHealth.set(account.id, "degraded", cause);
    }
  }

  function noteHealth(account: IntakeAccount, state: HealthState, cause: string | null): void {
    inbox()
      .reportHealth.set(account.id, state, cause)
      .catch((error: unknown) => log.warn("health_not_saved", { accountId: account.id, error: error as Error }));
  }

  return {
    connect,
    open,
    intakeAccount,

    // Async, so that a channel without credentials rejects instead of throwing.
    send: async (account, message) => sender(account).send(message),

    async findByEndpoint(kind, endpointKey) {
      const key = `${kind}/${endpointKey}`;
      const hit = known.get(key);
      if (hit && hit.until > Date.now()) return hit.account;
      try {
        const row = await inbox().accounts.findByEndpoint(kind, endpointKey);
        if (known.size >= intakeMost) known.clear();
        const account = row && intakeAccount(row);
        known.set(key, { account, until: Date.now() + intakeTrustMs });
        return account;
      } catch (error) {
        if (hit) return hit.account;
        throw new AppError("unavailable", "The inbox cannot be reached.", { retryAfterSeconds: 5, cause: error });
      }
    },

    // The same trouble again, and no trouble as before, cost nothing: anybody can send a forged request.
    reportTrouble(account, why) {
      if (account.trouble === why) return;
      account.trouble = why;
      noteHealth(account, "degraded", why);
    },

    reportWell(account) {
      if (account.trouble === null) return;
      account.trouble = null;
      noteHealth(account, "ok", null);
    },

    async acknowledge(accountId, events) {
      const awaited = events.filter(
        (event) => event.type === "message" && event.message.content.kind === "choice_made",
      );
      if (awaited.length === 0) return;
      try {
        const account = await inbox().accounts.findById(accountId);
        const channel = account?.enabled ? sender(account) : undefined;
        for (const event of awaited) await channel?.acknowledge?.(event);
      } catch (error) {
        log.info("not_acknowledged", { accountId, error: error as Error });
      }
    },

    async close() {
      await Promise.all([...senders.values()].map(({ channel }) => channel.close()));
      senders.clear();
    },
  };
}
