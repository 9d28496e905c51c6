import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../components/ui/Button.js";
import { Code } from "../../components/ui/Copy.js";
import { DetailDrawer } from "../../components/ui/DetailDrawer.js";
import { ConfirmDialog } from "../../components/ui/Dialog.js";
import { Field } from "../../components/ui/Field.js";
import { Textarea } from "../../components/ui/Input.js";
import { ProblemNote } from "../../components/ui/ProblemNote.js";
import { toast } from "../../components/ui/toast.js";
import { Covered } from "./Covered.js";
import { indented } from "./payload.js";
import { useQuarantined, useQuarantineRepair } from "./queries.js";

/** One delivery that could not be read: looked at without its texts, or opened, mended and read again. */
export function QuarantineDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation("operations");
  const [open, setOpen] = useState(false);
  const query = useQuarantined(id, open);
  const { again, discard, edit } = useQuarantineRepair();
  const [draft, setDraft] = useState<string>();
  const [discarding, setDiscarding] = useState(false);
  const run = async () => {
    if (draft !== undefined && draft !== query.data?.raw) await edit.mutateAsync({ id, raw: draft });
    await again.mutateAsync(id);
    toast.done(t("quarantine.replayed"));
    onClose();
  };
  return (
    <>
      <DetailDrawer
        query={query}
        onClose={onClose}
        title={() => t("quarantine.title")}
        description={({ where }) => <span dir="auto">{where}</span>}
        footer={({ raw, redacted }) => (
          <>
            <Button onClick={() => setDiscarding(true)}>{t("quarantine.discard")}</Button>
            {!redacted && draft === undefined && <Button onClick={() => setDraft(raw)}>{t("quarantine.edit")}</Button>}
            <Button
              variant="primary"
              busy={edit.isPending || again.isPending}
              onClick={() => void run().catch(() => undefined)}
            >
              {draft === undefined ? t("quarantine.replay") : t("quarantine.saveReplay")}
            </Button>
          </>
        )}
      >
        {({ raw, redacted }) => (
          <>
            <ProblemNote error={edit.error ?? again.error} />
            {redacted && (
              <Covered text={t("quarantine.hidden")} open={open && !query.isFetching} onOpen={() => setOpen(true)} />
            )}
            {draft === undefined ? (
              <Code maxHeight={640}>{indented(raw)}</Code>
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
          </>
        )}
      </DetailDrawer>
      <ConfirmDialog
        open={discarding}
        onOpenChange={setDiscarding}
        title={t("quarantine.discardTitle")}
        description={t("quarantine.discardText")}
        confirm={t("quarantine.discard")}
        onConfirm={() => discard.mutateAsync(id).then(onClose)}
      />
    </>
  );
}
