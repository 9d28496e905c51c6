import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { call } from "../../../api/client.js";
import { useWorkspace } from "../../../api/session.js";
import { keys } from "./keys.js";
import type {
  CannedReplyDto,
  ChannelAccountDto,
  InboxCountsDto,
  Label,
  MacroDto,
  Member,
  Team,
  ViewDto,
} from "./types.js";

const longMs = 5 * 60_000;

interface Short<T> {
  queryKey: readonly unknown[];
  path: string;
  /** What its rows are; only the type counts. */
  rows?: readonly T[];
}

function useShort<T>({ queryKey, path }: Short<T>, enabled = true) {
  const { id } = useWorkspace();
  return useQuery({
    queryKey,
    queryFn: ({ signal }) => call<{ data: T[] }>(path, { workspaceId: id, signal }),
    staleTime: longMs,
    enabled,
  });
}
function useShortList<T>(short: Short<T>, enabled = true): readonly T[] {
  return useShort(short, enabled).data?.data ?? none;
}
const none: readonly never[] = [];

/** People conversations can be given to. */
export const useMembers = (): readonly Member[] =>
  useShortList<Member>({ queryKey: keys.members(useWorkspace().id), path: "/members" });
export const useTeams = (): readonly Team[] =>
  useShortList<Team>({ queryKey: keys.teams(useWorkspace().id), path: "/teams" });
export const useLabels = (): readonly Label[] =>
  useShortList<Label>({ queryKey: keys.labels(useWorkspace().id), path: "/labels" });
export const useChannels = (): readonly ChannelAccountDto[] =>
  useShortList<ChannelAccountDto>({ queryKey: keys.channels(useWorkspace().id), path: "/channels" });
export const useViews = (): readonly ViewDto[] =>
  useShortList<ViewDto>({ queryKey: keys.views(useWorkspace().id), path: "/views" });
/** The saved views, and whether these are all there are at present: one that is not among them may still be on its way. */
export function useKnownViews(): { views: readonly ViewDto[]; known: boolean } {
  const { data, isFetching } = useShort<ViewDto>({ queryKey: keys.views(useWorkspace().id), path: "/views" });
  return { views: data?.data ?? none, known: data !== undefined && !isFetching };
}
export const useMacros = (): readonly MacroDto[] =>
  useShortList<MacroDto>({ queryKey: keys.macros(useWorkspace().id), path: "/macros" });
export const useCannedReplies = (enabled = true) =>
  useShortList<CannedReplyDto>({ queryKey: keys.canned(useWorkspace().id), path: "/canned-replies" }, enabled);
export const useDrafts = () =>
  useShortList<{ conversation_id: string; mode: "reply" | "note"; updated_at: string }>({
    queryKey: keys.drafts(useWorkspace().id),
    path: "/drafts",
  });

/** The numbers beside the views. */
export function useCounts(): InboxCountsDto | undefined {
  const { id } = useWorkspace();
  return useQuery({
    queryKey: keys.counts(id),
    queryFn: ({ signal }) => call<InboxCountsDto>("/inbox/counts", { workspaceId: id, signal }),
  }).data;
}

/** By id, for looking up what a row names. */
export function useById<T extends { id: string }>(list: readonly T[]): ReadonlyMap<string, T> {
  return useMemo(() => new Map(list.map((one) => [one.id, one])), [list]);
}
