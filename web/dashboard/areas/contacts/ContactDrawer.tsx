import { GitMerge } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useNavigate, useParams } from "react-router";
import type { ContactDto } from "../../../../src/wire/contacts.js";
import { Problem } from "../../api/problem.js";
import { useCan, useWorkspace } from "../../api/session.js";
import { Avatar } from "../../components/ui/Avatar.js";
import { Badge } from "../../components/ui/Badge.js";
import { Button } from "../../components/ui/Button.js";
import { channelName, ChannelGlyph } from "../../components/ui/ChannelGlyph.js";
import { Drawer } from "../../components/ui/Dialog.js";
import { Field } from "../../components/ui/Field.js";
import { Input } from "../../components/ui/Input.js";
import { ProblemNote } from "../../components/ui/ProblemNote.js";
import { Select } from "../../components/ui/Select.js";
import { Skeleton } from "../../components/ui/Spinner.js";
import { Banner, EmptyState, ErrorState } from "../../components/ui/states.js";
import { Time } from "../../components/ui/Time.js";
import { toast } from "../../components/ui/toast.js";
import { useForm } from "../../components/ui/useForm.js";
import { Attributes } from "./Attributes.js";
import { nameOf, useContact, useContactWrite, useConversationsOf, useAlike } from "./data.js";
import { languageTags } from "./languages.js";
import { MergeDialog } from "./Merge.js";
import { Notes } from "./Notes.js";

/** A part of the contact, with its heading. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-2.5 border-t pt-4">
      <h3 className="font-semibold">{title}</h3>
      {children}
    </section>
  );
}

const noLanguage = "none";

function Basics({ contact }: { contact: ContactDto }) {
  const { t, i18n } = useTranslation("contacts");
  const write = useContactWrite(contact.id);
  const may = useCan()("contacts:write");
  const [name, setName] = useState(contact.name ?? "");
  const tags: readonly string[] = languageTags;
  const known = contact.language && !tags.includes(contact.language) ? [contact.language, ...tags] : tags;
  const names = new Intl.DisplayNames(i18n.language, { type: "language" });
  const form = useForm({
    run: async () => {
      await write("PATCH", "", { name: name.trim() || null });
      toast.done(t("saved"));
    },
  });
  const changed = name.trim() !== (contact.name ?? "");
  return (
    <form noValidate onSubmit={form.submit} className="flex flex-col gap-4">
      <ProblemNote error={form.problem} />
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t("column.name")} error={form.errors.name}>
          <Input
            dir="auto"
            maxLength={200}
            readOnly={!may}
            value={name}
            placeholder={t("nameless")}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field label={t("column.language")}>
          <Select
            disabled={!may}
            value={contact.language ?? noLanguage}
            onChange={(language) =>
              void write("PATCH", "", { language: language === noLanguage ? null : language }).catch(toast.failed)
            }
            options={[
              { value: noLanguage, label: t("unknownLanguage") },
              ...known.map((tag) => ({ value: tag, label: names.of(tag) ?? tag })),
            ]}
          />
        </Field>
      </div>
      {may && changed && (
        <Button type="submit" variant="primary" busy={form.busy} className="self-start">
          {t("save")}
        </Button>
      )}
    </form>
  );
}

function Identities({ contact }: { contact: ContactDto }) {
  const { t } = useTranslation("contacts");
  return (
    <ul className="flex flex-col gap-2">
      {contact.identities.map((identity) => (
        <li key={identity.id} className="rounded-control border px-3 py-2">
          <div className="flex flex-wrap items-center gap-2">
            <ChannelGlyph kind={identity.channel} label />
            <bdi className="min-w-0 font-mono text-meta break-all">{identity.provider_chat}</bdi>
            {identity.group && <Badge>{t("group")}</Badge>}
            {identity.blocked_by_us && <Badge tone="danger">{t("blocked")}</Badge>}
            {identity.blocked && <Badge tone="danger">{t("blockedYou")}</Badge>}
          </div>
          {identity.aliases.length > 0 && (
            <ul className="mt-1 text-meta text-text-3">
              {identity.aliases.map((alias) => (
                <li key={`${alias.kind} ${alias.value} ${alias.from}`}>
                  <bdi dir="ltr">
                    {alias.kind}: <bdi className="break-all text-text-2">{alias.value}</bdi>
                  </bdi>
                  {alias.until && (
                    <>
                      {" "}
                      ({t("until")} <Time at={alias.until} as="date" />)
                    </>
                  )}
                </li>
              ))}
            </ul>
          )}
        </li>
      ))}
      {contact.identities.length === 0 && <li className="text-text-3">{t("noIdentities")}</li>}
    </ul>
  );
}

function Conversations({ contactId }: { contactId: string }) {
  const { t } = useTranslation("contacts");
  const { id } = useWorkspace();
  const list = useConversationsOf(contactId);
  if (list.error) return <ErrorState inline error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <Skeleton className="h-14 w-full" />;
  if (list.data.length === 0) return <p className="text-text-3">{t("noConversations")}</p>;
  return (
    <ul className="divide-y divide-hairline rounded-control border">
      {list.data.map((conversation) => (
        <li key={conversation.id}>
          <Link
            to={`/w/${id}/inbox/all/${conversation.id}`}
            className="flex min-h-12 items-center gap-3 px-3 py-2 hover:bg-surface-1 focus-visible:-outline-offset-2"
          >
            <span title={channelName(conversation.channel)}>
              <ChannelGlyph kind={conversation.channel} />
            </span>
            <span dir="auto" className="min-w-0 flex-1 truncate text-side text-text-2">
              {conversation.last_message?.preview || t("noText")}
            </span>
            <Badge tone={conversation.status === "open" ? "brand" : "neutral"}>
              {t(`status.${conversation.status}`)}
            </Badge>
            <Time
              at={conversation.last_message?.at ?? conversation.created_at}
              as="short"
              className="min-w-14 text-end text-meta text-text-3"
            />
          </Link>
        </li>
      ))}
    </ul>
  );
}

function MergedBanner({ contact }: { contact: ContactDto }) {
  const { t } = useTranslation("contacts");
  const { id } = useWorkspace();
  const write = useContactWrite(contact.id);
  const may = useCan()("contacts:write");
  return (
    <Banner
      tone="warning"
      action={
        may && (
          <Button
            size="sm"
            onClick={() => void write("POST", "/unmerge").then(() => toast.done(t("merge.undone")), toast.failed)}
          >
            {t("merge.undo")}
          </Button>
        )
      }
    >
      {t("merge.was")}{" "}
      <Link className="link" to={`/w/${id}/contacts/${contact.merged_into ?? ""}`}>
        {t("merge.seeOther")}
      </Link>
    </Banner>
  );
}

/** Others who are perhaps the same person. */
function Alike({ contact, onMerge }: { contact: ContactDto; onMerge: (other: ContactDto) => void }) {
  const { t } = useTranslation("contacts");
  const may = useCan()("contacts:write");
  const { data = [] } = useAlike(contact.id, may && !contact.merged_into);
  return data.map((other) => (
    <Banner
      key={other.id}
      action={
        <Button size="sm" onClick={() => onMerge(other)}>
          {t("merge.compare")}
        </Button>
      }
    >
      {t("merge.alike", { name: nameOf(other, t("nameless")) })}
    </Banner>
  ));
}

function Body({ contact }: { contact: ContactDto }) {
  const { t } = useTranslation("contacts");
  const may = useCan()("contacts:write");
  const [merging, setMerging] = useState(false);
  const [other, setOther] = useState<ContactDto>();
  const name = nameOf(contact, t("nameless"));
  return (
    <div className="flex flex-col gap-5">
      {contact.merged_into && <MergedBanner contact={contact} />}
      <Alike
        contact={contact}
        onMerge={(one) => {
          setOther(one);
          setMerging(true);
        }}
      />
      <div className="flex flex-wrap items-center gap-3">
        <Avatar name={name} seed={contact.id} size={44} />
        <div className="min-w-0 flex-1 text-meta text-text-3">
          {contact.attributes.Demo === true && (
            <div className="mb-1">
              <Badge tone="info">{t("demo")}</Badge>
            </div>
          )}
          {t("since")} <Time at={contact.created_at} as="date" />
        </div>
        {may && !contact.merged_into && (
          <Button onClick={() => setMerging(true)}>
            <GitMerge aria-hidden="true" />
            {t("merge.open")}
          </Button>
        )}
      </div>
      <Basics key={contact.name} contact={contact} />
      <Part title={t("identities")}>
        <Identities contact={contact} />
      </Part>
      <Part title={t("attributes.title")}>
        <Attributes contact={contact} />
      </Part>
      <Part title={t("conversations")}>
        <Conversations contactId={contact.id} />
      </Part>
      <Part title={t("notes.title")}>
        <Notes contactId={contact.id} />
      </Part>
      {merging && (
        <MergeDialog
          open
          other={other}
          onOpenChange={(open) => {
            setMerging(open);
            if (!open) setOther(undefined);
          }}
          into={contact}
        />
      )}
    </div>
  );
}

/** One contact over the list: all that is known of them. */
export function ContactDrawer() {
  const { t } = useTranslation("contacts");
  const { contactId = "" } = useParams();
  const { id } = useWorkspace();
  const navigate = useNavigate();
  const { search } = useLocation();
  const contact = useContact(contactId);
  const gone = Problem.from(contact.error).code === "not_found";
  return (
    <Drawer
      wide
      open
      onOpenChange={(open) => {
        if (!open) void navigate(`/w/${id}/contacts${search}`);
      }}
      title={contact.data ? nameOf(contact.data, t("nameless")) : t("title")}
    >
      {contact.isPending && (
        <div className="flex flex-col gap-4">
          <Skeleton className="h-11 w-full" />
          <Skeleton className="h-24 w-full" />
          <Skeleton className="h-40 w-full" />
        </div>
      )}
      {contact.error &&
        (gone ? (
          <EmptyState title={t("gone")} />
        ) : (
          <ErrorState error={contact.error} onRetry={() => void contact.refetch()} />
        ))}
      {contact.data && <Body key={contact.data.id} contact={contact.data} />}
    </Drawer>
  );
}
