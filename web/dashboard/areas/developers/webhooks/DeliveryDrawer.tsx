import { useTranslation } from "react-i18next";
import { Badge } from "../../../components/ui/Badge.js";
import { Button } from "../../../components/ui/Button.js";
import { Code } from "../../../components/ui/Copy.js";
import { DetailDrawer } from "../../../components/ui/DetailDrawer.js";
import { Time } from "../../../components/ui/Time.js";
import { toast } from "../../../components/ui/toast.js";
import { curlOf, pretty } from "../curl.js";
import { useDelivery, useEndpointActions, type DeliveryDetail } from "../queries.js";
import { attemptErrorText, DeliveryBadge } from "./EndpointState.js";

function Attempts({ delivery }: { delivery: DeliveryDetail }) {
  const { t } = useTranslation("developers");
  return (
    <ol className="divide-y rounded-card border">
      {delivery.attempts.map((attempt) => (
        <li key={attempt.number} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-3 py-2">
          <span className="tabular text-text-3">{attempt.number}</span>
          <Badge tone={attempt.status !== null && attempt.status < 300 ? "success" : "danger"}>
            {attempt.status === null ? t("hooks.noAnswer") : String(attempt.status)}
          </Badge>
          <span className="tabular text-text-2">{t("deliveries.ms", { ms: attempt.ms })}</span>
          <Time at={attempt.at} as="relative" className="ms-auto text-text-3" />
          {attempt.error && <p className="w-full text-danger">{attemptErrorText(t, attempt)}</p>}
        </li>
      ))}
    </ol>
  );
}

/** One delivery: what was sent, each try, and what was answered. */
export function DeliveryDrawer({ id, url, onClose }: { id: string; url: string; onClose: () => void }) {
  const { t } = useTranslation("developers");
  const { resend } = useEndpointActions();
  const copy = async (request: NonNullable<DeliveryDetail["request"]>) => {
    await navigator.clipboard.writeText(curlOf(url, request));
    toast.done(t("deliveries.copied"));
  };
  return (
    <DetailDrawer
      query={useDelivery(id)}
      onClose={onClose}
      title={(data) => data?.event_type ?? t("deliveries.title")}
      footer={({ request }) => (
        <>
          {request && <Button onClick={() => copy(request)}>{t("deliveries.curl")}</Button>}
          <Button
            variant="primary"
            busy={resend.isPending}
            onClick={() =>
              resend.mutate(id, { onSuccess: () => toast.done(t("deliveries.resent")), onError: toast.failed })
            }
          >
            {t("deliveries.resend")}
          </Button>
        </>
      )}
    >
      {(data) => (
        <>
          <div className="flex flex-wrap items-center gap-3">
            <DeliveryBadge state={data.state} />
            <code dir="ltr" className="text-meta text-text-3">
              {data.event_id}
            </code>
          </div>
          <h3 className="font-semibold">{t("deliveries.attempts")}</h3>
          <Attempts delivery={data} />
          {data.response_excerpt !== null && (
            <>
              <h3 className="font-semibold">{t("deliveries.response")}</h3>
              <Code maxHeight={180}>{data.response_excerpt}</Code>
            </>
          )}
          {data.request && (
            <>
              <h3 className="font-semibold">{t("deliveries.headers")}</h3>
              <Code maxHeight={180}>
                {Object.entries(data.request.headers)
                  .map(([name, value]) => `${name}: ${value}`)
                  .join("\n")}
              </Code>
              <h3 className="font-semibold">{t("deliveries.body")}</h3>
              <Code>{pretty(data.request.body)}</Code>
            </>
          )}
        </>
      )}
    </DetailDrawer>
  );
}
