import { useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import type { ChannelAccountDto } from "../../../../src/wire/channels.js";
import type { CannedReplyDto, InboxCountsDto } from "../../../../src/wire/desk.js";
import type { ConversationDto } from "../../../../src/wire/inbox.js";
import type { DemoDto } from "../../../../src/wire/simulator.js";
import type { memberDto } from "../../../../src/wire/workspace.js";
import { call } from "../../api/client.js";
import { useCan, useMe, useWorkspace } from "../../api/session.js";
import { saveMyPreferences, useMyPreferences } from "../../app/myPreferences.js";

/** What an account remembers at most; the oldest hints come back. */
const dismissedMost = 100;

/** What the home page tells, asked for part by part, so that one part that fails leaves the others. */
export function useHome() {
  const { id } = useWorkspace();
  const can = useCan();
  const read = can("conversations:read");
  const get = <T>(path: string, query: Record<string, string | number> = {}) =>
    ({
      queryKey: ["w", id, path.slice(1), ...(Object.keys(query).length > 0 ? [query] : [])],
      queryFn: ({ signal }: { signal: AbortSignal }) => call<T>(path, { workspaceId: id, signal, query }),
      enabled: read,
    }) as const;
  const counts = useQuery({
    ...get<InboxCountsDto>("/inbox/counts"),
    queryKey: ["w", id, "inbox-counts"],
    refetchInterval: 30_000,
  });
  const channels = useQuery({ ...get<{ data: ChannelAccountDto[] }>("/channels"), select: ({ data }) => data });
  const members = useQuery({ ...get<{ data: z.infer<typeof memberDto>[] }>("/members"), select: ({ data }) => data });
  const canned = useQuery({ ...get<{ data: CannedReplyDto[] }>("/canned-replies"), select: ({ data }) => data });
  const about = useQuery(get<{ created_at: string }>("/workspace"));
  const mine = useQuery(get<{ data: ConversationDto[] }>("/conversations", { participating: "me", limit: 50 }));
  // Demo conversations hold answers too, of days before the workspace was made.
  const since = about.data?.created_at;
  const replied =
    mine.data === undefined || since === undefined
      ? undefined
      : mine.data.data.some(({ last_message: last }) => last?.direction === "out" && last.at > since);
  return { counts, channels, members, canned, replied, deciding: mine.isLoading || about.isLoading };
}
export type Home = ReturnType<typeof useHome>;

/** Demo data of the workspace; looked at often while they come or go. */
export function useDemo() {
  const { id } = useWorkspace();
  return useQuery({
    queryKey: ["w", id, "demo"],
    queryFn: ({ signal }) => call<DemoDto>("/demo", { workspaceId: id, signal }),
    refetchInterval: ({ state }) => (state.data?.state === "loading" || state.data?.state === "removing" ? 800 : false),
    retry: false,
  });
}

/** A step of the way to a working inbox. */
export interface Step {
  id: "channel" | "team" | "reply" | "security" | "notifications" | "canned";
  to: string;
  done: boolean;
}

/** Steps that are open to this person, in the order in which they make sense. */
export function useSteps(home: Home): Step[] | undefined {
  const me = useMe();
  const can = useCan();
  const { channels, members, canned, replied, deciding } = home;
  const waiting = deciding || [channels, members, canned].some((query) => query.isLoading);
  if (waiting) return undefined;
  const people = members.data?.filter((one) => one.active).length ?? 1;
  const steps: (Step & { needs?: string })[] = [
    { id: "reply", to: "inbox", done: replied === true, needs: "messages:send" },
    {
      id: "channel",
      to: "channels/new",
      done: channels.data?.some((one) => one.connected && !one.simulated) === true,
      needs: "channels:manage",
    },
    { id: "team", to: "settings/members?invite=1", done: people > 1, needs: "members:manage" },
    { id: "security", to: "settings/security", done: me.two_factor },
    {
      id: "notifications",
      to: "settings/notifications",
      done: "Notification" in window && Notification.permission === "granted",
    },
    { id: "canned", to: "settings/canned", done: (canned.data?.length ?? 0) > 0, needs: "conversations:write" },
  ];
  return steps.filter(({ needs }) => needs === undefined || can(needs));
}

/** Whether the checklist of this workspace was put away; kept in the account, for all devices. */
export function useDismissed(): [boolean, (dismissed: boolean) => void] {
  const { id } = useWorkspace();
  const { dismissed } = useMyPreferences();
  const hint = `checklist:${id}`;
  const others = dismissed.filter((one) => one !== hint);
  return [
    others.length < dismissed.length,
    (next) => void saveMyPreferences({ dismissed: next ? [...others, hint].slice(-dismissedMost) : others }),
  ];
}
