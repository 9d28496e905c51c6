import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../components/ui/Button.js";
import { Dialog } from "../../components/ui/Dialog.js";
import { Field } from "../../components/ui/Field.js";
import { Input } from "../../components/ui/Input.js";
import { Select } from "../../components/ui/Select.js";
import { ProblemNote } from "../../components/ui/ProblemNote.js";
import { toast } from "../../components/ui/toast.js";
import { useAccounts, useReplay } from "./queries.js";

/** A moment as an <input type="datetime-local"> wants it: in the time of this device. */
const local = (at: number): string => {
  const date = new Date(at);
  return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

/** Puts what a provider said in a time into the inbox again; what is there already stays once. */
export function ReplayDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("operations");
  const accounts = useAccounts().data ?? [];
  const replay = useReplay();
  const [account, setAccount] = useState<string>();
  const [since, setSince] = useState(() => local(Date.now() - 3_600_000));
  const chosen = account ?? accounts[0]?.id;
  const run = () => {
    if (chosen === undefined || since === "") return;
    replay.mutate(
      { channel_account_id: chosen, since: new Date(since).toISOString() },
      {
        onSuccess: ({ replayed }) => {
          toast.done(t("replay.done", { count: replayed }));
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      open
      size="sm"
      onOpenChange={(open) => !open && onClose()}
      title={t("replay.title")}
      description={t("replay.text")}
      footer={
        <>
          <Button onClick={onClose}>{t("common:action.cancel")}</Button>
          <Button variant="primary" disabled={chosen === undefined} busy={replay.isPending} onClick={run}>
            {t("replay.start")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label={t("quarantine.channel")}>
          <Select
            value={chosen}
            onChange={setAccount}
            options={accounts.map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Field>
        <Field label={t("replay.since")}>
          <Input type="datetime-local" value={since} onChange={(event) => setSince(event.target.value)} />
        </Field>
        <ProblemNote error={replay.error} />
      </div>
    </Dialog>
  );
}
