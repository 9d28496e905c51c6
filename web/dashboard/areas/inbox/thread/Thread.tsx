import { ArrowDown } from "lucide-react";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { VList, type VListHandle } from "virtua";
import { Button } from "../../../components/ui/Button.js";
import { Skeleton, Spinner } from "../../../components/ui/Spinner.js";
import { EmptyState, ErrorState } from "../../../components/ui/states.js";
import { toast } from "../../../components/ui/toast.js";
import { useThread } from "../data/conversations.js";
import { useOutbox, type Entry } from "../data/outbox.js";
import { useContactTyping } from "../data/presence.js";
import { useSystemLines } from "../data/systemLines.js";
import { place, type Placed } from "../data/threadCache.js";
import type { ConversationDetailDto } from "../data/types.js";
import { DayDivider, NewDivider } from "./Dividers.js";
import { MessageItem, type ThreadContext } from "./MessageItem.js";
import { OutboxItem } from "./OutboxItem.js";
import { SystemLineItem } from "./SystemLineItem.js";
import { isHeld, useAnchor } from "./useAnchor.js";

function ThreadSkeleton() {
  return (
    <div aria-hidden="true" className="flex h-full flex-col justify-end gap-3 p-4">
      {["w-1/2", "w-2/5 self-end", "w-3/5", "w-1/3", "w-1/2 self-end"].map((look, index) => (
        <Skeleton key={index} className={`h-11 rounded-bubble ${look}`} />
      ))}
    </div>
  );
}

const nothing: readonly Entry[] = [];

type Item =
  | { kind: "message"; key: string; placed: Placed; until: string | undefined }
  | { kind: "outbox"; key: string; entry: Entry }
  | { kind: "end"; key: string };

function End({ typing, name }: { typing: boolean; name: string }) {
  const { t } = useTranslation("inbox");
  if (!typing) return <span className="block h-2" />;
  return (
    <p role="status" className="px-15 py-1 text-meta text-text-3">
      {t("presence.contactTypingNamed", { name })}
    </p>
  );
}

/** Runs once nothing of the thread is open any more. Returns how to stop. */
function onceFree(area: HTMLElement, run: () => void): () => void {
  const observer = new MutationObserver(() => {
    if (!isHeld(area)) run();
  });
  observer.observe(area, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-state"] });
  return () => observer.disconnect();
}

interface Props {
  conversation: ConversationDetailDto;
  /** All is known of the conversation, also what is new in it. */
  ready: boolean;
  context: ThreadContext;
  /** A message to go to. */
  wanted: string | null;
  onFound: () => void;
  /** Told the newest message of the thread that is on the screen. */
  onSeen: (messageId: string) => void;
}

/** What was said. Usually its end; what is asked for further back is shown with what stands around it. */
export function Thread(props: Props) {
  const [around, setAround] = useState<string | null>(null);
  return <ThreadPart key={around ?? "end"} {...props} around={around} onAround={setAround} />;
}

/** Newest at the bottom; older messages come when one scrolls up, and nothing jumps. */
function ThreadPart({
  conversation,
  ready,
  context,
  wanted,
  onFound,
  onSeen,
  around,
  onAround,
}: Props & { around: string | null; onAround: (messageId: string | null) => void }) {
  const { t } = useTranslation("inbox");
  const thread = useThread(conversation.id, around);
  const { messages, hasNextPage, isFetchingNextPage, fetchNextPage } = thread;
  const { hasPreviousPage, isFetchingPreviousPage, fetchPreviousPage } = thread;
  const atEnd = around === null;
  const written = useOutbox(conversation.id);
  const outbox = atEnd ? written : nothing;
  const lines = useSystemLines(conversation.id, messages[0]?.at);
  const typing = useContactTyping(conversation.id);
  const placed = useMemo(() => place(messages), [messages]);
  const handle = useRef<VListHandle>(null);
  const area = useRef<HTMLDivElement>(null);
  const [held, setHeld] = useState(false);
  /** What was used last stays drawn, however far it is scrolled away: a menu, a picture or a recording of it may be open. */
  const [used, setUsed] = useState<string | null>(null);
  const [marked, setMarked] = useState<string | null>(null);

  // The line stays where it was when the conversation was opened, whatever is read meanwhile.
  const [firstUnread, setFirstUnread] = useState(conversation.first_unread_id);
  const known = useRef(conversation.first_unread_id !== null);
  useEffect(() => {
    if (known.current || conversation.first_unread_id === null) return;
    known.current = true;
    setFirstUnread(conversation.first_unread_id);
  }, [conversation.first_unread_id]);

  const items = useMemo<Item[]>(
    () => [
      ...placed.map((one, index) => ({
        kind: "message" as const,
        key: one.message.id,
        placed: one,
        until: placed[index + 1]?.message.at,
      })),
      ...outbox.map((entry) => ({ kind: "outbox" as const, key: entry.id, entry })),
      { kind: "end" as const, key: "end" },
    ],
    [placed, outbox],
  );
  const count = placed.length + outbox.length;
  const drawn = !thread.isPending && ready && count > 0;
  const keys = useMemo(() => items.map(({ key }) => key), [items]);
  const { atBottom, keepAt, scrolled, apply } = useAnchor(area, handle, keys, drawn, atEnd);
  const firstId = messages[0]?.id;
  const before = useRef<{ first: string | undefined; count: number; last: string | undefined }>({
    first: undefined,
    count: 0,
    last: undefined,
  });
  const prepended =
    before.current.first !== undefined && firstId !== before.current.first && count > before.current.count;
  const lastId = outbox.at(-1)?.id ?? messages.at(-1)?.id;
  const mineNew = outbox.length > 0 && lastId === outbox.at(-1)?.id && lastId !== before.current.last;
  const [unseen, setUnseen] = useState(0);

  // What is written now stands at the end.
  const writtenCount = useRef(written.length);
  useEffect(() => {
    if (written.length > writtenCount.current) onAround(null);
    writtenCount.current = written.length;
  }, [written.length, onAround]);

  const toBottom = useCallback(() => {
    if (around !== null) {
      onAround(null);
      return;
    }
    keepAt("end");
    setUnseen(0);
  }, [around, onAround, keepAt]);

  const started = useRef(false);
  useLayoutEffect(() => {
    if (count === 0 || !ready) return;
    const was = before.current;
    before.current = { first: firstId, count, last: lastId };
    if (!started.current) {
      started.current = true;
      const at = placed.findIndex(({ message }) => message.id === (around ?? firstUnread));
      const stands = placed[at];
      if (stands && (around !== null || (at > 0 && placed.length - at > 6))) keepAt({ key: stands.message.id });
      else if (around === null) keepAt("end");
      return;
    }
    if (lastId === was.last) return;
    if (around !== null) return;
    if (mineNew || (atBottom && !isHeld(area.current))) keepAt("end");
    else if (atBottom) setHeld(true);
    else if (count > was.count) setUnseen((value) => value + count - was.count);
  }, [count, firstId, lastId, atBottom, mineNew, placed, firstUnread, around, ready, keepAt]);

  useEffect(() => {
    if (!held || !area.current) return;
    return onceFree(area.current, () => {
      setHeld(false);
      apply();
    });
  }, [held, apply]);

  const newest = messages.at(-1)?.id;
  useEffect(() => {
    if (ready && atEnd && atBottom && !held && newest && document.visibilityState === "visible") onSeen(newest);
  }, [ready, atEnd, atBottom, held, newest, onSeen]);

  const { isPending, isError } = thread;
  useEffect(() => {
    if (!wanted || isPending || !ready) return;
    const at = messages.findIndex(({ id }) => id === wanted);
    if (at >= 0) {
      keepAt({ key: wanted });
      setMarked(wanted);
      onFound();
    } else if (around !== wanted && !isError) {
      onAround(wanted);
    } else {
      toast.done(t("thread.notFound"));
      onFound();
      if (isError) onAround(null);
    }
  }, [wanted, messages, isPending, ready, isError, around, onAround, onFound, keepAt, t]);
  useEffect(() => {
    if (marked === null) return;
    const timer = setTimeout(() => setMarked(null), 2_500);
    return () => clearTimeout(timer);
  }, [marked]);

  const onScroll = (offset: number) => {
    const view = handle.current;
    if (!view || !started.current) return;
    const bottom = scrolled(offset);
    if (bottom) setUnseen(0);
    if (offset < 600 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
    if (atEnd || !bottom) return;
    if (!hasPreviousPage) onAround(null);
    else if (!isFetchingPreviousPage) void fetchPreviousPage();
  };

  // Not before it is known what is new: the line above it would push everything down, and be gone when it was read.
  if (thread.isPending || !ready) return <ThreadSkeleton />;
  if (thread.error && messages.length === 0)
    return <ErrorState error={thread.error} onRetry={() => void thread.refetch()} />;
  if (count === 0) return <EmptyState title={t("thread.empty")}>{t("thread.emptyHint")}</EmptyState>;

  const usedAt = used === null ? -1 : items.findIndex(({ key }) => key === used);
  const linesAfter = (from: string, to: string | undefined) =>
    lines.filter(({ at }) => at >= from && (to === undefined || at < to));
  return (
    <div ref={area} className="relative min-h-0 flex-1">
      {isFetchingNextPage && (
        <div className="pointer-events-none absolute inset-x-0 top-2 z-10 grid place-items-center text-text-3">
          <Spinner label={t("thread.loadingOlder")} />
        </div>
      )}
      <VList
        ref={handle}
        data={items}
        role="log"
        aria-label={t("thread.title", { name: context.contactName })}
        aria-live="polite"
        tabIndex={0}
        shift={prepended}
        onScroll={onScroll}
        bufferSize={600}
        className="h-full py-2 [overflow-anchor:none]"
        {...(usedAt < 0 ? {} : { keepMounted: [usedAt] })}
      >
        {(item) => (
          <div
            key={item.key}
            className="mx-auto w-full max-w-180"
            onFocus={() => setUsed(item.key)}
            onPointerDown={() => setUsed(item.key)}
          >
            {item.kind === "message" && (
              <>
                {item.placed.day && <DayDivider at={item.placed.message.at} />}
                {item.key === firstUnread && <NewDivider />}
                <MessageItem placed={item.placed} context={context} marked={marked === item.key} />
                {lines.length > 0 &&
                  linesAfter(item.placed.message.at, item.until).map((line) => (
                    <SystemLineItem key={line.id} line={line} />
                  ))}
              </>
            )}
            {item.kind === "outbox" && <OutboxItem entry={item.entry} context={context} />}
            {item.kind === "end" && <End typing={atEnd && typing} name={context.contactName} />}
          </div>
        )}
      </VList>
      {(!atBottom || !atEnd) && (
        <Button
          size="sm"
          onClick={toBottom}
          className="absolute end-4 bottom-3 rounded-full shadow-pop"
          aria-label={unseen > 0 ? t("thread.jumpNew", { count: unseen }) : t("thread.jump")}
        >
          <ArrowDown aria-hidden="true" />
          {unseen > 0 ? t("thread.jumpNew", { count: unseen }) : t("thread.jump")}
        </Button>
      )}
    </div>
  );
}
