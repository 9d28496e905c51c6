import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/ui/Button.js";
import { Dialog } from "../../../components/ui/Dialog.js";
import { Field } from "../../../components/ui/Field.js";
import { Input, Textarea } from "../../../components/ui/Input.js";
import type { MessageDto } from "../data/types.js";
import { markupOf, parseMarkup } from "../composer/markup.js";
import { textOf } from "./content/Content.js";
import { messageActions } from "./messageActions.js";

const localTime = (at: string) => {
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

/** Changes what a message says, at the provider too; of one that is to leave later its time as well. */
export function EditDialog({
  message,
  workspaceId,
  formatted,
  onClose,
}: {
  message: MessageDto;
  /** The channel shows formatting: it is edited as it is written. */
  formatted: boolean;
  workspaceId: string;
  onClose: () => void;
}) {
  const { t } = useTranslation("inbox");
  const { content } = message;
  const before = formatted ? markupOf(textOf(content), "entities" in content ? content.entities : []) : textOf(content);
  const [text, setText] = useState(before);
  const later = message.status === "scheduled" && message.scheduled_at !== null;
  const [at, setAt] = useState(() => (later ? localTime(message.scheduled_at!) : ""));
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    const same = text === before;
    const said = formatted ? parseMarkup(text) : { text, entities: [] };
    const done = await messageActions.edit(workspaceId, message.id, {
      ...(same
        ? {}
        : {
            content: {
              kind: "text",
              text: said.text,
              ...(said.entities.length > 0 ? { entities: said.entities } : {}),
            },
          }),
      ...(later && new Date(at).getTime() !== Date.parse(message.scheduled_at!)
        ? { send_at: new Date(at).toISOString() }
        : {}),
    });
    setBusy(false);
    if (done) onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={message.direction === "note" ? t("edit.note") : t("edit.message")}
      description={message.direction === "out" && !later ? t("edit.atCustomer") : undefined}
      footer={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button variant="primary" busy={busy} disabled={text.trim() === ""} onClick={save}>
            {t("action.save")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Field label={t("edit.text")}>
          <Textarea dir="auto" value={text} onChange={(event) => setText(event.target.value)} />
        </Field>
        {later && (
          <Field label={t("edit.when")}>
            <Input type="datetime-local" value={at} onChange={(event) => setAt(event.target.value)} />
          </Field>
        )}
      </div>
    </Dialog>
  );
}
