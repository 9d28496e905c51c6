import { useTranslation } from "react-i18next";
import { Button } from "../../../components/ui/Button.js";
import { Banner } from "../../../components/ui/states.js";
import { useSession, type ChannelDetail } from "../queries.js";
import { SaidText } from "../SaidText.js";
import { SessionPanel } from "../SessionPanel.js";
import type { StepProps } from "./WizardPage.js";

/** What is said while a phone is awaited; whatever was said before it is the news. */
const waiting = ["linked_waiting", "linked_not_yet"];

/** Why the number is not linked, when it was tried already. */
function troubleOf({ health_history: history }: ChannelDetail) {
  const last = history.findLast(({ reason }) => reason === null || !waiting.includes(reason));
  const { cause = null, state } = last ?? {};
  return last && cause !== null && state !== "ok" && state !== "off" ? { ...last, sentence: cause } : undefined;
}

/** Linking the number: the QR code or the code for the phone, and how far it has come. */
export function LinkStep({ channel, kind, onNext }: StepProps) {
  const { t } = useTranslation("channels");
  const state = useSession(channel.id).data?.state;
  const ready = state === "ready";
  // That it is banned is said below.
  const trouble = ready || state === "banned" ? undefined : troubleOf(channel);
  return (
    <div className="flex flex-col gap-5">
      {trouble && (
        <Banner tone={trouble.state === "degraded" ? "warning" : "danger"}>
          <SaidText said={trouble} />
        </Banner>
      )}
      <SessionPanel channel={channel} kind={kind} />
      <div className="flex justify-end">
        <Button variant={ready ? "primary" : "secondary"} disabled={!ready} onClick={onNext}>
          {t("action.next")}
        </Button>
      </div>
    </div>
  );
}
