import { useTranslation } from "react-i18next";
import { Button } from "../../../components/ui/Button.js";
import { CopyField } from "../../../components/ui/Copy.js";
import { Field } from "../../../components/ui/Field.js";
import { Banner } from "../../../components/ui/states.js";
import type { ChannelDetail, Kind } from "../queries.js";
import type { StepProps } from "./WizardPage.js";

/** Why the provider cannot deliver to our address, if that is sure. */
export function AddressWarning({ channel, kind }: { channel: ChannelDetail; kind: Kind }) {
  const { t } = useTranslation("channels");
  if (channel.simulated || !kind.needs_public_url || channel.callback.url.startsWith("https:")) return null;
  return <Banner tone="warning">{t("address.notHttps", { name: kind.label })}</Banner>;
}

/** What of ours belongs into the provider's settings. */
export function AddressFields({ channel }: { channel: ChannelDetail }) {
  const { t } = useTranslation("channels");
  return (
    <>
      <Field label={t("address.url")} hint={t("address.urlHint")}>
        <CopyField value={channel.callback.url} />
      </Field>
      {channel.callback.verify_token !== null && (
        <Field label={t("address.token")} hint={t("address.tokenHint")}>
          <CopyField value={channel.callback.verify_token} />
        </Field>
      )}
    </>
  );
}

/** Our address and token exist before any secret of the provider is asked for. */
export function AddressStep({ channel, kind, onNext }: StepProps) {
  const { t } = useTranslation("channels");
  const byHand = channel.callback.set_by === "hand";
  return (
    <div className="flex flex-col gap-5">
      <p className="text-text-2">{byHand ? t("address.byHand") : t("address.byUs", { name: kind.label })}</p>
      <AddressWarning channel={channel} kind={kind} />
      <AddressFields channel={channel} />
      <div className="flex justify-end">
        <Button variant="primary" onClick={onNext}>
          {t("action.next")}
        </Button>
      </div>
    </div>
  );
}
