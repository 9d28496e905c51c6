import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { useMe } from "../../../api/session.js";
import { isPushed } from "../../../app/pushed.js";
import { subscribe, type RealtimeEvent } from "../../../realtime/connection.js";
import { fetchConversation, knownRow } from "../data/conversations.js";
import type { Place } from "../data/triage.js";
import type { ConversationDto } from "../data/types.js";
import { attentionNow, conversationIn, useAttention } from "./attention.js";
import { isQuiet, kindOf, waysOf, type NotifyKind, type NotifyPreferences } from "./decide.js";
import { createNotices, type Notices } from "./notices.js";
import { playTone } from "./sound.js";
import { joined, type Told } from "./standing.js";

const gatherMs = 500;
const pushedMost = 3;
const repeatMs = 30_000;
const historyMs = 10 * 60_000;

/** Only one tab rings; all show. */
function useLeader(workspaceId: string): React.RefObject<boolean> {
  const leader = useRef(false);
  useEffect(() => {
    if (!("locks" in navigator)) {
      leader.current = true;
      return;
    }
    const stop = new AbortController();
    navigator.locks
      .request(`switchboard.notify/${workspaceId}`, { signal: stop.signal }, () => {
        leader.current = true;
        return new Promise<void>((resolve) => stop.signal.addEventListener("abort", () => resolve()));
      })
      .catch(() => undefined);
    return () => {
      leader.current = false;
      stop.abort();
    };
  }, [workspaceId]);
  return leader;
}

/** In which ways something is told of which one meaning or another wants it. */
function waysOfAll({ counts }: Told, ...how: [NotifyPreferences, { active: boolean; quiet: boolean }]) {
  const ways = (Object.keys(counts) as NotifyKind[]).map((kind) => waysOf(kind, ...how));
  return {
    app: ways.some(({ app }) => app),
    sound: ways.some(({ sound }) => sound),
    push: ways.some(({ push }) => push),
  };
}

/** A message that was written long before it came here concerns nobody now: history that is loaded, or demo data. */
const isHistory = ({ type, at }: RealtimeEvent, { last_inbound_at: written }: ConversationDto) =>
  (type === "message.received" || type === "conversation.created") &&
  written !== null &&
  Date.parse(at) - Date.parse(written) > historyMs;

/** Tells of what concerns me: on the page, by sound, by the browser; as the preferences say. */
export function useNotifications(place: Place, unread: number): void {
  const { t } = useTranslation("inbox");
  const { preferences } = useMe();
  const navigate = useNavigate();
  const { workspaceId, memberId } = place;
  const leader = useLeader(workspaceId);
  useAttention();
  const { pathname } = useLocation();
  const latest = useRef({ preferences, t, navigate });
  const notices = useRef<Notices>(null);
  useEffect(() => {
    latest.current = { preferences, t, navigate };
  });

  useEffect(() => {
    let gathered: Told[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const nameOf = ({ row }: Told) => row.contact.name ?? latest.current.t("row.nameless");
    const titleOf = (one: Told) => latest.current.t(`notify.${one.kind}`, { name: nameOf(one) });
    /** The same, with how many there are. */
    function countedTitle(one: Told): string {
      const count = one.counts[one.kind] ?? 1;
      if (count === 1) return titleOf(one);
      return one.kind === "message_assigned" || one.kind === "message_participating"
        ? latest.current.t("notify.wrote", { name: nameOf(one), count })
        : latest.current.t("notify.counted", { title: titleOf(one), count });
    }
    const openRow = (row: ConversationDto) =>
      void latest.current.navigate(`/w/${workspaceId}/inbox/all/${row.id}?status=any`);

    const board = createNotices({
      of: (one) => ({
        text: countedTitle(one),
        more: one.row.last_message?.preview,
        action: { label: latest.current.t("notify.open"), onClick: () => openRow(one.row) },
      }),
      together: (folded) => ({
        text: latest.current.t("notify.more", { count: folded.length }),
        more: folded.map(nameOf).reverse().join(" · "),
        action: {
          label: latest.current.t("notify.open"),
          onClick: () => void latest.current.navigate(`/w/${workspaceId}/inbox/all`),
        },
      }),
    });
    notices.current = board;

    function push(one: Told): void {
      // The server tells this browser: a second one would say the same.
      if (isPushed()) return;
      if (!("Notification" in window) || Notification.permission !== "granted") return;
      const shown = new Notification(titleOf(one), {
        body: one.row.last_message?.preview ?? "",
        tag: one.row.id,
        icon: "/icon-192.png",
      });
      shown.onclick = () => {
        window.focus();
        shown.close();
        openRow(one.row);
      };
    }

    async function tell(): Promise<void> {
      timer = undefined;
      const all = gathered;
      gathered = [];
      const { active, at } = await attentionNow();
      const quiet = isQuiet(latest.current.preferences.quiet_hours, new Date());
      const told = all
        .filter(({ row }) => !at(row.id))
        .map((one) => ({ one, ways: waysOfAll(one, latest.current.preferences, { active, quiet }) }));
      const shown = told.filter(({ ways }) => ways.app).map(({ one }) => one);
      board.tell(shown);
      if (!leader.current) return;
      if (told.some(({ ways }) => ways.sound)) playTone();
      for (const { one } of told.filter(({ ways }) => ways.push).slice(0, pushedMost)) push(one);
    }

    async function consider(event: RealtimeEvent): Promise<void> {
      const id = event.conversation_id;
      if (id === null) return;
      const known = knownRow(workspaceId, id);
      // The row of a message that just came may be older than it: what it says is asked for.
      const wanted =
        kindOf(event, memberId, known) ??
        (known ? undefined : kindOf(event, memberId, await fetchConversation(workspaceId, id)));
      if (!wanted) return;
      const row = await fetchConversation(workspaceId, id);
      if (isHistory(event, row)) return;
      const news = { kind: wanted, row, counts: { [wanted]: 1 } };
      const before = gathered.find((one) => one.row.id === id);
      gathered = [...gathered.filter((one) => one !== before), joined(before, news)];
      timer ??= setTimeout(() => void tell(), gatherMs);
    }

    const stop = subscribe("", (event) => {
      const worth =
        event.type === "message.received" ||
        event.type === "conversation.assigned" ||
        event.type === "conversation.created" ||
        Array.isArray(event.data.mentions);
      if (worth) void consider(event).catch(() => undefined);
    });
    return () => {
      stop();
      clearTimeout(timer);
      board.clear();
      notices.current = null;
    };
  }, [workspaceId, memberId, leader]);

  const open = conversationIn(pathname);
  useEffect(() => {
    if (open !== undefined) notices.current?.seen(open);
  }, [open]);

  const { sound, sound_repeat: repeats } = preferences;
  useEffect(() => {
    if (!repeats || sound === "none" || unread === 0) return;
    const timer = setInterval(() => {
      const quiet = isQuiet(latest.current.preferences.quiet_hours, new Date());
      if (!leader.current || quiet) return;
      void attentionNow().then(({ active }) => {
        if (!active) playTone();
      });
    }, repeatMs);
    return () => clearInterval(timer);
  }, [repeats, sound, unread, leader]);
}
