import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type {
  ChannelAccountDetailDto,
  ChannelAccountDto,
  ChannelKindDto,
  ChannelTestDto,
} from "../../../../src/wire/channels.js";
import type { ChannelLogEntryDto, ChannelSessionDto } from "../../../../src/wire/channelLog.js";
import type { SimulatedKind } from "../../../../src/wire/simulator.js";
import { useWorkspace } from "../../api/session.js";
import { useCall } from "../../api/workspaceCall.js";
import { subscribeEphemeral, useConnection, useEvents, type Ephemeral } from "../../realtime/connection.js";

export type Kind = ChannelKindDto;
export type Channel = ChannelAccountDto;
export type ChannelDetail = ChannelAccountDetailDto;
export type LogEntry = ChannelLogEntryDto;
export type Session = ChannelSessionDto;
export type TestResult = ChannelTestDto;
/** One page of a list with a cursor. */
export interface PageOf<T> {
  data: T[];
  next_cursor: string | null;
  has_more: boolean;
}

/** Where everything about channels is kept, so that one change can refresh all of it. */
export const useChannelsKey = (): readonly [string, string] => ["channelAdmin", useWorkspace().id];

/** subscribeEphemeral() for the life of a component; `run` may change with every render. */
export function useEphemeral(type: string, run: (hint: Ephemeral) => void): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => subscribeEphemeral(type, (hint) => latest.current(hint)), [type]);
}

/** Polls slowly while sockets tell of changes, and faster when they do not. */
export function usePace(slow: number, fast: number): number {
  return useConnection() === "online" ? slow : fast;
}

export function useKinds() {
  const call = useCall();
  return useQuery({
    queryKey: [...useChannelsKey(), "kinds"],
    queryFn: ({ signal }) => call<{ data: Kind[] }>("/channels/kinds", { signal }).then(({ data }) => data),
    staleTime: 10 * 60_000,
  });
}

export function useChannels() {
  const call = useCall();
  const queryKey = [...useChannelsKey(), "list"];
  const client = useQueryClient();
  useEvents("channel.", () => void client.invalidateQueries({ queryKey }));
  return useQuery({
    queryKey,
    queryFn: ({ signal }) => call<{ data: Channel[] }>("/channels", { signal }).then(({ data }) => data),
    refetchInterval: usePace(60_000, 15_000),
  });
}

/** One account; `watch` looks again every few seconds, for pages that wait for something to happen. */
export function useChannel(id: string, watch = false) {
  const call = useCall();
  const queryKey = [...useChannelsKey(), "one", id];
  const client = useQueryClient();
  useEvents("channel.", () => void client.invalidateQueries({ queryKey }));
  // A handshake changes what is known of the address, and nothing else tells of it.
  useEphemeral("channel.log", ({ data }) => {
    const { kind } = (data.entry ?? {}) as Partial<LogEntry>;
    if (data.channel_account_id === id && kind === "handshake") void client.invalidateQueries({ queryKey });
  });
  const pace = usePace(watch ? 4_000 : 60_000, watch ? 2_000 : 15_000);
  return useQuery({
    queryKey,
    queryFn: ({ signal }) => call<ChannelDetail>(`/channels/${id}`, { signal }),
    refetchInterval: pace,
  });
}

/** Which entries of a log are wanted. */
export interface LogFilter {
  errors?: boolean;
  kind?: LogEntry["kind"] | undefined;
}

/** The log of an account, newest first; entries come in live. */
export function useLog(id: string, { errors = false, kind }: LogFilter) {
  const call = useCall();
  const queryKey = [...useChannelsKey(), "log", id, errors, kind];
  const client = useQueryClient();
  useEphemeral("channel.log", ({ data }) => {
    if (data.channel_account_id === id) void client.invalidateQueries({ queryKey });
  });
  const pace = usePace(10_000, 3_000);
  return useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      call<PageOf<LogEntry>>(`/channels/${id}/log`, { query: { cursor: pageParam, errors, kind, limit: 50 }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page.has_more ? page.next_cursor : null),
    refetchInterval: pace,
  });
}

/** How the linking of an account with a session goes. */
export function useSession(id: string) {
  const call = useCall();
  const queryKey = [...useChannelsKey(), "session", id];
  const client = useQueryClient();
  useEphemeral("channel.session", ({ data }) => {
    if (data.channel_account_id === id) void client.invalidateQueries({ queryKey });
  });
  const pace = usePace(5_000, 2_000);
  return useQuery({
    queryKey,
    queryFn: ({ signal }) => call<Session>(`/channels/${id}/session`, { signal }),
    refetchInterval: pace,
  });
}

/** Everything that can be done with accounts; each refreshes what it changed. */
export function useChannelActions() {
  const call = useCall();
  const key = useChannelsKey();
  const client = useQueryClient();
  const changed = () => client.invalidateQueries({ queryKey: key });
  const keep = (channel: ChannelDetail) => {
    client.setQueryData([...key, "one", channel.id], channel);
    void changed();
  };
  return {
    draft: useMutation({
      mutationFn: (kind: string) => call<ChannelDetail>("/channels", { method: "POST", body: { kind } }),
      onSuccess: keep,
    }),
    simulate: useMutation({
      mutationFn: (kind: SimulatedKind) => call<Channel>("/simulator/channels", { method: "POST", body: { kind } }),
      onSuccess: changed,
    }),
    configure: useMutation({
      mutationFn: ({ id, settings }: { id: string; settings: Record<string, unknown> }) =>
        call<ChannelDetail>(`/channels/${id}/settings`, { method: "PUT", body: { settings } }),
      onSuccess: keep,
    }),
    change: useMutation({
      mutationFn: ({ id, ...body }: { id: string; name?: string; enabled?: boolean }) =>
        call<ChannelDetail>(`/channels/${id}`, { method: "PATCH", body }),
      onSuccess: keep,
    }),
    rotate: useMutation({
      mutationFn: (id: string) => call<ChannelDetail>(`/channels/${id}/rotate-secret`, { method: "POST" }),
      onSuccess: keep,
    }),
    register: useMutation({
      mutationFn: (id: string) => call<ChannelDetail>(`/channels/${id}/register`, { method: "POST" }),
      onSuccess: keep,
    }),
    test: useMutation({
      mutationFn: (id: string) => call<TestResult>(`/channels/${id}/test`, { method: "POST" }),
      onSuccess: changed,
    }),
    tryOut: useMutation({
      mutationFn: ({ kind, settings }: { kind: string; settings: Record<string, unknown> }) =>
        call<TestResult>(`/channels/kinds/${kind}/test`, { method: "POST", body: { settings } }),
    }),
    remove: useMutation({
      mutationFn: ({ id, history }: { id: string; history: boolean }) =>
        call(`/channels/${id}`, { method: "DELETE", query: { with_conversations: history } }),
      onSuccess: () => client.invalidateQueries({ queryKey: [...key, "list"] }),
    }),
    pairByPhone: useMutation({
      mutationFn: ({ id, phone }: { id: string; phone: string }) =>
        call<Session>(`/channels/${id}/session/pairing-code`, { method: "POST", body: { phone } }),
      onSuccess: changed,
    }),
    restart: useMutation({
      mutationFn: ({ id, pairing }: { id: string; pairing?: "qr" | "phone" }) =>
        call<Session>(`/channels/${id}/session/restart`, { method: "POST", body: pairing ? { pairing } : {} }),
      onSuccess: changed,
    }),
  };
}
