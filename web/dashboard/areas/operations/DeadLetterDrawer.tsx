import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useWorkspace } from "../../api/session.js";
import { Button, buttonLook } from "../../components/ui/Button.js";
import { JsonView } from "../../components/ui/Copy.js";
import { DetailDrawer } from "../../components/ui/DetailDrawer.js";
import { ConfirmDialog } from "../../components/ui/Dialog.js";
import { ProblemNote } from "../../components/ui/ProblemNote.js";
import { Time } from "../../components/ui/Time.js";
import { toast } from "../../components/ui/toast.js";
import { Covered } from "./Covered.js";
import { useDeadLetter, useDeadLetterRepair } from "./queries.js";

/** One piece of work that failed for good: what it is, and what it carries once that is asked for. */
export function DeadLetterDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation("operations");
  const { id: workspaceId } = useWorkspace();
  const [open, setOpen] = useState(false);
  const query = useDeadLetter(id, open);
  const { again, discard } = useDeadLetterRepair();
  const [discarding, setDiscarding] = useState(false);
  const retry = () =>
    again.mutate(id, {
      onSuccess: () => {
        toast.done(t("dead.retried"));
        onClose();
      },
    });
  return (
    <>
      <DetailDrawer
        query={query}
        onClose={onClose}
        title={(data) => (data ? t(`queue.${data.queue}`, { defaultValue: data.queue }) : t("dead.title"))}
        description={({ reason }) => <span dir="auto">{reason}</span>}
        footer={() => (
          <>
            <Button onClick={() => setDiscarding(true)}>{t("quarantine.discard")}</Button>
            <Button variant="primary" busy={again.isPending} onClick={retry}>
              {t("dead.retry")}
            </Button>
          </>
        )}
      >
        {(letter) => (
          <>
            <ProblemNote error={again.error} />
            <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
              <dt className="text-text-3">{t("dead.job")}</dt>
              <dd>
                <code dir="ltr">{letter.job}</code>
              </dd>
              <dt className="text-text-3">{t("dead.attempts")}</dt>
              <dd className="tabular">{letter.attempts}</dd>
              <dt className="text-text-3">{t("quarantine.at")}</dt>
              <dd>
                <Time at={letter.failed_at} as="full" />
              </dd>
              {letter.trace_id !== null && (
                <>
                  <dt className="text-text-3">{t("dead.trace")}</dt>
                  <dd>
                    <code dir="ltr" className="select-all">
                      {letter.trace_id}
                    </code>
                  </dd>
                </>
              )}
            </dl>
            {letter.conversation_id !== null && (
              <div>
                <Link
                  to={`/w/${workspaceId}/inbox/all/${letter.conversation_id}`}
                  className={buttonLook({ size: "sm" })}
                >
                  {t("dead.conversation")}
                </Link>
              </div>
            )}
            {letter.redacted && (
              <Covered text={t("dead.hidden")} open={open && !query.isFetching} onOpen={() => setOpen(true)} />
            )}
            <JsonView value={letter.payload} />
          </>
        )}
      </DetailDrawer>
      <ConfirmDialog
        open={discarding}
        onOpenChange={setDiscarding}
        title={t("dead.discardTitle")}
        description={t("dead.discardText")}
        confirm={t("quarantine.discard")}
        onConfirm={() => discard.mutateAsync(id).then(onClose)}
      />
    </>
  );
}
