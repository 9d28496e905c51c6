import { useInfiniteQuery } from "@tanstack/react-query";
import { CalendarClock } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { call } from "../../../api/client.js";
import { queryClient } from "../../../api/queryClient.js";
import { useCan, useWorkspace } from "../../../api/session.js";
import { Avatar } from "../../../components/ui/Avatar.js";
import { Button } from "../../../components/ui/Button.js";
import { Drawer } from "../../../components/ui/Dialog.js";
import { PageSpinner } from "../../../components/ui/Spinner.js";
import { EmptyState, ErrorState } from "../../../components/ui/states.js";
import { keys } from "../data/keys.js";
import type { MessageDto, PageOf, SearchHit } from "../data/types.js";
import { ui } from "../data/ui.js";
import { Content } from "./content/Content.js";
import { messageActions } from "./messageActions.js";

const EditDialog = lazy(async () => ({ default: (await import("./EditDialog.js")).EditDialog }));
const close = () => ui.set({ scheduled: false });

function Item({ hit, onEdit }: { hit: SearchHit; onEdit: (message: MessageDto) => void }) {
  const { t, i18n } = useTranslation("inbox");
  const { id: workspaceId } = useWorkspace();
  const may = useCan()("messages:send");
  const { message, conversation } = hit;
  const name = conversation.contact.name ?? t("row.nameless");
  const at = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "short" });
  const act = (what: Promise<boolean>) =>
    void what.then(() => queryClient.invalidateQueries({ queryKey: keys.scheduled(workspaceId) }));
  return (
    <li className="flex gap-3 border-b py-3 last:border-b-0">
      <Avatar name={name} seed={conversation.contact.id} size={32} channel={conversation.channel} />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-baseline justify-between gap-x-3">
          <Link
            to={`/w/${workspaceId}/inbox/all/${conversation.id}?message=${message.id}`}
            onClick={close}
            dir="auto"
            className="min-w-0 truncate font-medium hover:underline"
          >
            {name}
          </Link>
          <time dateTime={message.scheduled_at ?? undefined} className="tabular text-meta text-text-2">
            {message.scheduled_at && at.format(new Date(message.scheduled_at))}
          </time>
        </div>
        <div className="my-1 line-clamp-3 max-h-24 overflow-hidden text-message">
          <Content content={message.content} conversationId={conversation.id} />
        </div>
        {may && (
          <div className="-ms-2.5 flex flex-wrap gap-1">
            <Button size="sm" variant="ghost" onClick={() => act(messageActions.sendNow(workspaceId, message.id))}>
              {t("action.sendNow")}
            </Button>
            <Button size="sm" variant="ghost" onClick={() => onEdit(message)}>
              {t("action.edit")}
            </Button>
            <Button size="sm" variant="ghost" onClick={() => act(messageActions.cancel(workspaceId, message.id))}>
              {t("action.cancelSend")}
            </Button>
          </div>
        )}
      </div>
    </li>
  );
}

/** What is to be sent later in the whole workspace, what leaves first at the top. */
export function ScheduledDrawer() {
  const { t } = useTranslation("inbox");
  const { id: workspaceId } = useWorkspace();
  const [editing, setEditing] = useState<MessageDto | null>(null);
  const list = useInfiniteQuery({
    queryKey: keys.scheduled(workspaceId),
    queryFn: ({ pageParam, signal }: { pageParam: string | null; signal: AbortSignal }) =>
      call<PageOf<SearchHit>>("/scheduled-messages", { workspaceId, query: { limit: 50, cursor: pageParam }, signal }),
    initialPageParam: null,
    getNextPageParam: (page) => page.next_cursor,
  });
  const hits = list.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <>
      <Drawer
        open
        onOpenChange={(open) => !open && close()}
        title={t("scheduled.title")}
        description={t("scheduled.text")}
        wide
      >
        {list.isPending && <PageSpinner />}
        {list.error && <ErrorState inline error={list.error} onRetry={() => void list.refetch()} />}
        {list.data && hits.length === 0 && (
          <EmptyState icon={CalendarClock} title={t("scheduled.none")}>
            {t("scheduled.noneHint")}
          </EmptyState>
        )}
        {hits.length > 0 && (
          <ul aria-label={t("scheduled.title")}>
            {hits.map((hit) => (
              <Item key={hit.message.id} hit={hit} onEdit={setEditing} />
            ))}
          </ul>
        )}
        {list.hasNextPage && (
          <Button className="mt-3" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t("search.more")}
          </Button>
        )}
      </Drawer>
      <Suspense>
        {editing && (
          <EditDialog
            message={editing}
            workspaceId={workspaceId}
            formatted={"entities" in editing.content && (editing.content.entities?.length ?? 0) > 0}
            onClose={() => {
              setEditing(null);
              void list.refetch();
            }}
          />
        )}
      </Suspense>
    </>
  );
}
