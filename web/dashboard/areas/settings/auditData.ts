import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import type { z } from "zod";
import type { auditEntryDto } from "../../../../src/wire/identity.js";
import { call } from "../../api/client.js";
import { useWorkspace } from "../../api/session.js";

export type AuditEntry = z.infer<typeof auditEntryDto>;

/** What part of the log one looks at; days are those of whoever looks. */
export interface AuditFilters {
  actorId?: string | undefined;
  action?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
}
interface Page {
  data: AuditEntry[];
  next_cursor: string | null;
}

const exportedMost = 5_000;

function queryOf({ actorId, action, since, until }: AuditFilters, limit: number, cursor: string | undefined) {
  return {
    limit,
    cursor,
    actor_id: actorId,
    action,
    since: since === undefined ? undefined : new Date(`${since}T00:00:00`).toISOString(),
    until: until === undefined ? undefined : new Date(`${until}T23:59:59.999`).toISOString(),
  };
}

/** The log page by page, and all of it (up to a limit) for a file. */
export function useAudit(filters: AuditFilters) {
  const { id } = useWorkspace();
  const page = (limit: number, cursor: string | undefined, signal?: AbortSignal) =>
    call<Page>("/audit-log", { workspaceId: id, query: queryOf(filters, limit, cursor), signal });
  const list = useInfiniteQuery({
    queryKey: ["w", id, "audit-log", filters],
    queryFn: ({ pageParam, signal }) => page(50, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor: next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const all = async (onProgress: (count: number) => void) => {
    const entries: AuditEntry[] = [];
    let cursor: string | null | undefined;
    do {
      const next: Page = await page(100, cursor ?? undefined);
      entries.push(...next.data);
      cursor = next.next_cursor;
      onProgress(entries.length);
    } while (cursor !== null && entries.length < exportedMost);
    return { entries, more: cursor !== null };
  };
  return { list, all };
}

/** Entries as rows of a table, its heads first. */
export const auditRows = (entries: readonly AuditEntry[]): string[][] => [
  [
    "at",
    "actor_kind",
    "actor_id",
    "actor",
    "action",
    "outcome",
    "target_kind",
    "target_id",
    "target",
    "address",
    "details",
  ],
  ...entries.map(({ at, actor, action, outcome, target, address, details }) => [
    at,
    actor.kind,
    actor.id ?? "",
    actor.name ?? "",
    action,
    outcome,
    target?.kind ?? "",
    target?.id ?? "",
    target?.name ?? "",
    address ?? "",
    JSON.stringify(details),
  ]),
];
