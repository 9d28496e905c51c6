import { useQueries } from "@tanstack/react-query";
import { MessagesSquare } from "lucide-react";
import { Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCan } from "../../api/session.js";
import { ahead } from "../../app/ahead.js";
import { useMedia, usePhone } from "../../app/preferences.js";
import { useTitle } from "../../app/title.js";
import { PageSpinner } from "../../components/ui/Spinner.js";
import { EmptyState } from "../../components/ui/states.js";
import { Kbd } from "../../components/ui/Kbd.js";
import { Opening } from "../../keyboard/Opening.js";
import { fetchConversation, useConversation, useConversationList } from "./data/conversations.js";
import { isBuiltIn } from "./data/filters.js";
import { keys } from "./data/keys.js";
import { useDrafts } from "./data/lookups.js";
import { changeAll, markRead, markUnread } from "./data/triage.js";
import type { ConversationDto } from "./data/types.js";
import { clearSelection, keepSelected, keepTyped, selectRange, stopWriting, toggleSelected, ui } from "./data/ui.js";
import { ConversationList } from "./list/ConversationList.js";
import type { RowActions } from "./list/ConversationRow.js";
import { ListHeader } from "./list/ListHeader.js";
import { Resizer, usePaneWidth } from "./Resizer.js";
import { useInboxRoute, type InboxRoute } from "./route.js";
import { useInboxActions } from "./useInboxActions.js";
import { ViewsPane } from "./views/ViewsPane.js";

const ConversationPane = ahead(async () => (await import("./thread/ConversationPane.js")).ConversationPane);
const ContextPanel = ahead(async () => (await import("./context/ContextPanel.js")).ContextPanel);
const PickerDialog = ahead(async () => (await import("./PickerDialog.js")).PickerDialog);
const BulkBar = ahead(async () => (await import("./list/BulkBar.js")).BulkBar);
const SearchDialog = ahead(async () => (await import("./search/SearchDialog.js")).SearchDialog);
const MessageDrawer = ahead(async () => (await import("./thread/MessageDrawer.js")).MessageDrawer);
const ScheduledDrawer = ahead(async () => (await import("./thread/ScheduledDrawer.js")).ScheduledDrawer);
const parts = [ConversationPane, ContextPanel, PickerDialog, BulkBar, SearchDialog, MessageDrawer, ScheduledDrawer];
/** When what is in sight is there, what a key may open is fetched too: nothing typed is lost while it loads. */
const fetchAheadMs = 300;

const draftsMost = 100;

/** The list of the view; drafts are conversations one by one. */
function useRows(route: InboxRoute) {
  const drafts = route.view === "drafts";
  const list = useConversationList(route.query, !drafts && !route.unknown);
  const kept = useDrafts();
  const ids = drafts ? kept.slice(0, draftsMost).map(({ conversation_id: id }) => id) : [];
  const { workspaceId } = route.place;
  const found = useQueries({
    queries: ids.map((id) => ({
      queryKey: keys.conversation(workspaceId, id),
      queryFn: () => fetchConversation(workspaceId, id),
    })),
    combine: (results) => results.flatMap(({ data }): ConversationDto[] => (data ? [data] : [])),
  });
  const { fetchNextPage, refetch } = list;
  const loadMore = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  return {
    rows: drafts ? found : list.rows,
    loading: drafts ? found.length < ids.length : list.isPending,
    error: list.error,
    onRetry: () => void refetch(),
    hasMore: !drafts && list.hasNextPage,
    loadingMore: list.isFetchingNextPage,
    loadMore,
  };
}

function useRowActions(route: InboxRoute, order: () => readonly string[]): RowActions {
  const { t } = useTranslation("inbox");
  const { place } = route;
  return useMemo(
    () => ({
      resolve: (id) => void changeAll(place, [id], { status: "resolved" }, t("toast.resolved", { count: 1 })),
      snooze: (id) => ui.set({ picker: { kind: "snooze", ids: [id] } }),
      assign: (id) => ui.set({ picker: { kind: "assign", ids: [id] } }),
      toggleRead: (row) =>
        void ((row.unread_for_me ?? 0) > 0 ? markRead(place, [row.id]) : markUnread(place, [row.id])),
      toggle: (id, range) => (range ? selectRange(id, order()) : toggleSelected(id)),
    }),
    [place, t, order],
  );
}

function ListPane({
  route,
  order,
  withViews,
}: {
  route: InboxRoute;
  order: React.RefObject<readonly string[]>;
  withViews: boolean;
}) {
  const { t } = useTranslation("inbox");
  const may = useCan()("conversations:write");
  const getOrder = useCallback(() => order.current, [order]);
  const onOrder = useCallback(
    (ids: readonly string[]) => {
      order.current = ids;
      keepSelected(ids);
    },
    [order],
  );
  const actions = useRowActions(route, getOrder);
  const rows = useRows(route);
  const selecting = ui.use(({ selected }) => selected.size > 0);
  const title = isBuiltIn(route.view) ? t(`view.${route.view}`) : (route.saved?.name ?? t("view.saved"));
  return (
    <section
      aria-label={t("list.title")}
      className="flex h-full min-h-0 flex-col bg-bg [--inbox-row:72px] compact:[--inbox-row:44px]"
    >
      {selecting ? (
        <Suspense fallback={<div className="h-14 shrink-0 border-b" />}>
          <BulkBar place={route.place} may={may} order={getOrder} />
        </Suspense>
      ) : (
        <ListHeader route={route} title={title} withViews={withViews} />
      )}
      <ConversationList
        {...rows}
        route={route}
        actions={actions}
        onOrder={onOrder}
        emptyTitle={isBuiltIn(route.view) ? t(`empty.${route.view}`) : t("empty.all")}
      />
    </section>
  );
}

function NothingOpen() {
  const { t } = useTranslation("inbox");
  return (
    <EmptyState icon={MessagesSquare} title={t("thread.none")}>
      {t("thread.noneHint")}{" "}
      <span className="inline-flex gap-1 whitespace-nowrap">
        <Kbd keys="J" /> <Kbd keys="K" />
      </span>
    </EmptyState>
  );
}

/** The inbox: views, list, thread and what is known of the customer; on a phone one after the other. */
export function InboxPage() {
  const { t } = useTranslation("inbox");
  const route = useInboxRoute();
  const phone = usePhone();
  const roomForViews = useMedia("(min-width: 1080px)");
  const roomForContext = useMedia("(min-width: 1280px)");
  const views = usePaneWidth("views", 224, 168, 320);
  const list = usePaneWidth("list", 340, 280, 520);
  const context = usePaneWidth("context", 320, 260, 480);
  const [contextWanted, setContextWanted] = useState(
    () => localStorage.getItem("switchboard.inbox.context") !== "closed",
  );
  const order = useRef<readonly string[]>([]);
  const getOrder = useCallback(() => order.current, []);
  const { conversationId, search, setSearch, view } = route;
  const { data: conversation } = useConversation(conversationId);
  useTitle(conversation?.contact.name ?? t("title"));
  useInboxActions(route, getOrder);
  useEffect(() => {
    const timer = setTimeout(() => parts.forEach((part) => void part.fetch().catch(() => undefined)), fetchAheadMs);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    clearSelection();
    ui.set({ cursor: null, restored: new Set() });
  }, [view]);
  useEffect(() => {
    ui.set({ heading: undefined, ...(conversationId ? { cursor: conversationId } : {}) });
    if (ui.get().compose?.conversationId !== conversationId) stopWriting();
  }, [conversationId]);

  // Where there is no room beside the thread, details are a page of their own, with a way back.
  const overlaid = search.get("details") === "1";
  const showDetails = roomForContext ? contextWanted : overlaid;
  const toggleDetails = useCallback(() => {
    if (roomForContext) {
      setContextWanted(!contextWanted);
      localStorage.setItem("switchboard.inbox.context", contextWanted ? "closed" : "open");
      return;
    }
    setSearch((before) => {
      const next = new URLSearchParams(before);
      if (next.get("details") === "1") next.delete("details");
      else next.set("details", "1");
      return next;
    });
  }, [roomForContext, contextWanted, setSearch]);

  const thread = conversationId ? (
    <Suspense fallback={<PageSpinner />}>
      <ConversationPane route={route} phone={phone} detailsOpen={showDetails} onToggleDetails={toggleDetails} />
    </Suspense>
  ) : (
    <NothingOpen />
  );
  const details = (
    <Suspense>
      <ContextPanel route={route} phone={phone} onClose={toggleDetails} />
    </Suspense>
  );
  const dialogs = (
    <Suspense>
      {ui.use((state) => state.picker !== null) && <PickerDialog place={route.place} />}
      {ui.use((state) => state.search) && <SearchDialog route={route} />}
      {ui.use((state) => state.details !== null) && <MessageDrawer />}
      {ui.use((state) => state.scheduled) && <ScheduledDrawer />}
      {ui.use((state) => state.compose !== null) && <Opening onTyped={keepTyped} onCancel={stopWriting} />}
    </Suspense>
  );
  if (phone)
    return (
      <div className="h-full">
        {conversationId ? overlaid ? details : thread : <ListPane route={route} order={order} withViews />}
        {dialogs}
      </div>
    );
  return (
    <div className="relative flex h-full min-w-0">
      {roomForViews && (
        <>
          <div style={{ width: views.width }} className="shrink-0">
            <ViewsPane route={route} />
          </div>
          <Resizer pane={views} label={t("pane.views")} />
        </>
      )}
      <div style={{ width: list.width }} className="min-w-0 shrink-0">
        <ListPane route={route} order={order} withViews={!roomForViews} />
      </div>
      <Resizer pane={list} label={t("pane.list")} />
      <div className="min-w-0 flex-1">{thread}</div>
      {conversationId && showDetails && roomForContext && (
        <>
          <Resizer pane={context} label={t("pane.context")} after />
          <div style={{ width: context.width }} className="shrink-0">
            {details}
          </div>
        </>
      )}
      {conversationId && showDetails && !roomForContext && (
        <div className="absolute inset-y-0 end-0 z-20 w-80 max-w-full border-s bg-bg shadow-pop">{details}</div>
      )}
      {dialogs}
    </div>
  );
}
