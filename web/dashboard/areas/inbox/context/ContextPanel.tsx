import { ArrowLeft, Ban, FileText, Merge, Split, X } from "lucide-react";
import { Fragment, lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { call } from "../../../api/client.js";
import { loadable } from "../../../api/files.js";
import { queryClient } from "../../../api/queryClient.js";
import { useCan } from "../../../api/session.js";
import { Avatar } from "../../../components/ui/Avatar.js";
import { Badge } from "../../../components/ui/Badge.js";
import { Button, IconButton } from "../../../components/ui/Button.js";
import { ChannelGlyph } from "../../../components/ui/ChannelGlyph.js";
import { Skeleton } from "../../../components/ui/Spinner.js";
import { Banner, ErrorState } from "../../../components/ui/states.js";
import { Time } from "../../../components/ui/Time.js";
import { toast } from "../../../components/ui/toast.js";
import { useContact, useConversation, useConversationList, useThread } from "../data/conversations.js";
import { useById, useMembers } from "../data/lookups.js";
import { useOnline } from "../data/presence.js";
import type { ContactDto, ConversationDto } from "../data/types.js";
import type { InboxRoute } from "../route.js";
import { Attributes } from "./Attributes.js";
import { ContactCard } from "./ContactCard.js";
import { ContactNotes } from "./ContactNotes.js";
import { Section } from "./Section.js";

const MergeDialog = lazy(async () => ({ default: (await import("../../contacts/Merge.js")).MergeDialog }));

function Identities({ contact }: { contact: ContactDto }) {
  const { t } = useTranslation("inbox");
  return (
    <Section name="identities" title={t("identities.title")}>
      <ul className="flex flex-col gap-2">
        {contact.identities.map((identity) => (
          <li key={identity.id}>
            <span className="flex items-center gap-2">
              <ChannelGlyph kind={identity.channel} size={14} label />
              {identity.group && <Badge>{t("identities.group")}</Badge>}
              {identity.blocked_by_us && <Badge tone="danger">{t("header.blocked")}</Badge>}
              {identity.blocked && <Badge tone="danger">{t("header.blockedYou")}</Badge>}
            </span>
            <span
              dir="ltr"
              className="block truncate text-side font-mono text-meta text-text-2"
              title={identity.provider_chat}
            >
              {identity.provider_chat}
            </span>
            {identity.aliases
              .filter(({ until }) => until === null)
              .map((alias) => (
                <span
                  key={alias.kind + alias.value}
                  dir="ltr"
                  className="block truncate text-side text-meta text-text-3"
                  title={alias.value}
                >
                  {alias.kind}: <bdi>{alias.value}</bdi>
                </span>
              ))}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Previous({ conversation, route }: { conversation: ConversationDto; route: InboxRoute }) {
  const { t } = useTranslation("inbox");
  const { rows, isPending, error, refetch } = useConversationList({
    contact_id: conversation.contact.id,
    sort: "newest",
  });
  const others = rows.filter(({ id }) => id !== conversation.id).slice(0, 10);
  return (
    <Section name="previous" title={t("previous.title")}>
      {error ? (
        <ErrorState inline error={error} onRetry={() => void refetch()} />
      ) : isPending ? (
        <Skeleton className="h-8" />
      ) : others.length === 0 ? (
        <p className="text-meta text-text-3">{t("previous.none")}</p>
      ) : (
        <ul className="-mx-2">
          {others.map((other) => (
            <li key={other.id}>
              <Link
                to={`${route.root}/all/${other.id}?status=any`}
                className="flex min-h-10 items-center gap-2 rounded-control px-2 py-1 hover:bg-surface-2"
              >
                <ChannelGlyph kind={other.channel} size={14} />
                <span className="min-w-0 flex-1">
                  <bdi className="block truncate text-side">{other.last_message?.preview ?? t("row.empty")}</bdi>
                  <span className="block text-meta text-text-3">
                    {t(`status.${other.status}`)} · <Time at={other.last_message?.at ?? other.created_at} />
                  </span>
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Participants({ conversation }: { conversation: ConversationDto }) {
  const { t } = useTranslation("inbox");
  const members = useById(useMembers());
  const online = useOnline();
  return (
    <Section name="participants" title={t("participants.title")}>
      {conversation.participants.length === 0 ? (
        <p className="text-meta text-text-3">{t("participants.none")}</p>
      ) : (
        <ul className="flex flex-col gap-1.5">
          {conversation.participants.map((id) => (
            <li key={id} className="flex items-center gap-2">
              <Avatar name={members.get(id)?.name ?? "?"} seed={id} size={22} />
              <bdi className="min-w-0 flex-1 truncate text-side">{members.get(id)?.name ?? "?"}</bdi>
              {online.includes(id) && <span className="text-meta text-success">{t("presence.online")}</span>}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** Files of the messages that are here; older ones come with older messages. */
function FilesOf({ conversationId }: { conversationId: string }) {
  const { t } = useTranslation("inbox");
  const { messages } = useThread(conversationId);
  const files = messages
    .flatMap(({ content }) =>
      content.kind === "media" ? [content.media] : content.kind === "album" ? content.items : [],
    )
    .flatMap(({ attachment, role }) =>
      attachment?.state === "stored" && attachment.url ? [{ attachment: loadable(attachment), role }] : [],
    )
    .reverse()
    .slice(0, 24);
  return (
    <Section name="files" title={t("files.title")}>
      {files.length === 0 ? (
        <p className="text-meta text-text-3">{t("files.none")}</p>
      ) : (
        <ul className="grid grid-cols-4 gap-1.5">
          {files.map(({ attachment, role }) => (
            <li key={attachment.id}>
              <a
                href={attachment.url ?? undefined}
                target="_blank"
                rel="noopener noreferrer"
                title={attachment.name ?? t(`kind.${role}`)}
                aria-label={attachment.name ?? t(`kind.${role}`)}
                className="grid aspect-square place-items-center overflow-hidden rounded-control bg-surface-2 text-text-3"
              >
                {attachment.thumbnail_url ? (
                  <img src={attachment.thumbnail_url} alt="" loading="lazy" className="size-full object-cover" />
                ) : (
                  <FileText className="size-5" aria-hidden="true" />
                )}
              </a>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Merged({ contact, workspaceId, may }: { contact: ContactDto; workspaceId: string; may: boolean }) {
  const { t } = useTranslation("inbox");
  const unmerge = async () => {
    try {
      await call(`/contacts/${contact.id}/unmerge`, { method: "POST", workspaceId });
      await queryClient.invalidateQueries({ queryKey: ["w", workspaceId] });
    } catch (error) {
      toast.failed(error);
    }
  };
  return (
    <div className="px-3 pt-3">
      <Banner
        action={
          may && (
            <Button size="sm" onClick={unmerge}>
              <Split aria-hidden="true" />
              {t("merge.undo")}
            </Button>
          )
        }
      >
        {t("merge.merged")}
      </Banner>
    </div>
  );
}

/** Beside the thread: who the customer is, and what else there is to know. */
export function ContextPanel({ route, phone, onClose }: { route: InboxRoute; phone: boolean; onClose: () => void }) {
  const { t } = useTranslation("inbox");
  const can = useCan();
  const { workspaceId } = route.place;
  const { data: conversation } = useConversation(route.conversationId);
  const { data: contact, error, refetch } = useContact(conversation?.contact.id);
  const [merging, setMerging] = useState(false);
  const may = can("contacts:write");
  return (
    <aside aria-label={t("context.title")} className="flex h-full min-h-0 flex-col bg-surface-1">
      <header className="flex min-h-14 shrink-0 items-center gap-2 border-b px-3">
        {phone && (
          <IconButton
            label={t("action.backToThread")}
            icon={<ArrowLeft aria-hidden="true" className="rtl:-scale-x-100" />}
            onClick={onClose}
          />
        )}
        <h2 className="flex-1 ps-1 font-semibold">{t("context.title")}</h2>
        {!phone && (
          <IconButton size="sm" label={t("context.close")} icon={<X aria-hidden="true" />} onClick={onClose} />
        )}
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {error ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : !contact || !conversation ? (
          <div className="flex flex-col gap-3 p-4">
            <Skeleton className="h-12" />
            <Skeleton className="h-24" />
            <Skeleton className="h-24" />
          </div>
        ) : (
          // What is typed about one person must not go to the next one.
          <Fragment key={contact.id}>
            {contact.merged_into !== null && <Merged contact={contact} workspaceId={workspaceId} may={may} />}
            <ContactCard contact={contact} workspaceId={workspaceId} may={may} />
            <Identities contact={contact} />
            <Attributes contact={contact} workspaceId={workspaceId} may={may} />
            <ContactNotes contactId={contact.id} workspaceId={workspaceId} may={may} />
            <Previous conversation={conversation} route={route} />
            <Participants conversation={conversation} />
            <FilesOf conversationId={conversation.id} />
            {(conversation.blocked_by_us || conversation.blocked) && (
              <p className="flex items-center gap-2 px-4 pt-3 text-meta text-danger">
                <Ban className="size-3.5" aria-hidden="true" />
                {conversation.blocked_by_us ? t("closed.blocked_by_us") : t("closed.blocked")}
              </p>
            )}
            {may && (
              <div className="p-4">
                <Button size="sm" onClick={() => setMerging(true)}>
                  <Merge aria-hidden="true" />
                  {t("merge.open")}
                </Button>
              </div>
            )}
            <Suspense>{merging && <MergeDialog open onOpenChange={setMerging} into={contact} />}</Suspense>
          </Fragment>
        )}
      </div>
    </aside>
  );
}
