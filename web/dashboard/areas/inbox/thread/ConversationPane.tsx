import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../../api/client.js";
import { queryClient } from "../../../api/queryClient.js";
import { useCan } from "../../../api/session.js";
import { ConfirmDialog } from "../../../components/ui/Dialog.js";
import { Button } from "../../../components/ui/Button.js";
import { PageSpinner } from "../../../components/ui/Spinner.js";
import { EmptyState, ErrorState } from "../../../components/ui/states.js";
import { toast } from "../../../components/ui/toast.js";
import { Problem } from "../../../api/problem.js";
import { Composer, type ComposerHandle } from "../composer/Composer.js";
import { ReadOnly } from "../composer/ReadOnly.js";
import { useConversation, usePolicy } from "../data/conversations.js";
import { keys } from "../data/keys.js";
import { useById, useMembers } from "../data/lookups.js";
import { useTellPresence } from "../data/presence.js";
import { changeAll, markRead, markUnread } from "../data/triage.js";
import type { ConversationDetailDto, MessageDto } from "../data/types.js";
import { stopWriting } from "../data/ui.js";
import type { InboxRoute } from "../route.js";
import type { ThreadContext } from "./MessageItem.js";
import { messageActions } from "./messageActions.js";
import { Thread } from "./Thread.js";
import { ThreadHeader } from "./ThreadHeader.js";

const EditDialog = lazy(async () => ({ default: (await import("./EditDialog.js")).EditDialog }));
const ForwardDialog = lazy(async () => ({ default: (await import("./ForwardDialog.js")).ForwardDialog }));

interface Props {
  route: InboxRoute;
  phone: boolean;
  detailsOpen: boolean;
  onToggleDetails: () => void;
}

function Open({ conversation, ready, ...props }: Props & { conversation: ConversationDetailDto; ready: boolean }) {
  const { route, phone } = props;
  const { t } = useTranslation("inbox");
  const { place } = route;
  const { workspaceId, memberId: me } = place;
  const can = useCan();
  const maySend = can("messages:send");
  const may = can("conversations:write");
  const members = useById(useMembers());
  const { data: policy } = usePolicy(conversation.id);
  const composer = useRef<ComposerHandle>(null);
  const seen = useRef<string>(undefined);
  const [editing, setEditing] = useState<MessageDto | null>(null);
  const [forwarding, setForwarding] = useState<MessageDto | null>(null);
  const [removing, setRemoving] = useState<MessageDto | null>(null);
  const [blocking, setBlocking] = useState(false);
  const [wanted, setWanted] = useState<string | null>(route.search.get("message"));
  useTellPresence(conversation.id);
  const asked = route.search.get("message");
  useEffect(() => {
    if (asked) setWanted(asked);
  }, [asked]);

  const contactName = conversation.contact.name ?? t("row.nameless");
  const context = useMemo<ThreadContext>(
    () => ({
      workspaceId,
      me,
      channel: conversation.channel,
      contactName,
      contactId: conversation.contact.id,
      members,
      capabilities: policy?.capabilities ?? undefined,
      maySend,
      reply: (message) => composer.current?.reply(message),
      edit: setEditing,
      remove: setRemoving,
      forward: setForwarding,
      unreadFrom: (message) => void markUnread(place, [message.conversation_id], message.id),
      goTo: setWanted,
      useTemplate: () => composer.current?.template(),
      takeText: (text) => composer.current?.take(text),
    }),
    [
      workspaceId,
      me,
      place,
      conversation.channel,
      conversation.contact.id,
      contactName,
      members,
      policy?.capabilities,
      maySend,
    ],
  );

  const unread = conversation.unread_for_me ?? 0;
  const unreadNow = useRef(unread);
  unreadNow.current = unread;
  const marked = useRef<string>(undefined);
  // Also where nothing is unread: whoever looked need not be told elsewhere that they were mentioned here.
  const mark = useCallback(
    (messageId: string) => {
      if (!may || (marked.current === messageId && unreadNow.current === 0)) return;
      marked.current = messageId;
      void markRead(place, [conversation.id], messageId);
    },
    [place, conversation.id, may],
  );
  const onSeen = useCallback(
    (messageId: string) => {
      seen.current = messageId;
      if (document.hasFocus()) mark(messageId);
    },
    [mark],
  );
  // Coming back to the window is looking at what came meanwhile.
  useEffect(() => {
    const look = () => {
      if (seen.current) mark(seen.current);
    };
    addEventListener("focus", look);
    return () => removeEventListener("focus", look);
  }, [mark]);

  const block = async (blocked: boolean) => {
    await call(`/conversations/${conversation.id}/block`, { method: "PUT", workspaceId, body: { blocked } });
    await queryClient.invalidateQueries({ queryKey: keys.conversation(workspaceId, conversation.id) });
    void queryClient.invalidateQueries({ queryKey: keys.policy(workspaceId, conversation.id) });
    toast.done(blocked ? t("toast.blocked") : t("toast.unblocked"));
  };
  const policyChanged = useCallback(
    () => void queryClient.invalidateQueries({ queryKey: keys.policy(workspaceId, conversation.id) }),
    [workspaceId, conversation.id],
  );
  const lastSeen = useCallback(() => seen.current, []);
  const onFound = useCallback(() => setWanted(null), []);
  return (
    <section aria-label={t("thread.with", { name: contactName })} className="flex h-full min-w-0 flex-1 flex-col bg-bg">
      <ThreadHeader
        conversation={conversation}
        me={me}
        may={may}
        mayBlock={policy?.capabilities?.blocks === true}
        phone={phone}
        detailsOpen={props.detailsOpen}
        actions={{
          resolve: () =>
            void changeAll(place, [conversation.id], { status: "resolved" }, t("toast.resolved", { count: 1 })),
          reopen: () => void changeAll(place, [conversation.id], { status: "open" }, t("toast.reopened", { count: 1 })),
          unread: () => void markUnread(place, [conversation.id]),
          block: (blocked) => (blocked ? setBlocking(true) : void block(false).catch(toast.failed)),
          back: () => route.open(null),
          toggleDetails: props.onToggleDetails,
        }}
      />
      <Thread
        conversation={conversation}
        ready={ready}
        context={context}
        wanted={wanted}
        onFound={onFound}
        onSeen={onSeen}
      />
      {maySend ? (
        <Composer
          ref={composer}
          conversation={conversation}
          policy={policy}
          policyChanged={policyChanged}
          me={me}
          workspaceId={workspaceId}
          lastSeen={lastSeen}
        />
      ) : (
        <ReadOnly conversationId={conversation.id} />
      )}
      <Suspense>
        {editing && (
          <EditDialog
            message={editing}
            workspaceId={workspaceId}
            formatted={editing.direction === "out" && policy?.capabilities?.text.entities === true}
            onClose={() => setEditing(null)}
          />
        )}
        {forwarding && <ForwardDialog message={forwarding} onClose={() => setForwarding(null)} />}
      </Suspense>
      <ConfirmDialog
        open={removing !== null}
        onOpenChange={(open) => !open && setRemoving(null)}
        title={removing?.direction === "note" ? t("remove.note") : t("remove.message")}
        description={removing?.direction === "note" ? t("remove.noteText") : t("remove.messageText")}
        confirm={t("remove.confirm")}
        onConfirm={async () => {
          if (removing) await messageActions.remove(workspaceId, removing);
        }}
      />
      <ConfirmDialog
        open={blocking}
        onOpenChange={setBlocking}
        title={t("block.title", { name: contactName })}
        description={t("block.text")}
        confirm={t("action.block")}
        onConfirm={() => block(true)}
      />
    </section>
  );
}

/** The open conversation: its head, what was said, and where to answer. */
export function ConversationPane(props: Props) {
  const { t } = useTranslation("inbox");
  const { conversationId, open } = props.route;
  const { data, error, refetch, isPlaceholderData } = useConversation(conversationId);
  const nothing = error !== null && !data;
  useEffect(() => {
    if (nothing) stopWriting();
  }, [nothing]);
  if (error && !data) {
    const gone = Problem.from(error).status === 404;
    return gone ? (
      <EmptyState
        title={t("thread.gone")}
        primary={<Button onClick={() => open(null)}>{t("action.backToList")}</Button>}
      >
        {t("thread.goneHint")}
      </EmptyState>
    ) : (
      <ErrorState error={error} onRetry={() => void refetch()} />
    );
  }
  if (!data) return <PageSpinner />;
  return <Open key={data.id} {...props} conversation={data} ready={!isPlaceholderData || error !== null} />;
}
