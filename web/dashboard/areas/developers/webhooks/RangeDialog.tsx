import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/ui/Button.js";
import { Dialog } from "../../../components/ui/Dialog.js";
import { Field } from "../../../components/ui/Field.js";
import { Input } from "../../../components/ui/Input.js";
import { ProblemNote } from "../../../components/ui/ProblemNote.js";
import { toast } from "../../../components/ui/toast.js";
import { useEndpointActions } from "../queries.js";

/** A moment as an <input type="datetime-local"> wants it: in the time of this device. */
const local = (at: number): string => {
  const date = new Date(at);
  return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

/** Delivers again what failed since a moment, or everything of a time. */
export function RangeDialog({
  endpointId,
  what,
  onClose,
}: {
  endpointId: string;
  what: "recover" | "replay";
  onClose: () => void;
}) {
  const { t } = useTranslation("developers");
  const { recover, replay } = useEndpointActions();
  const [since, setSince] = useState(() => local(Date.now() - 86_400_000));
  const [until, setUntil] = useState("");
  const done = {
    onSuccess: ({ deliveries }: { deliveries: number }) => {
      toast.done(deliveries === 0 ? t("deliveries.startedNone") : t("deliveries.started", { count: deliveries }));
      onClose();
    },
  };
  const run = () => {
    if (since === "") return;
    const from = new Date(since).toISOString();
    if (what === "recover") recover.mutate({ id: endpointId, since: from }, done);
    else {
      const to = until === "" ? {} : { until: new Date(until).toISOString() };
      replay.mutate({ id: endpointId, since: from, ...to }, done);
    }
  };
  const failure = recover.error ?? replay.error;
  return (
    <Dialog
      open
      size="sm"
      onOpenChange={(open) => !open && onClose()}
      title={what === "recover" ? t("deliveries.recover") : t("deliveries.replay")}
      description={what === "recover" ? t("deliveries.recoverText") : t("deliveries.replayText")}
      footer={
        <>
          <Button onClick={onClose}>{t("common:action.cancel")}</Button>
          <Button variant="primary" busy={recover.isPending || replay.isPending} disabled={since === ""} onClick={run}>
            {t("deliveries.start")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label={t("deliveries.since")}>
          <Input type="datetime-local" value={since} onChange={(event) => setSince(event.target.value)} />
        </Field>
        {what === "replay" && (
          <Field label={t("deliveries.until")} hint={t("deliveries.untilHint")}>
            <Input type="datetime-local" value={until} onChange={(event) => setUntil(event.target.value)} />
          </Field>
        )}
        <ProblemNote error={failure} />
      </div>
    </Dialog>
  );
}
