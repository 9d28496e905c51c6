import { useTranslation } from "react-i18next";
import { TriangleAlert } from "lucide-react";
import { Button } from "../../../components/ui/Button.js";
import { Checkbox } from "../../../components/ui/choices.js";
import { useKindTexts } from "../texts.js";
import type { StepProps } from "./WizardPage.js";

/** What may happen to the number, to be accepted before anything else. */
export function RiskStep({ kind, form, onNext }: StepProps) {
  const { t } = useTranslation("channels");
  const words = useKindTexts();
  const consent = kind.fields.find(({ input }) => input === "consent");
  const accepted = consent === undefined || form.values[consent.name] === true;
  return (
    <div className="flex flex-col gap-5">
      <div className="flex gap-3 rounded-card border border-warning bg-warning-soft p-4 text-warning">
        <TriangleAlert className="mt-0.5 size-5 shrink-0" aria-hidden="true" />
        <p className="text-message">{words(`channels:${kind.kind}.warning`, kind.warning ?? consent?.help ?? "")}</p>
      </div>
      <ul className="list-disc space-y-1 ps-5 text-text-2">
        <li>{t("risk.spare")}</li>
        <li>{t("risk.slow")}</li>
        <li>{t("risk.official")}</li>
      </ul>
      {consent && (
        <Checkbox
          checked={accepted}
          onChange={(checked) => form.set(consent.name, checked)}
          label={words(`${consent.key}.title`, consent.title)}
        />
      )}
      <div className="flex justify-end">
        <Button variant="primary" disabled={!accepted} onClick={onNext}>
          {t("action.next")}
        </Button>
      </div>
    </div>
  );
}
