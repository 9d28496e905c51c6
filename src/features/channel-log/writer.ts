import { newId } from "../../core/ids.js";
import type { Clock, Log } from "../../core/ports.js";
import type { ChannelLogKind } from "../../wire/channelLog.js";
import type { LogRow } from "./model.js";
import type { LogRepo } from "./repo.js";

/** What happened, in words. Nothing of it is what a message says, and nothing is a secret. */
export interface LogNote {
  kind: ChannelLogKind;
  ok: boolean;
  sentence: string;
  details?: Record<string, string | number | boolean> | undefined;
}

export interface LogWriter {
  /** Returns at once and never throws: the entry is written a moment later, together with others. */
  note(account: { id: string; workspaceId: string }, note: LogNote): void;
  /** Writes what waits. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Entries wait this long for others: the same thing said again within it is one entry that counts. */
const gatherMs = 400;
const keptMs = 7 * 86_400_000;
/** Of one account in a minute; anybody can send forged requests, and each may read differently. */
const perMinute = 60;
const waitingMost = 2_000;
/** After so many entries of an account the oldest are looked at. */
const trimEvery = 50;

interface Waiting {
  row: LogRow;
  times: number;
}

/** Gathers entries and writes them in batches, so that whoever has something to say need not wait. */
export function logWriter(deps: {
  repo: LogRepo;
  /** The entries stand in the log now. Must not throw. */
  told(rows: readonly LogRow[]): void;
  clock: Clock;
  log: Log;
}): LogWriter {
  const { repo, clock, log } = deps;
  let waiting = new Map<string, Waiting>();
  const budgets = new Map<string, { until: number; used: number }>();
  const untrimmed = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  /** False when the account has said enough of this sort for this minute. */
  function within(key: string, now: number): boolean {
    const known = budgets.get(key);
    if (!known || known.until < now) {
      if (budgets.size > 10_000) budgets.clear();
      budgets.set(key, { until: now + 60_000, used: 1 });
      return true;
    }
    known.used += 1;
    return known.used <= perMinute;
  }

  async function write(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.size === 0) return;
    const rows = [...waiting.values()].map(({ row, times }) =>
      times === 1 ? row : { ...row, details: { ...row.details, times } },
    );
    waiting = new Map();
    try {
      await repo.insert(rows);
      deps.told(rows);
      for (const { accountId } of rows) untrimmed.set(accountId, (untrimmed.get(accountId) ?? 0) + 1);
      for (const [accountId, count] of untrimmed) {
        if (count < trimEvery) continue;
        untrimmed.delete(accountId);
        await repo.trim(accountId);
      }
    } catch (error) {
      log.info("channel_log_not_written", { error: error as Error, count: rows.length });
    }
  }

  function flush(): Promise<void> {
    writing = writing.then(write);
    return writing;
  }

  return {
    note({ id: accountId, workspaceId }, { kind, ok, sentence, details }) {
      const at = clock.now();
      const same = `${accountId}/${kind}/${ok}/${sentence}`;
      const known = waiting.get(same);
      if (known) {
        known.times += 1;
        return;
      }
      if (waiting.size >= waitingMost || !within(`${accountId}/${ok}`, at.getTime())) return;
      const expiresAt = new Date(at.getTime() + keptMs);
      const row = { _id: newId("channelLog"), workspaceId, accountId, at, kind, ok, sentence: sentence.slice(0, 500) };
      waiting.set(same, { row: { ...row, details: details ?? {}, expiresAt }, times: 1 });
      timer ??= setTimeout(() => void flush(), gatherMs);
    },
    flush,
    close: flush,
  };
}
