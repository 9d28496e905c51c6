import { CircleCheck, Clock } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/ui/Button.js";
import { CopyField } from "../../../components/ui/Copy.js";
import { cx } from "../../../components/ui/cx.js";
import { Card } from "../../../components/ui/layout.js";
import { toast } from "../../../components/ui/toast.js";
import { ProviderLink } from "../CredentialsForm.js";
import { LogList } from "../LogList.js";
import { useChannelActions, type ChannelDetail, type Kind } from "../queries.js";
import { AddressAlert, isBelieved } from "../Registration.js";
import { useKindTexts } from "../texts.js";
import { AddressWarning } from "./AddressStep.js";
import type { StepProps } from "./WizardPage.js";

/** The numbered things to do at the provider, each with what is to be copied for it. */
export function ManualSteps({ channel, kind }: { channel: ChannelDetail; kind: Kind }) {
  const { t } = useTranslation("channels");
  const words = useKindTexts();
  const copied = { callback_url: channel.callback.url, verify_token: channel.callback.verify_token };
  return (
    <ol className="flex flex-col gap-4">
      {kind.steps.map((step) => {
        const value = step.shows && copied[step.shows];
        const text = words(step.key, step.text);
        return (
          <li key={step.n} className="flex gap-3">
            <span className="tabular grid size-6 shrink-0 place-items-center rounded-full bg-surface-2 text-meta font-semibold">
              {step.n}
            </span>
            <div className="flex min-w-0 flex-1 flex-col gap-2 pt-0.5">
              <p>
                {text} {step.link && <ProviderLink href={step.link}>{t("form.open")}</ProviderLink>}
              </p>
              {value && <CopyField value={value} label={text} />}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

/** The provider is told of our address: by us, or by hand with what fails shown at once. */
export function RegisterStep({ channel, kind, onNext }: StepProps) {
  const { t } = useTranslation("channels");
  const { set_by: by, registered } = channel.callback;
  const { register } = useChannelActions();
  const done = by === "none" || (registered && !channel.address_changed);
  const believed = isBelieved(channel);
  const next = () => {
    if (done || !believed) return onNext();
    void register.mutateAsync(channel.id).then(onNext, toast.failed);
  };
  return (
    <div className="flex flex-col gap-5">
      <AddressWarning channel={channel} kind={kind} />
      {by === "hand" && <ManualSteps channel={channel} kind={kind} />}
      {by === "us" && <AddressAlert channel={channel} kind={kind} />}
      <div role="status" className={cx("flex items-center gap-2", by === "us" && !done && "sr-only")}>
        {done ? (
          <CircleCheck className="size-4 shrink-0 text-success" aria-hidden="true" />
        ) : (
          <Clock className="size-4 shrink-0 text-text-3" aria-hidden="true" />
        )}
        {by === "none"
          ? t("register.none", { name: kind.label })
          : done
            ? t("register.done", { name: kind.label })
            : by === "us"
              ? t("register.failed", { name: kind.label })
              : believed
                ? t("register.believed")
                : t("register.waiting", { name: kind.label })}
      </div>
      {by === "hand" && !done && !believed && (
        <Card title={t("register.seen")} flush>
          <LogList id={channel.id} most={5} />
        </Card>
      )}
      <div className="flex justify-end">
        <Button variant={done || believed ? "primary" : "secondary"} busy={register.isPending} onClick={next}>
          {believed && !done ? t("register.entered") : t("action.next")}
        </Button>
      </div>
    </div>
  );
}
