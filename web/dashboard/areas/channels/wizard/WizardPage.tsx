import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useBlocker, useNavigate, useParams } from "react-router";
import { useTitle } from "../../../app/title.js";
import { ConfirmDialog } from "../../../components/ui/Dialog.js";
import { channelName } from "../../../components/ui/ChannelGlyph.js";
import { Page } from "../../../components/ui/layout.js";
import { PageSpinner } from "../../../components/ui/Spinner.js";
import { ErrorState } from "../../../components/ui/states.js";
import { BackTitle } from "../BackTitle.js";
import { useFormValues, type Form } from "../formState.js";
import { usePaths } from "../paths.js";
import { useChannel, useKinds, type ChannelDetail, type Kind } from "../queries.js";
import { AddressStep } from "./AddressStep.js";
import { CredentialsStep } from "./CredentialsStep.js";
import { LinkStep } from "./LinkStep.js";
import { ListenStep } from "./ListenStep.js";
import { Progress } from "./Progress.js";
import { RegisterStep } from "./RegisterStep.js";
import { RiskStep } from "./RiskStep.js";
import { RoundTripStep } from "./RoundTripStep.js";
import { resumeAt, stepsOf, type StepName } from "./steps.js";

/** What every step is given. */
export interface StepProps {
  channel: ChannelDetail;
  kind: Kind;
  form: Form;
  onNext: () => void;
}

const parts: Record<StepName, (props: StepProps) => React.ReactNode> = {
  risk: RiskStep,
  address: AddressStep,
  credentials: CredentialsStep,
  register: RegisterStep,
  link: LinkStep,
  listen: ListenStep,
  roundtrip: RoundTripStep,
};

/** Asks before a secret that was typed and not saved is left behind. */
function LeaveGuard({ dirty, base }: { dirty: boolean; base: string }) {
  const { t } = useTranslation("channels");
  const blocker = useBlocker(({ nextLocation }) => dirty && !nextLocation.pathname.startsWith(`${base}/`));
  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [dirty]);
  return (
    <ConfirmDialog
      open={blocker.state === "blocked"}
      onOpenChange={(open) => !open && blocker.state === "blocked" && blocker.reset()}
      title={t("leave.title")}
      description={t("leave.text")}
      confirm={t("leave.confirm")}
      danger={false}
      onConfirm={() => blocker.proceed?.()}
    />
  );
}

function Wizard({ channel, kind, step }: { channel: ChannelDetail; kind: Kind; step: StepName }) {
  const { t } = useTranslation("channels");
  const navigate = useNavigate();
  const paths = usePaths();
  const form = useFormValues(channel, kind);
  const steps = stepsOf(kind);
  const at = steps.indexOf(step);
  const Part = parts[step];
  return (
    <Page>
      <BackTitle
        to={at === 0 ? paths.pick : paths.wizard(channel.id, steps[at - 1])}
        back={at === 0 ? t("pick.title") : t(`step.${steps[at - 1]!}`)}
        title={t("wizard.title", { name: channelName(kind.kind) })}
      />
      <Progress
        steps={steps}
        at={at}
        hrefOf={(one) => paths.wizard(channel.id, one)}
        reached={reached(channel, steps)}
      />
      <section aria-labelledby="step" className="mt-6 max-w-2xl">
        <h2 id="step" className="mb-3 text-section font-semibold">
          {t(`step.${step}`)}
        </h2>
        <Part
          channel={channel}
          kind={kind}
          form={form}
          onNext={() => void navigate(paths.wizard(channel.id, steps[at + 1]))}
        />
      </section>
      <LeaveGuard dirty={form.dirty} base={paths.wizard(channel.id)} />
    </Page>
  );
}

/** How many steps may be opened: what comes after the credentials needs them. */
const reached = (channel: ChannelDetail, steps: readonly StepName[]): number =>
  channel.connected ? steps.length : steps.indexOf("credentials") + 1;

/** Connecting an account step by step. The address holds account and step: back, forward and reload all work. */
export function WizardPage() {
  const { t } = useTranslation("channels");
  const { channelId = "", step } = useParams();
  const paths = usePaths();
  const kinds = useKinds();
  const channel = useChannel(channelId, true);
  const kind = kinds.data?.find((one) => one.kind === channel.data?.kind);
  useTitle(kind ? t("wizard.title", { name: kind.label }) : t("pick.title"));
  const error = channel.error ?? kinds.error;
  if (error && (!channel.data || !kinds.data)) {
    return (
      <ErrorState
        error={error}
        onRetry={() => {
          void channel.refetch();
          void kinds.refetch();
        }}
      />
    );
  }
  if (!channel.data || !kind) return <PageSpinner />;
  const steps = stepsOf(kind);
  const known = steps.find((one) => one === step);
  if (!known || steps.indexOf(known) >= reached(channel.data, steps)) {
    return <Navigate to={paths.wizard(channelId, resumeAt(kind, channel.data))} replace />;
  }
  return <Wizard key={channelId} channel={channel.data} kind={kind} step={known} />;
}
