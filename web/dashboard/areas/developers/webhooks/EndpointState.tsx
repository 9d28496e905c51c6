import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { Badge, type Tone } from "../../../components/ui/Badge.js";
import type { Delivery, DeliveryState, HookEndpoint } from "../queries.js";

/** Why an endpoint is off, in words. */
export const causeText = (
  t: TFunction<"developers">,
  { disabled_reason: reason, disabled_cause: cause }: HookEndpoint,
) => (reason === null ? (cause ?? t("hooks.off")) : t(`hooks.cause.${reason}`));

/** Why a try had no answer, in words. */
export const attemptErrorText = (t: TFunction<"developers">, { error_code: code, error }: Unanswered): string =>
  code === null ? (error ?? t("hooks.noAnswer")) : t(`attemptError.${code}`);

type Unanswered = Pick<Delivery["attempts"][number], "error" | "error_code">;

/** Whether an endpoint takes deliveries. */
export function EndpointBadge({ endpoint }: { endpoint: HookEndpoint }) {
  const { t } = useTranslation("developers");
  if (!endpoint.enabled) {
    return (
      <Badge tone="danger" dot>
        {t("hooks.off")}
      </Badge>
    );
  }
  return endpoint.failing_since === null ? (
    <Badge tone="success" dot>
      {t("hooks.on")}
    </Badge>
  ) : (
    <Badge tone="warning" dot>
      {t("hooks.failing")}
    </Badge>
  );
}

const tones: Record<DeliveryState, Tone> = {
  waiting: "warning",
  sending: "info",
  delivered: "success",
  failed: "danger",
};

/** How far a delivery is. */
export function DeliveryBadge({ state }: { state: DeliveryState }) {
  const { t } = useTranslation("developers");
  return (
    <Badge tone={tones[state]} dot>
      {t(`delivery.${state}`)}
    </Badge>
  );
}
