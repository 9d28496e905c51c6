import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import type {
  deadLetterDetailDto,
  deadLetterDto,
  OperationsHealthDto,
  quarantineDetailDto,
  quarantineDto,
  retriedDto,
} from "../../../../src/wire/operations.js";
import type { ChannelAccountDto } from "../../../../src/wire/channels.js";
import { useCan, useWorkspace } from "../../api/session.js";
import { useCall } from "../../api/workspaceCall.js";

export type Health = OperationsHealthDto;
export type Quarantined = z.infer<typeof quarantineDto>;
export type DeadLetter = z.infer<typeof deadLetterDto>;
interface PageOf<T> {
  data: T[];
  next_cursor: string | null;
  has_more: boolean;
}

const useOperationsKey = (): readonly [string, string] => ["operations", useWorkspace().id];

export function useHealth() {
  const call = useCall();
  return useQuery({
    queryKey: [...useOperationsKey(), "health"],
    queryFn: ({ signal }) => call<Health>("/operations/health", { signal }),
    refetchInterval: 5_000,
  });
}

function usePages<T>(name: string, path: string) {
  const call = useCall();
  return useInfiniteQuery({
    queryKey: [...useOperationsKey(), name, "list"],
    queryFn: ({ pageParam, signal }) => call<PageOf<T>>(path, { query: { cursor: pageParam, limit: 50 }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page.has_more ? page.next_cursor : null),
    refetchInterval: 15_000,
  });
}

/** What can be done with something that did not go through. `path` is its address. */
function useRepair(path: (id: string) => string, again: string) {
  const call = useCall();
  const client = useQueryClient();
  const queryKey = useOperationsKey();
  const changed = () => client.invalidateQueries({ queryKey });
  return {
    again: useMutation({
      mutationFn: (id: string) => call(`${path(id)}/${again}`, { method: "POST" }),
      onSettled: changed,
    }),
    discard: useMutation({
      mutationFn: (id: string) => call(path(id), { method: "DELETE" }),
      onSettled: changed,
    }),
    edit: useMutation({
      mutationFn: ({ id, raw }: { id: string; raw: string }) => call(path(id), { method: "PUT", body: { raw } }),
      onSettled: changed,
    }),
  };
}

export const useQuarantine = () => usePages<Quarantined>("quarantine", "/quarantine");
export const useQuarantineRepair = () => useRepair((id) => `/quarantine/${id}`, "replay");
export const useDeadLetters = () => usePages<DeadLetter>("dead", "/dead-letters");
export const useDeadLetterRepair = () => useRepair((id) => `/dead-letters/${id}`, "retry");

/** One thing that did not go through: its shape, or all of it when it is opened. */
function useDetail<T>(name: string, path: string, open: boolean) {
  const call = useCall();
  return useQuery({
    queryKey: [...useOperationsKey(), name, path, open],
    queryFn: ({ signal }) => call<T>(path, { query: { open }, signal }),
    staleTime: Infinity,
    // The shape stays until the rest is there.
    placeholderData: (before) => before,
  });
}

export const useQuarantined = (id: string, open: boolean) =>
  useDetail<z.infer<typeof quarantineDetailDto>>("quarantine", `/quarantine/${id}`, open);
export const useDeadLetter = (id: string, open: boolean) =>
  useDetail<z.infer<typeof deadLetterDetailDto>>("dead", `/dead-letters/${id}`, open);

/** Tries everything again that failed for good. */
export function useRetryAll() {
  const call = useCall();
  const client = useQueryClient();
  const queryKey = useOperationsKey();
  return useMutation({
    mutationFn: () => call<z.infer<typeof retriedDto>>("/dead-letters/retry", { method: "POST" }),
    onSettled: () => client.invalidateQueries({ queryKey }),
  });
}

/** Names of the channel accounts, by id; none for people who may not see them. */
export function useAccountNames(): (id: string | null) => string {
  const call = useCall();
  const can = useCan();
  const { data } = useQuery({
    queryKey: [...useOperationsKey(), "accounts"],
    enabled: can("channels:manage") || can("conversations:read"),
    queryFn: ({ signal }) => call<{ data: ChannelAccountDto[] }>("/channels", { signal }).then((answer) => answer.data),
  });
  return (id) => data?.find((account) => account.id === id)?.name ?? id ?? "";
}

/** Puts what a provider said in a time into the inbox again. */
export function useReplay() {
  const call = useCall();
  return useMutation({
    mutationFn: (body: { channel_account_id: string; since: string; until?: string }) =>
      call<{ replayed: number }>("/replay", { method: "POST", body }),
  });
}
export function useAccounts() {
  const call = useCall();
  return useQuery({
    queryKey: [...useOperationsKey(), "accounts"],
    queryFn: ({ signal }) => call<{ data: ChannelAccountDto[] }>("/channels", { signal }).then((answer) => answer.data),
  });
}
