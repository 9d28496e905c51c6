import { Inbox as InboxIcon, SearchX } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { VList, type VListHandle } from "virtua";
import { useWorkspace } from "../../../api/session.js";
import { Button } from "../../../components/ui/Button.js";
import { Skeleton, Spinner } from "../../../components/ui/Spinner.js";
import { EmptyState, ErrorState } from "../../../components/ui/states.js";
import { useById, useLabels, useMembers } from "../data/lookups.js";
import type { ConversationDto } from "../data/types.js";
import { ui } from "../data/ui.js";
import type { InboxRoute } from "../route.js";
import { useClickMeant } from "./clickMeant.js";
import { ConversationRow, type RowActions } from "./ConversationRow.js";
import { steady } from "./steadyRows.js";
import { useCursorStays } from "./cursor.js";

/** Grey rows of the same shape. */
export function ListSkeleton() {
  return (
    <div aria-hidden="true">
      {Array.from({ length: 9 }, (_, index) => (
        <div key={index} className="flex h-(--inbox-row) gap-3 border-b px-3 py-2">
          <Skeleton className="size-9 rounded-full" />
          <div className="flex flex-1 flex-col gap-2 pt-1">
            <Skeleton className="h-3 w-1/2" />
            <Skeleton className="h-3 w-5/6" />
          </div>
        </div>
      ))}
    </div>
  );
}

/** How far each list was scrolled when it was left: looking at another one, or into a conversation, loses no place. */
const places = new Map<string, number>();

/** How long the pointer keeps the list still after it last moved. */
const pointerMs = 4_000;

/** The order people see: still while they look at it, point at it or have scrolled; current otherwise. */
function useSteady(rows: readonly ConversationDto[], list: string) {
  const order = useRef<{ list: string; ids: string[] }>({ list, ids: [] });
  const [scrolled, setScrolled] = useState(false);
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const restored = ui.use((state) => state.restored);
  const held = (scrolled || pointed || focused) && order.current.list === list;
  const shown = held ? steady(order.current.ids, rows, restored) : { rows: [...rows], waiting: 0 };
  order.current = { list, ids: shown.rows.map(({ id }) => id) };
  useEffect(() => () => clearTimeout(timer.current), []);
  return {
    ...shown,
    setScrolled,
    release: () => {
      setScrolled(false);
      setPointed(false);
      setFocused(false);
    },
    area: {
      onPointerMove: () => {
        setPointed(true);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => setPointed(false), pointerMs);
      },
      onPointerLeave: () => {
        clearTimeout(timer.current);
        setPointed(false);
      },
      onFocus: () => setFocused(true),
      onBlur: (event: React.FocusEvent) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setFocused(false);
      },
    },
  };
}

interface Props {
  route: InboxRoute;
  rows: readonly ConversationDto[];
  loading: boolean;
  error: Error | null;
  onRetry: () => void;
  hasMore: boolean;
  loadingMore: boolean;
  loadMore: () => void;
  actions: RowActions;
  /** Told the order on the screen, for J and K. */
  onOrder: (ids: readonly string[]) => void;
  emptyTitle: string;
}

/** The conversations of a view; however many there are, only those in sight are drawn. */
export function ConversationList(props: Props) {
  const { route, rows, loading, error, hasMore, loadingMore, loadMore, actions, onOrder } = props;
  const { t } = useTranslation("inbox");
  const { memberId } = useWorkspace();
  const members = useById(useMembers());
  const labels = useById(useLabels());
  const list = `${route.view}?${JSON.stringify(route.query)}`;
  const { rows: shown, waiting, area, setScrolled, release } = useSteady(rows, list);
  const handle = useRef<VListHandle>(null);
  const ids = useMemo(() => shown.map(({ id }) => id), [shown]);
  useEffect(() => onOrder(ids), [ids, onOrder]);
  useCursorStays(ids, list, route.conversationId);
  const { onPointerMove, onClickCapture } = useClickMeant(ids, route.open);
  const cursor = ui.use((state) => state.cursor);
  const cursorIndex = cursor === null ? -1 : ids.indexOf(cursor);
  const drawn = shown.length > 0 && !loading;
  useEffect(() => {
    if (!drawn) return;
    const place = places.get(list) ?? 0;
    handle.current?.scrollTo(place);
    setScrolled(place > 8);
  }, [list, drawn, setScrolled]);
  const onScroll = useCallback(
    (offset: number) => {
      places.set(list, offset);
      setScrolled(offset > 8);
      const view = handle.current;
      if (view && hasMore && !loadingMore && offset + view.viewportSize > view.scrollSize - 1_200) loadMore();
    },
    [list, hasMore, loadingMore, loadMore, setScrolled],
  );
  const lastFollowed = useRef<string | null>(null);
  useEffect(() => {
    // Only a move of the cursor scrolls, never an event.
    if (cursor === lastFollowed.current || cursorIndex < 0) return;
    lastFollowed.current = cursor;
    handle.current?.scrollToIndex(cursorIndex, { align: "nearest" });
  }, [cursor, cursorIndex]);

  if (route.missing)
    return (
      <EmptyState
        icon={SearchX}
        title={t("views.gone")}
        primary={<Button onClick={() => route.goTo("all")}>{t("list.showAll")}</Button>}
      >
        {t("views.goneHint")}
      </EmptyState>
    );
  if (error && rows.length === 0) return <ErrorState error={error} onRetry={props.onRetry} />;
  if (loading) return <ListSkeleton />;
  if (shown.length === 0) {
    return (
      <EmptyState
        icon={route.filtered ? SearchX : InboxIcon}
        title={route.filtered ? t("list.noMatch") : props.emptyTitle}
        primary={
          route.filtered ? (
            <Button onClick={() => route.goTo(route.view)}>{t("list.clearFilters")}</Button>
          ) : (
            <Button onClick={() => route.goTo("all")}>{t("list.showAll")}</Button>
          )
        }
        secondary={
          <Button variant="ghost" onClick={() => route.setFilter("status", "resolved")}>
            {t("list.showResolved")}
          </Button>
        }
      >
        {route.filtered ? t("list.noMatchHint") : t("list.emptyHint")}
      </EmptyState>
    );
  }
  return (
    <div
      className="relative min-h-0 flex-1"
      {...area}
      onPointerMove={(event) => {
        onPointerMove(event);
        area.onPointerMove();
      }}
      onClickCapture={onClickCapture}
    >
      {waiting > 0 && (
        <div className="pointer-events-none absolute inset-x-0 top-2 z-10 flex justify-center">
          <Button
            size="sm"
            variant="primary"
            className="pointer-events-auto rounded-full shadow-pop"
            onClick={() => {
              release();
              handle.current?.scrollTo(0);
            }}
          >
            {t("list.new", { count: waiting })}
          </Button>
        </div>
      )}
      <span role="status" className="sr-only">
        {waiting > 0 && t("list.new", { count: waiting })}
      </span>
      <VList
        ref={handle}
        data={shown}
        role="grid"
        aria-label={t("list.title")}
        aria-rowcount={hasMore ? -1 : shown.length}
        onScroll={onScroll}
        bufferSize={300}
        className="h-full"
        {...(cursorIndex < 0 ? {} : { keepMounted: [cursorIndex] })}
      >
        {(row, index) => (
          <ConversationRow
            key={row.id}
            row={row}
            index={index}
            to={route.linkTo(row.id)}
            active={row.id === route.conversationId}
            me={memberId}
            members={members}
            labels={labels}
            actions={actions}
          />
        )}
      </VList>
      {loadingMore && (
        <div className="pointer-events-none absolute inset-x-0 bottom-2 grid place-items-center text-text-3">
          <Spinner label={t("list.loadingMore")} />
        </div>
      )}
    </div>
  );
}
