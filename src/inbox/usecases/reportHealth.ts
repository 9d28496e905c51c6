import type { Failure } from "../../core/errors.js";
import type { Clock, Log, Publish } from "../../core/ports.js";
import type { HealthEntry, HealthState } from "../models/channelAccount.js";
import type { AccountRepo } from "../repos/accounts.js";

interface Deps {
  accounts: AccountRepo;
  publish: Publish;
  clock: Clock;
  log: Log;
}

/** What a failed send says about the account as a whole; undefined when it only concerns that message. */
function stateAfter(failure: Failure): HealthState | undefined {
  if (failure.kind === "auth_expired") return "needs_reauth";
  if (failure.kind === "suspended") return "suspended";
  if (failure.kind === "unreachable") return "degraded";
  return undefined;
}

/**
 * From which states news may lead to another one. Nothing that is heard switches an account on that is off, or makes one
 * of a draft; and a small trouble does not hide a large one, or whatever ends the small one would end the large one too.
 */
const leads: Record<HealthState, readonly HealthState[]> = {
  draft: [],
  off: [],
  ok: ["degraded", "needs_reauth", "suspended"],
  degraded: ["ok", "degraded"],
  needs_reauth: ["ok", "degraded", "needs_reauth", "suspended"],
  suspended: ["ok", "degraded", "needs_reauth", "suspended"],
};

/** Keeps each account's health, with the cause in words. */
export function reportHealth({ accounts, publish, clock, log }: Deps) {
  async function save(
    accountId: string,
    state: HealthState,
    cause: string | null,
    from?: readonly HealthState[],
  ): Promise<void> {
    const now = clock.now();
    if (!(await accounts.setHealth(accountId, state, cause, now, from))) return;
    log.info("account_health", { accountId, state });
    const account = await accounts.findById(accountId);
    if (!account) return;
    await publish([
      {
        id: `${accountId.replace(/^acc_/, "evt_")}_${now.getTime()}_${state}`,
        workspaceId: account.workspaceId,
        type: "channel.status.updated",
        at: now,
        data: { channel_account_id: accountId, state, cause },
      },
    ]);
  }
  /** Something was heard of an account. `from`: it only ends, or changes, one of these states. */
  const set = (accountId: string, state: HealthState, cause: string | null, from = leads[state]) =>
    save(accountId, state, cause, from);
  return {
    set,
    /** Somebody switched the account on or off, or put credentials in: what was before is over. */
    switched: (accountId: string, state: HealthState, cause: string | null) => save(accountId, state, cause),
    /** The account does what it should. Costs a write only when it did not before. */
    works: async (account: { id: string; health: HealthEntry }): Promise<void> => {
      if (["degraded", "needs_reauth", "suspended"].includes(account.health.state)) await set(account.id, "ok", null);
    },
    /** A provider refused or did not answer a send over this account. */
    sendFailed: async (account: { id: string }, failure: Failure, sentence: string): Promise<void> => {
      const state = stateAfter(failure);
      if (state) await set(account.id, state, sentence);
    },
  };
}
