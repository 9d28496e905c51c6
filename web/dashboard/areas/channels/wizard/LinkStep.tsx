import { useTranslation } from "react-i18next";
import { Button } from "../../../components/ui/Button.js";
import { useSession } from "../queries.js";
import { SessionPanel } from "../SessionPanel.js";
import type { StepProps } from "./WizardPage.js";

/** Linking the number: the QR code or the code for the phone, and how far it has come. */
export function LinkStep({ channel, kind, onNext }: StepProps) {
  const { t } = useTranslation("channels");
  const ready = useSession(channel.id).data?.state === "ready";
  return (
    <div className="flex flex-col gap-5">
      <SessionPanel id={channel.id} kind={kind} />
      <div className="flex justify-end">
        <Button variant={ready ? "primary" : "secondary"} disabled={!ready} onClick={onNext}>
          {t("action.next")}
        </Button>
      </div>
    </div>
  );
}
