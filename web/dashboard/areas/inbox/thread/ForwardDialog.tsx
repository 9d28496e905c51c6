import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../../components/ui/Avatar.js";
import { Button } from "../../../components/ui/Button.js";
import { cx } from "../../../components/ui/cx.js";
import { Dialog } from "../../../components/ui/Dialog.js";
import { Field } from "../../../components/ui/Field.js";
import { Input, Textarea } from "../../../components/ui/Input.js";
import { ListSkeleton } from "../list/ConversationList.js";
import { toast } from "../../../components/ui/toast.js";
import { useConversationList } from "../data/conversations.js";
import { enqueue } from "../data/outbox.js";
import type { MessageDto } from "../data/types.js";
import { Content } from "./content/Content.js";

const everything = { sort: "newest" } as const;

/** Sends what a message says on to another conversation, with a word before it if wanted. */
export function ForwardDialog({ message, onClose }: { message: MessageDto; onClose: () => void }) {
  const { t } = useTranslation("inbox");
  const [search, setSearch] = useState("");
  const [target, setTarget] = useState<string | null>(null);
  const [comment, setComment] = useState("");
  const wanted = useDeferredValue(search.toLocaleLowerCase());
  const list = useConversationList(everything);
  const rows = list.rows
    .filter(
      ({ id, contact }) => id !== message.conversation_id && (contact.name ?? "").toLocaleLowerCase().includes(wanted),
    )
    .slice(0, 30);
  const send = () => {
    if (!target) return;
    if (comment.trim() !== "") {
      const content = { kind: "text" as const, text: comment.trim() };
      enqueue({ conversationId: target, kind: "message", content, shown: content });
    }
    enqueue({ conversationId: target, kind: "message", forwardOf: message.id, shown: message.content });
    toast.done(t("forward.done"));
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("forward.title")}
      footer={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button variant="primary" disabled={!target} onClick={send}>
            {t("forward.send")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <div className="max-h-28 overflow-y-auto rounded-bubble bg-surface-2 px-3 py-2 text-message">
          <Content content={message.content} conversationId={message.conversation_id} />
        </div>
        <Input
          type="search"
          aria-label={t("forward.search")}
          placeholder={t("forward.search")}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <div
          role="radiogroup"
          aria-label={t("forward.to")}
          className="max-h-56 overflow-y-auto rounded-card border [--inbox-row:48px]"
        >
          {list.isPending && <ListSkeleton />}
          {rows.map((row) => (
            <button
              key={row.id}
              type="button"
              role="radio"
              aria-checked={row.id === target}
              onClick={() => setTarget(row.id)}
              className={cx(
                "flex min-h-11 w-full items-center gap-2.5 border-b px-3 text-start last:border-b-0",
                row.id === target ? "bg-brand-soft" : "hover:bg-surface-1",
              )}
            >
              <Avatar name={row.contact.name ?? "?"} seed={row.contact.id} size={28} channel={row.channel} />
              <bdi className="truncate">{row.contact.name ?? t("row.nameless")}</bdi>
            </button>
          ))}
        </div>
        <Field label={t("forward.comment")}>
          <Textarea dir="auto" rows={2} value={comment} onChange={(event) => setComment(event.target.value)} />
        </Field>
      </div>
    </Dialog>
  );
}
