import { useTranslation } from "react-i18next";
import { Button } from "../../components/ui/Button.js";
import { Banner } from "../../components/ui/states.js";
import { toast } from "../../components/ui/toast.js";
import { SaidText } from "./SaidText.js";
import { useChannelActions, type ChannelDetail, type Kind } from "./queries.js";

interface Props {
  channel: ChannelDetail;
  kind: Kind;
}

/** Whether a person may say that the address was entered: where nobody shakes hands. */
export const isBelieved = ({ callback }: ChannelDetail): boolean => callback.set_by === "hand" && !callback.handshake;

/** Tells the provider our address once more. */
export function RegisterButton({ channel, kind, label }: Props & { label: string }) {
  const { t } = useTranslation("channels");
  const { register } = useChannelActions();
  return (
    <Button
      size="sm"
      busy={register.isPending}
      onClick={() =>
        register.mutate(channel.id, {
          onSuccess: ({ callback, address_changed: changed }) => {
            if (callback.registered && !changed) toast.done(t("register.done", { name: kind.label }));
          },
          onError: toast.failed,
        })
      }
    >
      {label}
    </Button>
  );
}

/** That the provider cannot deliver because it was never told of the address we have now, and the way out. */
export function AddressAlert({ channel, kind }: Props) {
  const { t } = useTranslation("channels");
  const { registered, set_by: by } = channel.callback;
  const told = registered && !channel.address_changed;
  if (by === "none" || !channel.connected || channel.simulated || told) return null;
  const cause = channel.health.state === "ok" ? null : channel.health.cause;
  const alone = by === "us" || isBelieved(channel);
  return (
    <Banner tone="warning">
      <p>
        {channel.address_changed
          ? t("register.changed", { name: kind.label })
          : by === "us"
            ? t("register.failed", { name: kind.label })
            : t("register.unknown", { name: kind.label })}{" "}
        {by === "hand" && t("register.byHand")}
      </p>
      {by === "us" && cause !== null && (
        <p className="mt-1">
          <SaidText said={{ ...channel.health, sentence: cause }} />
        </p>
      )}
      {alone && (
        <div className="py-1.5">
          <RegisterButton
            channel={channel}
            kind={kind}
            label={by === "us" ? t("register.tell", { name: kind.label }) : t("register.entered")}
          />
        </div>
      )}
    </Banner>
  );
}
