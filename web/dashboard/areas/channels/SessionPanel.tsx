import { CircleAlert, CircleCheck, QrCode } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Button, buttonLook } from "../../components/ui/Button.js";
import { ProgressRing } from "../../components/ui/Copy.js";
import { cx } from "../../components/ui/cx.js";
import { Field } from "../../components/ui/Field.js";
import { Input } from "../../components/ui/Input.js";
import { Skeleton, Spinner } from "../../components/ui/Spinner.js";
import { ErrorState } from "../../components/ui/states.js";
import { toast } from "../../components/ui/toast.js";
import { usePaths } from "./paths.js";
import { useChannelActions, useSession, type ChannelDetail, type Kind, type Session } from "./queries.js";
import { useKindTexts } from "./texts.js";

const road = ["starting", "scan", "authenticating", "syncing", "ready"] as const;
/** WhatsApp replaces a QR code about so often. */
const qrSeconds = 20;

/** The code as an image: an SVG in an <img> runs no scripts and loads nothing. */
function Qr({ svg }: { svg: string }) {
  const { t } = useTranslation("channels");
  const [shownAt, setShownAt] = useState({ svg, at: Date.now() });
  const [now, setNow] = useState(() => Date.now());
  if (shownAt.svg !== svg) setShownAt({ svg, at: Date.now() });
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const left = Math.max(0, qrSeconds - (now - shownAt.at) / 1_000);
  return (
    <div className="flex flex-wrap items-center gap-5">
      <img
        src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`}
        alt={t("session.qr")}
        width={240}
        height={240}
        // A code must be dark on light to be read by phones, in every theme.
        style={{ background: "#ffffff" }}
        className="rounded-card border p-3"
      />
      <div className="flex items-center gap-2 text-text-2">
        <ProgressRing value={left / qrSeconds} label={t("session.refresh")} size={28} />
        <span className="max-w-40">{t("session.refresh")}</span>
      </div>
    </div>
  );
}

function PhoneForm({ id, number }: { id: string; number: string }) {
  const { t } = useTranslation("channels");
  const { pairByPhone } = useChannelActions();
  const [phone, setPhone] = useState(number);
  return (
    <form
      className="flex flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (phone.trim()) pairByPhone.mutate({ id, phone }, { onError: toast.failed });
      }}
    >
      <Field label={t("session.phone")} hint={t("session.phoneHint")} className="min-w-60 flex-1">
        <Input
          type="tel"
          dir="ltr"
          value={phone}
          autoComplete="tel"
          onChange={(event) => setPhone(event.target.value)}
        />
      </Field>
      <Button type="submit" busy={pairByPhone.isPending} className="mb-5.5">
        {t("session.askCode")}
      </Button>
    </form>
  );
}

function Road({ state }: { state: Session["state"] }) {
  const { t } = useTranslation("channels");
  const at = road.findIndex((one) => one === state);
  return (
    <ol className="flex flex-wrap gap-x-4 gap-y-1 text-meta">
      {road.map((one, index) => (
        <li
          key={one}
          aria-current={index === at ? "step" : undefined}
          className={cx(index === at ? "font-semibold text-text" : index < at ? "text-success" : "text-text-3")}
        >
          {t(`sessionState.${one}`)}
        </li>
      ))}
    </ol>
  );
}

/** How a number is being linked: each state as it comes, and what to do in it. */
export function SessionPanel({ channel, kind }: { channel: ChannelDetail; kind: Kind }) {
  const { id } = channel;
  const { t } = useTranslation("channels");
  const words = useKindTexts();
  const { data, error, refetch } = useSession(id);
  const { restart, change } = useChannelActions();
  const paths = usePaths();
  const [chosen, setByPhone] = useState<boolean>();
  if (error && !data) return <ErrorState inline error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton className="h-64 rounded-card" />;
  // After a reload the code itself shows how the number is being linked.
  const byPhone = chosen ?? data.pairing_code !== null;
  const bad = data.state === "lost" || data.state === "banned";
  const working = ["starting", "authenticating", "syncing"].includes(data.state);
  const number = channel.provider_ref ? `+${channel.provider_ref}` : "";
  const [before, after] = t("session.which", { number: "\n" }).split("\n");
  const again = (pairing?: "qr" | "phone") =>
    restart.mutate({ id, ...(pairing ? { pairing } : {}) }, { onError: toast.failed });
  return (
    <div className="flex flex-col gap-4">
      {!bad && data.state !== "off" && <Road state={data.state} />}
      <div
        role="status"
        className={cx(
          "flex items-center gap-3 rounded-card p-4",
          data.state === "ready" ? "bg-success-soft text-success" : bad ? "bg-danger-soft text-danger" : "bg-surface-1",
        )}
      >
        {working && <Spinner />}
        {data.state === "ready" && <CircleCheck className="size-5 shrink-0" aria-hidden="true" />}
        {bad && <CircleAlert className="size-5 shrink-0" aria-hidden="true" />}
        <div>
          <p className="font-medium">
            {t(`sessionState.${data.state}`)}
            {data.state === "syncing" && data.percent !== null && <span className="tabular"> {data.percent} %</span>}
          </p>
          <p>
            <bdi>{t(`sessionSentence.${data.state}`)}</bdi>
          </p>
        </div>
      </div>
      {data.state === "scan" && (
        <>
          {number !== "" && (
            <p>
              {before}
              <bdi dir="ltr" className="font-medium">
                {number}
              </bdi>
              {after}
            </p>
          )}
          {data.qr_svg && !byPhone && <Qr svg={data.qr_svg} />}
          {data.pairing_code === null && !byPhone && !data.qr_svg && (
            <p role="status" className="flex items-center gap-2 text-text-2">
              <Spinner />
              {t("session.codeComing")}
            </p>
          )}
          {data.pairing_code && (
            <p className="flex flex-col gap-1">
              <span className="text-text-2">{t("session.code")}</span>
              <output className="self-start font-mono text-figure tracking-[0.2em] select-all" dir="ltr">
                {data.pairing_code}
              </output>
            </p>
          )}
          <ol className="list-decimal space-y-1 ps-5 text-text-2">
            {kind.steps.map((step) => (
              <li key={step.n}>{words(step.key, step.text)}</li>
            ))}
          </ol>
          {byPhone && <PhoneForm id={id} number={number} />}
          <div>
            <Button
              size="sm"
              variant="ghost"
              onClick={() => {
                setByPhone(!byPhone);
                if (byPhone) again("qr");
              }}
            >
              {byPhone && <QrCode aria-hidden="true" />}
              {byPhone ? t("session.useQr") : t("session.usePhone")}
            </Button>
          </div>
        </>
      )}
      {bad && (
        <div className="flex flex-wrap gap-2">
          <Button variant="primary" busy={restart.isPending} onClick={() => again()}>
            {t("session.again")}
          </Button>
          {data.state === "banned" && (
            <Link to={paths.pick} className={buttonLook()}>
              {t("session.another")}
            </Link>
          )}
        </div>
      )}
      {/* One that is off cannot be linked before it is on. */}
      {data.state === "off" && channel.connected && !channel.enabled && (
        <div>
          <Button
            variant="primary"
            busy={change.isPending}
            onClick={() => change.mutate({ id, enabled: true }, { onError: toast.failed })}
          >
            {t("danger.enable")}
          </Button>
        </div>
      )}
    </div>
  );
}
