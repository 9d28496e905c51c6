import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Button } from "../../../components/ui/Button.js";
import { RadioGroup } from "../../../components/ui/choices.js";
import { Dialog } from "../../../components/ui/Dialog.js";
import { Field } from "../../../components/ui/Field.js";
import { Input } from "../../../components/ui/Input.js";
import { Card } from "../../../components/ui/layout.js";
import { ProblemNote } from "../../../components/ui/ProblemNote.js";
import { toast } from "../../../components/ui/toast.js";
import { usePaths } from "../paths.js";
import { useChannelActions, type ChannelDetail } from "../queries.js";

function DeleteDialog({ channel, onClose }: { channel: ChannelDetail; onClose: () => void }) {
  const { t } = useTranslation("channels");
  const navigate = useNavigate();
  const { list } = usePaths();
  const { remove } = useChannelActions();
  const [history, setHistory] = useState<"keep" | "erase">("keep");
  const [typed, setTyped] = useState("");
  const sure = history === "keep" || typed.trim() === channel.name.trim();
  const run = () =>
    void remove.mutateAsync({ id: channel.id, history: history === "erase" }).then(
      () => {
        toast.done(t("danger.deleted", { name: channel.name }));
        return navigate(list, { replace: true });
      },
      // The dialog shows it.
      () => undefined,
    );
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("danger.deleteTitle", { name: channel.name })}
      description={t("danger.deleteText")}
      footer={
        <>
          <Button onClick={onClose}>{t("common:action.cancel")}</Button>
          <Button variant="danger" disabled={!sure} busy={remove.isPending} onClick={run}>
            {history === "erase" ? t("danger.eraseConfirm") : t("danger.deleteConfirm")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <RadioGroup
          cards
          label={t("danger.history")}
          value={history}
          onChange={setHistory}
          options={[
            { value: "keep", label: t("danger.keep"), hint: t("danger.keepHint") },
            { value: "erase", label: t("danger.erase"), hint: t("danger.eraseHint") },
          ]}
        />
        {history === "erase" && (
          <Field label={t("danger.type", { name: channel.name })}>
            <Input dir="auto" value={typed} autoComplete="off" onChange={(event) => setTyped(event.target.value)} />
          </Field>
        )}
        <ProblemNote error={remove.error} />
      </div>
    </Dialog>
  );
}

/** Switching an account off, and deleting it, each with what it means. */
export function DangerTab({ channel }: { channel: ChannelDetail }) {
  const { t } = useTranslation("channels");
  const { change } = useChannelActions();
  const [deleting, setDeleting] = useState(false);
  const toggle = () =>
    change.mutate(
      { id: channel.id, enabled: !channel.enabled },
      {
        onSuccess: () => toast.done(t(channel.enabled ? "danger.disabled" : "danger.enabled", { name: channel.name })),
        onError: toast.failed,
      },
    );
  return (
    <div className="flex max-w-3xl flex-col gap-4">
      {channel.connected && (
        <Card title={channel.enabled ? t("danger.disable") : t("danger.enable")}>
          <div className="flex flex-wrap items-center justify-between gap-4">
            <p className="max-w-lg flex-1 basis-72 text-text-2">
              {channel.enabled ? t("danger.disableText") : t("danger.enableText")}
            </p>
            <Button busy={change.isPending} onClick={toggle}>
              {channel.enabled ? t("danger.disable") : t("danger.enable")}
            </Button>
          </div>
        </Card>
      )}
      <Card title={t("danger.delete")}>
        <div className="flex flex-wrap items-center justify-between gap-4">
          <p className="max-w-lg flex-1 basis-72 text-text-2">{t("danger.deleteText")}</p>
          <Button variant="danger" onClick={() => setDeleting(true)}>
            {t("danger.delete")}
          </Button>
        </div>
      </Card>
      {deleting && <DeleteDialog channel={channel} onClose={() => setDeleting(false)} />}
    </div>
  );
}
