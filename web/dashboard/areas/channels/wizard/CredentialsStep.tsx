import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/ui/Button.js";
import { Banner } from "../../../components/ui/states.js";
import { CredentialsForm, ProviderLink } from "../CredentialsForm.js";
import type { Kind } from "../queries.js";
import { useKindTexts } from "../texts.js";
import { hasSession } from "./steps.js";
import type { StepProps } from "./WizardPage.js";

/** What is to be done at the provider before there is anything to fill in. */
function Before({ kind }: { kind: Kind }) {
  const { t } = useTranslation("channels");
  const words = useKindTexts();
  return (
    <ol className="mb-6 list-decimal space-y-1 ps-5 text-text-2 marker:text-text-3">
      {kind.steps.map((step) => (
        <li key={step.n}>
          {words(step.key, step.text)} {step.link && <ProviderLink href={step.link}>{t("form.open")}</ProviderLink>}
        </li>
      ))}
    </ol>
  );
}

/** The provider's secrets. Nothing is saved before the provider accepted them. */
export function CredentialsStep({ channel, kind, form, onNext }: StepProps) {
  const { t } = useTranslation("channels");
  const [again, setAgain] = useState(false);
  if (channel.connected && !again) {
    return (
      <div className="flex flex-col gap-5">
        <Banner tone="success">
          {t("credentials.there")} <strong dir="auto">{channel.name}</strong>
        </Banner>
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={() => setAgain(true)}>{t("credentials.replace")}</Button>
          <Button variant="primary" onClick={onNext}>
            {t("action.next")}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <>
      {!hasSession(kind) && channel.callback.set_by !== "hand" && kind.steps.length > 0 && <Before kind={kind} />}
      <CredentialsForm
        channel={channel}
        kind={kind}
        form={form}
        submit={t("credentials.save")}
        onSaved={() => {
          setAgain(false);
          onNext();
        }}
      />
    </>
  );
}
