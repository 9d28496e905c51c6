import { useTranslation } from "react-i18next";
import { Badge, type Tone } from "../../components/ui/Badge.js";
import type { Channel } from "./queries.js";

type State = Channel["health"]["state"];

const tones: Record<State, Tone> = {
  draft: "neutral",
  ok: "success",
  degraded: "warning",
  needs_reauth: "danger",
  suspended: "danger",
  off: "neutral",
};

/** How an account is doing, in words and colour. */
export function HealthBadge({ state }: { state: State }) {
  const { t } = useTranslation("channels");
  return (
    <Badge tone={tones[state]} dot>
      {t(`state.${state}`)}
    </Badge>
  );
}

/** That no real provider is behind an account. */
export function SimulatedBadge() {
  const { t } = useTranslation("channels");
  return <Badge tone="info">{t("label.simulated")}</Badge>;
}
