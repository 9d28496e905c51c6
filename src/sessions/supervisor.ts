import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { Channel, SessionProgress } from "../adapters/contract.js";
import type { Intake, IntakeAccount } from "../adapters/intake.js";
import { ProviderError } from "../core/errors.js";
import type { Log } from "../core/ports.js";
import type { ChannelAccount, Inbox } from "../inbox/index.js";
import { takeLease } from "../platform/lease.js";

interface Deps {
  inbox: Inbox;
  intake: Intake;
  redis: Redis;
  prefix: string;
  /** Channel kinds that may need a session. */
  kinds: readonly string[];
  open(account: ChannelAccount): Channel | undefined;
  intakeAccount(account: ChannelAccount): IntakeAccount;
  /** Shows how an account is being linked to whoever watches. */
  progress?(account: ChannelAccount, progress: SessionProgress): Promise<void>;
  log: Log;
}

export interface Supervisor {
  /** Looks for accounts to run, now and every few seconds. */
  start(): void;
  /** Ends every session and gives the leases back. */
  stop(): Promise<void>;
}

const lookEveryMs = 3_000;
const leaseMs = 15_000;
const backoffMs = { first: 1_000, most: 60_000 };
/** What the provider closed is looked at again this often, and no more. */
const suspendedMs = 3_600_000;

/** Runs the accounts we stay connected to (long polling, browser sessions): one process per account, under a lease. */
export function createSupervisor(deps: Deps): Supervisor {
  const { inbox, intake, redis, prefix, log } = deps;
  const running = new Map<string, { stop: AbortController; done: Promise<void>; version: string }>();
  const asked = new Map<string, string>();
  const resting = new Map<string, { until: number; waitMs: number }>();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  let stopped = false;

  async function listen(account: ChannelAccount, channel: Channel, stop: AbortSignal): Promise<void> {
    await channel.listen?.(
      {
        deliver: (payloads) => intake.session(deps.intakeAccount(account), payloads, `req_${randomUUID()}`),
        state: (state, cause) => inbox.reportHealth.set(account.id, state, cause ?? null),
        loadCursor: async () => (await inbox.accounts.findById(account.id))?.cursor ?? null,
        saveCursor: (cursor) => inbox.accounts.saveCursor(account.id, cursor),
        ...(deps.progress ? { progress: (progress) => deps.progress!(account, progress) } : {}),
      },
      stop,
    );
  }

  async function run(account: ChannelAccount, channel: Channel, stop: AbortController): Promise<void> {
    // By the provider's account, not by ours: two workspaces that connect the same bot must not both poll it.
    const name = `${account.kind}:${account.accountRef ?? account.id}`;
    const lease = await takeLease(redis, `${prefix}:lease:session:${name}`, leaseMs);
    if (!lease) return;
    const signal = AbortSignal.any([stop.signal, lease.lost]);
    log.info("session_started", { accountId: account.id, channel: account.kind });
    try {
      await listen(account, channel, signal);
      resting.delete(account.id);
    } catch (error) {
      if (signal.aborted) return;
      const suspended = error instanceof ProviderError && error.failure.kind === "suspended";
      const waitMs = suspended
        ? suspendedMs
        : Math.min((resting.get(account.id)?.waitMs ?? backoffMs.first / 2) * 2, backoffMs.most);
      resting.set(account.id, { until: Date.now() + waitMs, waitMs });
      log.warn("session_ended", { accountId: account.id, channel: account.kind, error: error as Error, waitMs });
      if (error instanceof ProviderError && error.failure.kind === "auth_expired") {
        await inbox.reportHealth.set(account.id, "needs_reauth", error.message);
      }
    } finally {
      await lease.release();
    }
  }

  const versionOf = (account: ChannelAccount) =>
    JSON.stringify([account.settings, account.restartedAt?.getTime() ?? null]);

  function begin(account: ChannelAccount): void {
    const channel = deps.open(account);
    if (!channel) return;
    if (!channel.listen) {
      void channel.close();
      return;
    }
    const stop = new AbortController();
    const done = run(account, channel, stop)
      .catch((error: unknown) => log.error("session_failed", { accountId: account.id, error: error as Error }))
      .finally(() => {
        running.delete(account.id);
        return channel.close();
      });
    running.set(account.id, { stop, done, version: versionOf(account) });
  }

  async function look(): Promise<void> {
    const accounts = await inbox.accounts.enabledOfKinds(deps.kinds);
    const wanted = new Map(accounts.map((account) => [account.id, account]));
    for (const [id, session] of running) {
      // Disabled, its credentials changed, or somebody asked for it: stop it; the next look starts it anew.
      const account = wanted.get(id);
      if (!account || versionOf(account) !== session.version) session.stop.abort();
    }
    for (const account of accounts) {
      // Somebody does something about it: it need not rest any longer.
      const version = versionOf(account);
      if (asked.get(account.id) !== version) resting.delete(account.id);
      asked.set(account.id, version);
      const rest = resting.get(account.id);
      if (stopped || running.has(account.id) || (rest && rest.until > Date.now())) continue;
      begin(account);
    }
  }

  function tick(): void {
    looking = look()
      .catch((error: unknown) => log.warn("sessions_not_read", { error: error as Error }))
      .finally(() => {
        if (!stopped) timer = setTimeout(tick, lookEveryMs);
      });
  }

  return {
    start: tick,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await looking;
      for (const session of running.values()) session.stop.abort();
      await Promise.all([...running.values()].map((session) => session.done));
    },
  };
}
