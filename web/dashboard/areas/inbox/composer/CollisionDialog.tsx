import { useTranslation } from "react-i18next";
import { Button } from "../../../components/ui/Button.js";
import { Dialog } from "../../../components/ui/Dialog.js";
import { Time } from "../../../components/ui/Time.js";
import { useById, useMembers } from "../data/lookups.js";
import { discard, resend, useOutbox } from "../data/outbox.js";
import { Content, textOf } from "../thread/content/Content.js";

/** Somebody else answered while a reply was being written: what they wrote, and what to do with ours. */
export function CollisionDialog({
  conversationId,
  onEdit,
}: {
  conversationId: string;
  onEdit: (text: string) => void;
}) {
  const { t } = useTranslation("inbox");
  const members = useById(useMembers());
  const entry = useOutbox(conversationId).find(({ state }) => state === "overtaken");
  if (!entry) return null;
  const author = entry.by?.author;
  const name = (author?.id ? members.get(author.id)?.name : undefined) ?? author?.name ?? t("system.somebody");
  const edit = () => {
    onEdit(textOf(entry.shown));
    void discard(entry.id);
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && edit()}
      title={t("collision.title", { name })}
      description={t("collision.text")}
      footer={
        <>
          <Button variant="ghost" onClick={() => void discard(entry.id)}>
            {t("collision.discard")}
          </Button>
          <Button onClick={edit}>{t("collision.edit")}</Button>
          <Button variant="primary" data-autofocus onClick={() => void resend(entry.id, true)}>
            {t("collision.send")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {entry.by && (
          <figure>
            <figcaption className="pb-1 text-meta text-text-3">
              {name} · <Time at={entry.by.at} />
            </figcaption>
            <div className="max-h-40 overflow-y-auto rounded-bubble bg-brand-soft px-3 py-2 text-message">
              <Content content={entry.by.content} conversationId={conversationId} />
            </div>
          </figure>
        )}
        <figure>
          <figcaption className="pb-1 text-meta text-text-3">{t("collision.yours")}</figcaption>
          <div className="max-h-40 overflow-y-auto rounded-bubble border px-3 py-2 text-message">
            <Content content={entry.shown} conversationId={conversationId} />
          </div>
        </figure>
      </div>
    </Dialog>
  );
}
