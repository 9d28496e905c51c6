import { useTranslation } from "react-i18next";
import { Badge, type Tone } from "../../../components/ui/Badge.js";
import type { DeliveryState, HookEndpoint } from "../queries.js";

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
