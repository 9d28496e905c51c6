import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { useWorkspace } from "../../api/session.js";
import { Button, buttonLook } from "../../components/ui/Button.js";
import { JsonView } from "../../components/ui/Copy.js";
import { ConfirmDialog, Drawer } from "../../components/ui/Dialog.js";
import { Card, Table, Td, Th } from "../../components/ui/layout.js";
import { Skeleton } from "../../components/ui/Spinner.js";
import { Banner, EmptyState, ErrorState } from "../../components/ui/states.js";
import { Time } from "../../components/ui/Time.js";
import { toast } from "../../components/ui/toast.js";
import { useAccountNames, useDeadLetter, useDeadLetterRepair, useDeadLetters } from "./queries.js";

function LetterDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation("operations");
  const { id: workspaceId } = useWorkspace();
  const { data, error, refetch } = useDeadLetter(id);
  const { again, discard } = useDeadLetterRepair();
  const [open, setOpen] = useState(false);
  const [discarding, setDiscarding] = useState(false);
  return (
    <Drawer
      open
      wide
      onOpenChange={(shown) => !shown && onClose()}
      title={data ? t(`queue.${data.queue}`, { defaultValue: data.queue }) : t("dead.title")}
      description={data && <span dir="auto">{data.reason}</span>}
      footer={
        data && (
          <>
            <Button onClick={() => setDiscarding(true)}>{t("quarantine.discard")}</Button>
            <Button
              variant="primary"
              busy={again.isPending}
              onClick={() =>
                again.mutate(id, {
                  onSuccess: () => {
                    toast.done(t("dead.retried"));
                    onClose();
                  },
                  onError: toast.failed,
                })
              }
            >
              {t("dead.retry")}
            </Button>
          </>
        )
      }
    >
      {error && !data && <ErrorState inline error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton className="h-64" />}
      {data && (
        <div data-autofocus tabIndex={-1} className="flex flex-col gap-4 outline-none">
          <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
            <dt className="text-text-3">{t("dead.job")}</dt>
            <dd>
              <code dir="ltr">{data.job}</code>
            </dd>
            <dt className="text-text-3">{t("dead.attempts")}</dt>
            <dd className="tabular">{data.attempts}</dd>
            <dt className="text-text-3">{t("quarantine.at")}</dt>
            <dd>
              <Time at={data.failed_at} as="full" />
            </dd>
            {data.trace_id !== null && (
              <>
                <dt className="text-text-3">{t("dead.trace")}</dt>
                <dd>
                  <code dir="ltr" className="select-all">
                    {data.trace_id}
                  </code>
                </dd>
              </>
            )}
          </dl>
          {data.conversation_id !== null && (
            <div>
              <Link to={`/w/${workspaceId}/inbox/${data.conversation_id}`} className={buttonLook({ size: "sm" })}>
                {t("dead.conversation")}
              </Link>
            </div>
          )}
          {open ? (
            <JsonView value={data.payload} />
          ) : (
            <Banner
              action={
                <Button size="sm" onClick={() => setOpen(true)}>
                  {t("quarantine.showAll")}
                </Button>
              }
            >
              {t("dead.hidden")}
            </Banner>
          )}
        </div>
      )}
      <ConfirmDialog
        open={discarding}
        onOpenChange={setDiscarding}
        title={t("dead.discardTitle")}
        description={t("dead.discardText")}
        confirm={t("quarantine.discard")}
        onConfirm={() => discard.mutateAsync(id).then(onClose, toast.failed)}
      />
    </Drawer>
  );
}

/** Work that failed for good after all its tries, to be tried again or given up. */
export function DeadLettersPage() {
  const { t } = useTranslation("operations");
  const list = useDeadLetters();
  const nameOf = useAccountNames();
  const [search, setSearch] = useSearchParams();
  const opened = search.get("open");
  const rows = list.data?.pages.flatMap((page) => page.data);
  return (
    <>
      {list.error && !rows && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton className="h-56 rounded-card" />}
      {rows?.length === 0 && (
        <EmptyState icon={ShieldCheck} title={t("dead.emptyTitle")}>
          {t("dead.lead")}
        </EmptyState>
      )}
      {rows && rows.length > 0 && (
        <>
          <p className="mb-3 max-w-3xl text-text-2">{t("dead.lead")}</p>
          <Card flush>
            <Table aria-label={t("page.dead")}>
              <thead>
                <tr>
                  <Th>{t("dead.work")}</Th>
                  <Th>{t("quarantine.why")}</Th>
                  <Th>{t("dead.attempts")}</Th>
                  <Th>{t("quarantine.at")}</Th>
                  <Th>
                    <span className="sr-only">{t("quarantine.open")}</span>
                  </Th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.id}>
                    <Td>
                      <div className="font-medium">{t(`queue.${row.queue}`, { defaultValue: row.queue })}</div>
                      <div dir="auto" className="text-meta text-text-3">
                        {nameOf(row.channel_account_id)}
                      </div>
                    </Td>
                    <Td>
                      <span dir="auto" className="[overflow-wrap:anywhere]">
                        {row.reason}
                      </span>
                    </Td>
                    <Td className="tabular">{row.attempts}</Td>
                    <Td className="whitespace-nowrap text-text-2">
                      <Time at={row.failed_at} />
                    </Td>
                    <Td className="text-end">
                      <Button size="sm" variant="ghost" onClick={() => setSearch({ open: row.id })}>
                        {t("quarantine.open")}
                      </Button>
                    </Td>
                  </tr>
                ))}
              </tbody>
            </Table>
            {list.hasNextPage && (
              <div className="border-t p-3 text-center">
                <Button size="sm" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                  {t("action.older")}
                </Button>
              </div>
            )}
          </Card>
        </>
      )}
      {opened !== null && <LetterDrawer id={opened} onClose={() => setSearch({}, { replace: true })} />}
    </>
  );
}
