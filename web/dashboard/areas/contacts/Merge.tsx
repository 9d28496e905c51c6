import { ArrowLeft, ArrowRight } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ContactDto } from "../../../../src/wire/contacts.js";
import { call } from "../../api/client.js";
import { queryClient } from "../../api/queryClient.js";
import { useWorkspace } from "../../api/session.js";
import { Avatar } from "../../components/ui/Avatar.js";
import { Button } from "../../components/ui/Button.js";
import { ChannelGlyph } from "../../components/ui/ChannelGlyph.js";
import { Dialog } from "../../components/ui/Dialog.js";
import { Input } from "../../components/ui/Input.js";
import { ProblemNote } from "../../components/ui/ProblemNote.js";
import { Skeleton } from "../../components/ui/Spinner.js";
import { ErrorState } from "../../components/ui/states.js";
import { toast } from "../../components/ui/toast.js";
import { useForm } from "../../components/ui/useForm.js";
import { nameOf, useContacts, useContactWrite, useSettled } from "./data.js";

function Pick({ into, onPick }: { into: ContactDto; onPick: (contact: ContactDto) => void }) {
  const { t } = useTranslation("contacts");
  const [search, setSearch] = useState("");
  const q = useSettled(search.trim());
  const list = useContacts(q);
  const found = list.data?.pages[0]?.data.filter(({ id, merged_into: merged }) => id !== into.id && !merged) ?? [];
  return (
    <div className="flex flex-col gap-3 pt-1">
      <Input
        type="search"
        dir="auto"
        aria-label={t("search")}
        placeholder={t("search")}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      {list.isPending && <Skeleton className="h-40 w-full" />}
      {list.error && <ErrorState inline error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && found.length === 0 && (
        <p role="status" className="px-1 py-4 text-text-3">
          {t("common:state.noMatches")}
        </p>
      )}
      <ul className="max-h-80 divide-y divide-hairline overflow-y-auto rounded-card border empty:hidden">
        {found.slice(0, 30).map((contact) => {
          const name = nameOf(contact, t("nameless"));
          return (
            <li key={contact.id}>
              <button
                type="button"
                onClick={() => onPick(contact)}
                className="flex min-h-12 w-full items-center gap-3 px-3 py-2 text-start hover:bg-surface-1 focus-visible:-outline-offset-2"
              >
                <Avatar name={name} seed={contact.id} size={28} />
                <bdi className="min-w-0 flex-1 truncate font-medium">{name}</bdi>
                {contact.identities.slice(0, 3).map(({ id, channel }) => (
                  <ChannelGlyph key={id} kind={channel} />
                ))}
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Side({ contact, title }: { contact: ContactDto; title: string }) {
  const { t } = useTranslation("contacts");
  const name = nameOf(contact, t("nameless"));
  const attributes = Object.entries(contact.attributes);
  return (
    <section className="min-w-0 rounded-card border p-3" aria-label={title}>
      <div className="text-meta text-text-3">{title}</div>
      <div className="mt-1.5 flex items-center gap-2.5">
        <Avatar name={name} seed={contact.id} size={28} />
        <bdi className="min-w-0 font-semibold [overflow-wrap:anywhere]">{name}</bdi>
      </div>
      <ul className="mt-3 flex flex-col gap-1">
        {contact.identities.map((identity) => (
          <li key={identity.id} className="flex items-center gap-2 text-text-2">
            <ChannelGlyph kind={identity.channel} />
            <bdi className="truncate font-mono text-meta">{identity.provider_chat}</bdi>
          </li>
        ))}
      </ul>
      <dl className="mt-3 flex flex-col gap-1 text-meta">
        {contact.language && (
          <div>
            <dt className="inline text-text-3">{t("column.language")}: </dt>
            <dd className="inline">{contact.language}</dd>
          </div>
        )}
        {attributes.map(([key, value]) => (
          <div key={key} className="[overflow-wrap:anywhere]">
            <dt className="inline text-text-3">
              <bdi>{key}</bdi>:{" "}
            </dt>
            <dd dir="auto" className="inline">
              {String(value)}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Finds the other one, shows both side by side, and makes them one. It can be taken back. */
export function MergeDialog({
  open,
  onOpenChange,
  into,
  other,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  into: ContactDto;
  /** The other one, when it is known already. */
  other?: ContactDto | undefined;
}) {
  const { t } = useTranslation("contacts");
  const { id } = useWorkspace();
  const write = useContactWrite(into.id);
  const [from, setFrom] = useState(other);
  const close = () => {
    onOpenChange(false);
    setFrom(undefined);
  };
  const form = useForm({
    run: async () => {
      if (!from) return;
      await write("POST", "/merge", { from: from.id });
      close();
      const undo = async () => {
        await call(`/contacts/${from.id}/unmerge`, { method: "POST", workspaceId: id });
        await queryClient.invalidateQueries({ queryKey: ["w", id] });
        toast.done(t("merge.undone"));
      };
      toast.done(t("merge.done"), () => void undo().catch(toast.failed));
    },
  });
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        if (!next) close();
      }}
      size={from ? "lg" : "md"}
      title={t("merge.title")}
      description={from ? t("merge.text") : t("merge.pick", { name: nameOf(into, t("nameless")) })}
    >
      {from ? (
        <div className="flex flex-col gap-4 pt-1">
          <ProblemNote error={form.problem} />
          <div className="grid gap-3 sm:grid-cols-[1fr_auto_1fr]">
            <Side contact={from} title={t("merge.goes")} />
            <ArrowRight
              className="mx-auto size-5 self-center text-text-3 max-sm:rotate-90 rtl:sm:-scale-x-100"
              aria-hidden="true"
            />
            <Side contact={into} title={t("merge.stays")} />
          </div>
          <div className="flex flex-wrap justify-between gap-2">
            <Button variant="ghost" onClick={() => setFrom(undefined)}>
              <ArrowLeft className="rtl:-scale-x-100" aria-hidden="true" />
              {t("merge.other")}
            </Button>
            <Button variant="primary" data-autofocus busy={form.busy} onClick={() => void form.submit()}>
              {t("merge.yes")}
            </Button>
          </div>
        </div>
      ) : (
        <Pick into={into} onPick={setFrom} />
      )}
    </Dialog>
  );
}
