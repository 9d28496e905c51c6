import { CircleCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/ui/Button.js";
import { Card } from "../../../components/ui/layout.js";
import { Time } from "../../../components/ui/Time.js";
import { LogList } from "../LogList.js";
import { AddressWarning } from "./AddressStep.js";
import { hasSession } from "./steps.js";
import type { StepProps } from "./WizardPage.js";

/** Waits for the first event, and shows what fails meanwhile with its cause. */
export function ListenStep({ channel, kind, onNext }: StepProps) {
  const { t } = useTranslation("channels");
  const heard = channel.last_inbound_at;
  return (
    <div className="flex flex-col gap-5">
      {!hasSession(kind) && <AddressWarning channel={channel} kind={kind} />}
      <div
        role="status"
        className={
          heard
            ? "flex items-center gap-3 rounded-card bg-success-soft p-4 text-success"
            : "flex items-center gap-3 rounded-card bg-surface-1 p-4"
        }
      >
        {heard ? (
          <>
            <CircleCheck className="size-5" aria-hidden="true" />
            <p className="font-medium">
              {t("listen.heard", { name: kind.label })} <Time at={heard} />
            </p>
          </>
        ) : (
          <>
            <span className="relative grid size-5 place-items-center" aria-hidden="true">
              <span className="absolute size-5 animate-ping rounded-full bg-brand opacity-30" />
              <span className="size-2.5 rounded-full bg-brand" />
            </span>
            <div>
              <p className="font-medium">{t("listen.waiting")}</p>
              <p className="text-text-2">
                {t(`listen.how.${kind.kind}`, { defaultValue: t("listen.how.other"), name: channel.name })}
              </p>
            </div>
          </>
        )}
      </div>
      <Card title={t("listen.log")} flush>
        <LogList id={channel.id} most={20} />
      </Card>
      <div className="flex justify-end">
        <Button variant={heard ? "primary" : "secondary"} onClick={onNext}>
          {heard ? t("action.next") : t("listen.later")}
        </Button>
      </div>
    </div>
  );
}
