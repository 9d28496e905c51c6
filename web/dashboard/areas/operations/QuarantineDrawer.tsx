import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../../api/problem.js";
import { Button } from "../../components/ui/Button.js";
import { Code } from "../../components/ui/Copy.js";
import { ConfirmDialog, Drawer } from "../../components/ui/Dialog.js";
import { Field } from "../../components/ui/Field.js";
import { Textarea } from "../../components/ui/Input.js";
import { Skeleton } from "../../components/ui/Spinner.js";
import { Banner, ErrorState } from "../../components/ui/states.js";
import { toast } from "../../components/ui/toast.js";
import { useQuarantined, useQuarantineRepair } from "./queries.js";
import { indented, redacted } from "./redact.js";

/** One delivery that could not be read: looked at without its texts, or opened, mended and read again. */
export function QuarantineDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation("operations");
  const { data, error, refetch } = useQuarantined(id);
  const { again, discard, edit } = useQuarantineRepair();
  const [open, setOpen] = useState(false);
  const [draft, setDraft] = useState<string>();
  const [discarding, setDiscarding] = useState(false);
  const run = async () => {
    if (draft !== undefined && draft !== data?.raw) await edit.mutateAsync({ id, raw: draft });
    await again.mutateAsync(id);
    toast.done(t("quarantine.replayed"));
    onClose();
  };
  const failure = edit.error ?? again.error;
  return (
    <Drawer
      open
      wide
      onOpenChange={(shown) => !shown && onClose()}
      title={t("quarantine.title")}
      description={data && <span dir="auto">{data.where}</span>}
      footer={
        data && (
          <>
            <Button onClick={() => setDiscarding(true)}>{t("quarantine.discard")}</Button>
            {open && draft === undefined && <Button onClick={() => setDraft(data.raw)}>{t("quarantine.edit")}</Button>}
            <Button
              variant="primary"
              busy={edit.isPending || again.isPending}
              onClick={() => void run().catch(() => undefined)}
            >
              {draft === undefined ? t("quarantine.replay") : t("quarantine.saveReplay")}
            </Button>
          </>
        )
      }
    >
      {error && !data && <ErrorState inline error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton className="h-64" />}
      {data && (
        <div data-autofocus tabIndex={-1} className="flex flex-col gap-4 outline-none">
          {failure && <Banner tone="danger">{Problem.from(failure).detail}</Banner>}
          {!open && (
            <Banner
              action={
                <Button size="sm" onClick={() => setOpen(true)}>
                  {t("quarantine.showAll")}
                </Button>
              }
            >
              {t("quarantine.hidden")}
            </Banner>
          )}
          {draft === undefined ? (
            <Code maxHeight={640}>{open ? indented(data.raw) : redacted(data.raw)}</Code>
          ) : (
            <Field label={t("quarantine.payload")} hint={t("quarantine.editHint")}>
              <Textarea
                dir="ltr"
                rows={16}
                maxRows={28}
                spellCheck={false}
                className="font-mono text-meta"
                value={draft}
                onChange={(event) => setDraft(event.target.value)}
              />
            </Field>
          )}
        </div>
      )}
      <ConfirmDialog
        open={discarding}
        onOpenChange={setDiscarding}
        title={t("quarantine.discardTitle")}
        description={t("quarantine.discardText")}
        confirm={t("quarantine.discard")}
        onConfirm={() => discard.mutateAsync(id).then(onClose, toast.failed)}
      />
    </Drawer>
  );
}
