import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../../api/client.js";
import { queryClient } from "../../../api/queryClient.js";
import { Avatar } from "../../../components/ui/Avatar.js";
import { Button } from "../../../components/ui/Button.js";
import { channelName } from "../../../components/ui/ChannelGlyph.js";
import { cx } from "../../../components/ui/cx.js";
import { Dialog } from "../../../components/ui/Dialog.js";
import { Input } from "../../../components/ui/Input.js";
import { PageSpinner } from "../../../components/ui/Spinner.js";
import { ErrorState } from "../../../components/ui/states.js";
import { toast } from "../../../components/ui/toast.js";
import type { ContactDto, PageOf } from "../data/types.js";

/** Takes a merge of two contacts back. */
async function unmerge(workspaceId: string, id: string): Promise<void> {
  try {
    await call(`/contacts/${id}/unmerge`, { method: "POST", workspaceId });
    await queryClient.invalidateQueries({ queryKey: ["w", workspaceId] });
  } catch (error) {
    toast.failed(error);
  }
}

/** Finds the other contact that is the same person, and makes one of the two. */
export function MergeDialog({
  contact,
  workspaceId,
  onClose,
}: {
  contact: ContactDto;
  workspaceId: string;
  onClose: () => void;
}) {
  const { t } = useTranslation("inbox");
  const [search, setSearch] = useState(contact.name ?? "");
  const q = useDeferredValue(search.trim());
  const [chosen, setChosen] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const found = useQuery({
    queryKey: ["w", workspaceId, "contact-search", q],
    queryFn: ({ signal }) =>
      call<PageOf<ContactDto>>("/contacts", { workspaceId, signal, query: { q: q || undefined, limit: 20 } }),
  });
  const others = (found.data?.data ?? []).filter(({ id, merged_into: into }) => id !== contact.id && into === null);
  const merge = async () => {
    setBusy(true);
    try {
      await call(`/contacts/${contact.id}/merge`, { method: "POST", workspaceId, body: { from: chosen } });
      await queryClient.invalidateQueries({ queryKey: ["w", workspaceId] });
      toast.done(t("merge.done"), () => void unmerge(workspaceId, chosen!));
      onClose();
    } catch (error) {
      toast.failed(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("merge.title", { name: contact.name ?? t("row.nameless") })}
      description={t("merge.text")}
      footer={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button variant="primary" busy={busy} disabled={!chosen} onClick={merge}>
            {t("merge.confirm")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Input
          type="search"
          aria-label={t("merge.search")}
          placeholder={t("merge.search")}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        {found.error && <ErrorState inline error={found.error} onRetry={() => void found.refetch()} />}
        {found.isPending && <PageSpinner />}
        <div role="radiogroup" aria-label={t("merge.search")} className="flex flex-col">
          {found.data && others.length === 0 && <p className="py-3 text-center text-text-3">{t("merge.none")}</p>}
          {others.map((other) => (
            <button
              key={other.id}
              type="button"
              role="radio"
              aria-checked={chosen === other.id}
              onClick={() => setChosen(other.id)}
              className={cx(
                "flex min-h-12 items-center gap-3 rounded-control px-2 text-start",
                chosen === other.id ? "bg-brand-soft" : "hover:bg-surface-1",
              )}
            >
              <Avatar name={other.name ?? "?"} seed={other.id} size={32} />
              <span className="min-w-0">
                <bdi className="block truncate font-medium">{other.name ?? t("row.nameless")}</bdi>
                <span className="block truncate text-meta text-text-3">
                  {other.identities
                    .map(({ channel, provider_chat: chat }) => `${channelName(channel)} ${chat}`)
                    .join(" · ")}
                </span>
              </span>
            </button>
          ))}
        </div>
      </div>
    </Dialog>
  );
}
