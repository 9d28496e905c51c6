import type { IntakeAccount, IntakeNote } from "../adapters/intake.js";
import { AppError } from "../core/errors.js";
import type { Clock, Log } from "../core/ports.js";
import type { ChannelAccount, HealthState, Inbox } from "../inbox/index.js";

interface Deps {
  inbox: () => Inbox;
  /** What a kind of channel is called. */
  labelOf(kind: string): string;
  /** What a handshake at the account's address must bring. */
  verifyTokenOf(account: Pick<ChannelAccount, "workspaceId" | "endpointKey">): Promise<string>;
  /** Where the account's provider is told to deliver. */
  deliveryUrl(account: ChannelAccount): string;
  /** For the account's log. */
  note(account: Pick<ChannelAccount, "id" | "workspaceId">, note: IntakeNote): void;
  clock: Clock;
  log: Log;
}

/** What an account is called that spoke to us before anybody connected it. */
export const draftName = (label: string, accountRef: string): string => `${label} ${accountRef.slice(0, 40)}`;

/** What intake needs to know of accounts, and what it tells of them. */
export interface IntakeAccounts {
  /** The account as intake needs it, from memory while fresh, and from stale memory while the database is away. */
  findByEndpoint: (kind: string, endpointKey: string) => Promise<IntakeAccount | undefined>;
  /** The account of this name in the receiver's workspace; one that is not connected becomes a draft. */
  accountOf: (receiver: IntakeAccount, accountRef: string) => Promise<IntakeAccount>;
  intakeAccount: (account: ChannelAccount) => IntakeAccount;
  /** Neither rejects nor throws. */
  reportTrouble: (account: IntakeAccount, why: string) => void;
  reportWell: (account: IntakeAccount) => void;
  note: (account: IntakeAccount, note: IntakeNote) => void;
  /** Something went out over the account. */
  spoke: (accountId: string) => void;
  /** Something about an account changed in this process. */
  forget: () => void;
}

/** How long intake trusts what it read of an account: a webhook then costs no database round trip. */
const intakeTrustMs = 5_000;
/** Unknown keys are remembered too, so that a guessing stranger does not reach the database each time. */
const intakeMost = 10_000;
/** That something was heard is written down this often. */
const heardEveryMs = 60_000;

/** Looks accounts up for webhooks without a database round trip for each. */
export function createIntakeAccounts(deps: Deps): IntakeAccounts {
  const { inbox, verifyTokenOf, clock, log } = deps;
  const known = new Map<string, { account: IntakeAccount | undefined; until: number }>();
  const heard = new Map<string, number>();
  const spoken = new Map<string, number>();

  const intakeAccount = (account: ChannelAccount): IntakeAccount => ({
    id: account.id,
    workspaceId: account.workspaceId,
    kind: account.kind,
    accountRef: account.accountRef ?? "",
    enabled: account.enabled,
    simulated: account.simulated,
    trouble: account.health.state === "degraded" ? account.health.cause : null,
    settings: account.settings === null ? [] : [account.settings],
  });

  /** An account that spoke to us before anybody connected it. */
  async function draftOf({ workspaceId, kind }: IntakeAccount, accountRef: string): Promise<ChannelAccount> {
    const { accounts } = inbox();
    const name = draftName(deps.labelOf(kind), accountRef);
    try {
      return await accounts.createDraft({ workspaceId, kind, name, accountRef, now: clock.now() });
    } catch (error) {
      const there = await accounts.findByRef(workspaceId, kind, accountRef);
      if (!there) throw error;
      return there;
    }
  }

  function noteHealth(account: IntakeAccount, state: HealthState, cause: string | null): void {
    inbox()
      // A genuine request says nothing about a token or a ban.
      .reportHealth.set(account.id, state, cause, state === "ok" ? ["degraded"] : undefined)
      .catch((error: unknown) => log.warn("health_not_saved", { accountId: account.id, error: error as Error }));
  }

  /** Writes down that an account heard or spoke, once a minute. */
  function noteTime(accountId: string, last: Map<string, number>, save: (now: Date) => Promise<void>): void {
    const now = clock.now();
    if (now.getTime() - (last.get(accountId) ?? 0) < heardEveryMs) return;
    last.set(accountId, now.getTime());
    save(now).catch((error: unknown) => {
      last.delete(accountId);
      log.debug("heard_not_saved", { accountId, error: error as Error });
    });
  }

  async function shookHands(accountId: string): Promise<void> {
    const { accounts } = inbox();
    const account = await accounts.findById(accountId);
    if (account) await accounts.setRegistered(accountId, { at: clock.now(), url: deps.deliveryUrl(account) });
  }

  return {
    intakeAccount,
    forget: () => known.clear(),

    async findByEndpoint(kind, endpointKey) {
      const key = `${kind}/${endpointKey}`;
      const hit = known.get(key);
      if (hit && hit.until > Date.now()) return hit.account;
      try {
        const row = await inbox().accounts.findByEndpoint(kind, endpointKey);
        if (known.size >= intakeMost) known.clear();
        const account = row && { ...intakeAccount(row), verifyToken: await verifyTokenOf(row) };
        known.set(key, { account, until: Date.now() + intakeTrustMs });
        return account;
      } catch (error) {
        if (hit) return hit.account;
        throw new AppError("unavailable", "The inbox cannot be reached.", { retryAfterSeconds: 5, cause: error });
      }
    },

    async accountOf(receiver, accountRef) {
      const key = `${receiver.workspaceId}/${receiver.kind}/${accountRef}`;
      const hit = known.get(key);
      if (hit?.account && hit.until > Date.now()) return hit.account;
      try {
        const row = await inbox().accounts.findByRef(receiver.workspaceId, receiver.kind, accountRef);
        const account = intakeAccount(row ?? (await draftOf(receiver, accountRef)));
        if (known.size >= intakeMost) known.clear();
        known.set(key, { account, until: Date.now() + intakeTrustMs });
        return account;
      } catch (error) {
        if (hit?.account) return hit.account;
        throw new AppError("unavailable", "The inbox cannot be reached.", { retryAfterSeconds: 5, cause: error });
      }
    },

    // The same trouble again, and no trouble as before, cost nothing: anybody can send a forged request.
    reportTrouble(account, why) {
      if (account.trouble === why) return;
      account.trouble = why;
      noteHealth(account, "degraded", why);
    },

    spoke: (accountId) => noteTime(accountId, spoken, (now) => inbox().accounts.spoke(accountId, now)),

    note(account, note) {
      deps.note(account, note);
      if (note.kind !== "handshake" || !note.ok) return;
      shookHands(account.id).catch((error: unknown) =>
        log.debug("handshake_not_saved", { accountId: account.id, error: error as Error }),
      );
    },

    reportWell(account) {
      noteTime(account.id, heard, (now) => inbox().accounts.heard(account.id, now));
      if (account.trouble === null) return;
      account.trouble = null;
      noteHealth(account, "ok", null);
    },
  };
}
