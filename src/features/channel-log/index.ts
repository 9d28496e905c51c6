import type { Connection } from "mongoose";
import { endpoint, pageDto, pageOf, type Endpoint } from "../../api/endpoint.js";
import { reasonOf } from "../../core/channelSentences.js";
import { AppError } from "../../core/errors.js";
import type { Clock, Log } from "../../core/ports.js";
import { channelLogEntryDto, channelLogQuery, type ChannelLogEntryDto } from "../../wire/channelLog.js";
import { logModel, type LogRow } from "./model.js";
import { logRepo } from "./repo.js";
import { logWriter, type LogNote } from "./writer.js";

export type { LogNote };

/** What happened at each channel account, kept for seven days: for whoever connects one, and for whoever looks for a fault. */
export interface ChannelLog {
  ensureIndexes(): Promise<void>;
  /** Returns at once and never throws: the entry is written a moment later, together with others. */
  note(account: { id: string; workspaceId: string }, note: LogNote): void;
  /** Writes what waits. */
  flush(): Promise<void>;
  /** How much went wrong in the last 24 hours, by account. */
  errors(accountIds: readonly string[]): Promise<Map<string, number>>;
  /** The account is gone, and its log with it. */
  forget(accountId: string): Promise<void>;
  endpoints: Endpoint[];
  close(): Promise<void>;
}

export function createChannelLog(deps: {
  connection: Connection;
  /** True when the workspace has this account. */
  hasAccount(workspaceId: string, id: string): Promise<boolean>;
  /** Tells those who manage channels. */
  ephemeral(workspaceId: string, type: string, data: Record<string, unknown>, scope: string): void;
  clock: Clock;
  log: Log;
}): ChannelLog {
  const { clock } = deps;
  const repo = logRepo(logModel(deps.connection));
  const writer = logWriter({
    repo,
    told(rows) {
      for (const row of rows) {
        const data = { channel_account_id: row.accountId, entry: entryDto(row) };
        deps.ephemeral(row.workspaceId, "channel.log", data, "channels:manage");
      }
    },
    clock,
    log: deps.log,
  });
  return {
    ensureIndexes: () => repo.ensureIndexes(),
    note: (account, note) => writer.note(account, note),
    flush: () => writer.flush(),
    errors: (accountIds) => repo.errors(accountIds, clock.now()),
    async forget(accountId) {
      await writer.flush();
      await repo.forget(accountId);
    },
    close: () => writer.close(),
    endpoints: [
      endpoint({
        method: "get",
        path: "/channels/:id/log",
        tag: "Channels",
        summary: "List what happened at a channel account",
        description:
          "Handshakes, requests, sends and changes of the last seven days, newest first, with the cause of what went wrong in words; at most 1000 entries. The same thing said again within a moment is one entry with `times`.",
        scope: "channels:manage",
        query: channelLogQuery,
        answer: pageOf(channelLogEntryDto),
        async handle({ principal, params, query }) {
          const { workspaceId } = principal;
          const id = params.id!;
          if (!(await deps.hasAccount(workspaceId, id))) {
            throw new AppError("not_found", "There is no such channel account.", { reason: "channel_unknown" });
          }
          const page = await repo.list(workspaceId, id, { ...query, errors: query.errors === "true" });
          return pageDto(page, entryDto);
        },
      }),
    ],
  };
}

function entryDto({ _id, at, kind, ok, sentence, details }: LogRow): ChannelLogEntryDto {
  // A test says what it found behind its name.
  const found = reasonOf(sentence.replace(/^Tested: /, ""));
  const reason = { reason: found?.reason ?? null, parameters: found?.parameters ?? {} };
  return { id: _id, at: at.toISOString(), kind, ok, sentence, ...reason, details };
}
