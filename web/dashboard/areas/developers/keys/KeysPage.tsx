import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Badge, type Tone } from "../../../components/ui/Badge.js";
import { Button } from "../../../components/ui/Button.js";
import { ConfirmDialog } from "../../../components/ui/Dialog.js";
import { Card, Table, Td, Th } from "../../../components/ui/layout.js";
import { Skeleton } from "../../../components/ui/Spinner.js";
import { EmptyState, ErrorState } from "../../../components/ui/states.js";
import { Time } from "../../../components/ui/Time.js";
import { toast } from "../../../components/ui/toast.js";
import { useActions } from "../../../keyboard/actions.js";
import { useKeys, type ApiKey } from "../queries.js";
import { NewKeyDialog } from "./NewKeyDialog.js";

type State = "active" | "expired" | "revoked";
const tones: Record<State, Tone> = { active: "success", expired: "warning", revoked: "neutral" };

function stateOf(key: ApiKey, now: number): State {
  if (key.revoked_at !== null) return "revoked";
  return key.expires_at !== null && Date.parse(key.expires_at) <= now ? "expired" : "active";
}

function Row({ apiKey, onRevoke }: { apiKey: ApiKey; onRevoke: () => void }) {
  const { t } = useTranslation("developers");
  const [now] = useState(() => Date.now());
  const state = stateOf(apiKey, now);
  return (
    <tr>
      <Td>
        <div className="font-medium" dir="auto">
          {apiKey.name}
        </div>
        <code dir="ltr" className="text-meta text-text-3">
          {apiKey.hint}…
        </code>
      </Td>
      <Td>
        <div className="flex max-w-80 flex-wrap gap-1">
          {apiKey.scopes.map((scope) => (
            <Badge key={scope}>{scope === "*" ? t("keys.everything") : scope}</Badge>
          ))}
        </div>
      </Td>
      <Td>
        <Badge tone={tones[state]}>{t(`keyState.${state}`)}</Badge>
        {state === "active" && apiKey.expires_at !== null && (
          <div className="mt-1 text-meta text-text-3">
            {t("keys.until")} <Time at={apiKey.expires_at} as="date" />
          </div>
        )}
      </Td>
      <Td className="text-text-2">
        {apiKey.last_used_at === null ? t("keys.neverUsed") : <Time at={apiKey.last_used_at} />}
      </Td>
      <Td className="text-text-2">
        <Time at={apiKey.created_at} as="date" />
      </Td>
      <Td className="text-end">
        {state !== "revoked" && (
          <Button size="sm" aria-label={t("keys.revokeOne", { name: apiKey.name })} onClick={onRevoke}>
            {t("keys.revoke")}
          </Button>
        )}
      </Td>
    </tr>
  );
}

/** The API keys of the workspace: who may do what, until when, and whether anybody uses it. */
export function KeysPage() {
  const { t } = useTranslation("developers");
  const { list, revoke } = useKeys();
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey>();
  useActions([
    {
      id: "developers.newKey",
      label: "developers:keys.new",
      group: "developers:title",
      keys: ["KeyC"],
      run: () => setMaking(true),
    },
  ]);
  const make = (
    <Button variant="primary" onClick={() => setMaking(true)}>
      {t("keys.new")}
    </Button>
  );
  return (
    <>
      {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton className="h-56 rounded-card" />}
      {list.data?.length === 0 && (
        <EmptyState icon={KeyRound} title={t("keys.emptyTitle")} primary={make}>
          {t("keys.lead")}
        </EmptyState>
      )}
      {list.data && list.data.length > 0 && (
        <>
          <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
            <p className="max-w-2xl text-text-2">{t("keys.lead")}</p>
            {make}
          </div>
          <Card flush>
            <Table aria-label={t("page.keys")}>
              <thead>
                <tr>
                  <Th>{t("keys.name")}</Th>
                  <Th>{t("keys.may")}</Th>
                  <Th>{t("keys.state")}</Th>
                  <Th>{t("keys.used")}</Th>
                  <Th>{t("keys.made")}</Th>
                  <Th>
                    <span className="sr-only">{t("keys.revoke")}</span>
                  </Th>
                </tr>
              </thead>
              <tbody>
                {list.data.map((key) => (
                  <Row key={key.id} apiKey={key} onRevoke={() => setRevoking(key)} />
                ))}
              </tbody>
            </Table>
          </Card>
        </>
      )}
      {making && <NewKeyDialog onClose={() => setMaking(false)} />}
      <ConfirmDialog
        open={revoking !== undefined}
        onOpenChange={(open) => !open && setRevoking(undefined)}
        title={t("keys.revokeTitle", { name: revoking?.name ?? "" })}
        description={t("keys.revokeText")}
        confirm={t("keys.revoke")}
        onConfirm={async () => {
          if (!revoking) return;
          await revoke
            .mutateAsync(revoking.id)
            .then(() => toast.done(t("keys.revoked", { name: revoking.name })), toast.failed);
        }}
      />
    </>
  );
}
