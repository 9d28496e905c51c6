import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Button, buttonLook } from "../../../components/ui/Button.js";
import { ConfirmDialog } from "../../../components/ui/Dialog.js";
import { Field } from "../../../components/ui/Field.js";
import { Input } from "../../../components/ui/Input.js";
import { Card } from "../../../components/ui/layout.js";
import { Banner } from "../../../components/ui/states.js";
import { Time } from "../../../components/ui/Time.js";
import { toast } from "../../../components/ui/toast.js";
import { CredentialsForm } from "../CredentialsForm.js";
import { useFormValues } from "../formState.js";
import { HealthBadge } from "../Health.js";
import { usePaths } from "../paths.js";
import { useChannelActions, type ChannelDetail, type Kind, type TestResult } from "../queries.js";
import { AddressAlert } from "../Registration.js";
import { SaidText } from "../SaidText.js";
import { SessionPanel } from "../SessionPanel.js";
import { AddressFields, AddressWarning } from "../wizard/AddressStep.js";
import { ManualSteps } from "../wizard/RegisterStep.js";
import { hasSession } from "../wizard/steps.js";

interface Props {
  channel: ChannelDetail;
  kind: Kind;
}

function NameForm({ channel }: { channel: ChannelDetail }) {
  const { t } = useTranslation("channels");
  const { change } = useChannelActions();
  const [name, setName] = useState(channel.name);
  const same = name.trim() === "" || name.trim() === channel.name;
  return (
    <form
      className="flex items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (same) return;
        change.mutate(
          { id: channel.id, name: name.trim() },
          { onSuccess: () => toast.done(t("connection.renamed")), onError: toast.failed },
        );
      }}
    >
      <Field label={t("connection.name")} className="min-w-0 flex-1">
        <Input dir="auto" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
      <Button type="submit" disabled={same} busy={change.isPending}>
        {t("action.save")}
      </Button>
    </form>
  );
}

function TestNow({ channel }: { channel: ChannelDetail }) {
  const { t } = useTranslation("channels");
  const { test } = useChannelActions();
  const [result, setResult] = useState<TestResult>();
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="text-text-2">{t("connection.testText")}</p>
        <Button
          busy={test.isPending}
          onClick={() => test.mutate(channel.id, { onSuccess: setResult, onError: toast.failed })}
        >
          {t("form.test")}
        </Button>
      </div>
      {result && (
        <Banner tone={result.ok ? "success" : "danger"}>
          <SaidText said={result} words={result.words} />
        </Banner>
      )}
    </div>
  );
}

function Rotate({ channel, kind }: Props) {
  const { t } = useTranslation("channels");
  const { rotate } = useChannelActions();
  const [asking, setAsking] = useState(false);
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 border-t pt-4">
      <p className="max-w-xl text-text-2">{t("connection.rotateText")}</p>
      <Button onClick={() => setAsking(true)}>{t("connection.rotate")}</Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("connection.rotate")}
        description={t("connection.rotateAsk", { name: kind.label })}
        confirm={t("connection.rotate")}
        danger={false}
        onConfirm={async () => {
          await rotate.mutateAsync(channel.id).then(() => toast.done(t("connection.rotated")), toast.failed);
        }}
      />
    </div>
  );
}

function Address({ channel, kind }: Props) {
  const { t } = useTranslation("channels");
  const { set_by: by } = channel.callback;
  const [steps, setSteps] = useState(false);
  return (
    <Card title={t("connection.address")}>
      <div className="flex flex-col gap-4">
        <AddressAlert channel={channel} kind={kind} />
        <AddressWarning channel={channel} kind={kind} />
        <AddressFields channel={channel} />
        {by === "hand" && kind.steps.length > 0 && (
          <div>
            <Button size="sm" aria-expanded={steps} onClick={() => setSteps(!steps)}>
              {t("connection.showSteps")}
            </Button>
          </div>
        )}
        {steps && <ManualSteps channel={channel} kind={kind} />}
        {/* Only where the secret is ours can it be changed here. */}
        {channel.connected && kind.fields.some(({ generated, secret }) => generated && secret) && (
          <Rotate channel={channel} kind={kind} />
        )}
      </div>
    </Card>
  );
}

function Credentials({ channel, kind }: Props) {
  const { t } = useTranslation("channels");
  const form = useFormValues(channel, kind);
  const [open, setOpen] = useState(false);
  return (
    <Card
      title={t("connection.credentials")}
      actions={
        !open && (
          <Button size="sm" onClick={() => setOpen(true)}>
            {t("credentials.replace")}
          </Button>
        )
      }
    >
      {open ? (
        <CredentialsForm
          channel={channel}
          kind={kind}
          form={form}
          submit={t("credentials.save")}
          onSaved={() => {
            setOpen(false);
            toast.done(t("connection.saved"));
          }}
        />
      ) : (
        <div className="flex flex-col gap-4">
          <p className="text-text-2">{t("connection.hidden")}</p>
          <TestNow channel={channel} />
        </div>
      )}
    </Card>
  );
}

/** How an account is connected: its name, credentials, address, and how it has been doing. */
export function ConnectionTab({ channel, kind }: Props) {
  const { t } = useTranslation("channels");
  const paths = usePaths();
  if (!channel.connected) {
    return (
      <div className="flex max-w-3xl flex-col items-start gap-4">
        <p className="text-text-2">{t("connection.draft")}</p>
        <Link to={paths.wizard(channel.id)} className={buttonLook({ variant: "primary" })}>
          {t("action.finish")}
        </Link>
      </div>
    );
  }
  const linked = hasSession(kind);
  return (
    <div className="flex max-w-3xl flex-col gap-4">
      <Card>
        <NameForm key={channel.name} channel={channel} />
      </Card>
      {linked && (
        <Card title={t("connection.session")}>
          <SessionPanel channel={channel} kind={kind} />
        </Card>
      )}
      {!channel.simulated && <Credentials channel={channel} kind={kind} />}
      {channel.simulated && (
        <Card title={t("connection.credentials")}>
          <p className="text-text-2">{t("connection.simulated")}</p>
        </Card>
      )}
      {channel.callback.set_by !== "none" && <Address channel={channel} kind={kind} />}
      {channel.health_history.length > 0 && (
        <Card title={t("connection.history")} flush>
          <ol className="divide-y">
            {channel.health_history.toReversed().map((entry, index) => (
              <li key={index} className="flex flex-wrap items-baseline gap-x-3 gap-y-1 px-4 py-2.5">
                <HealthBadge state={entry.state} />
                <span className="min-w-40 flex-1">
                  {entry.cause && <SaidText said={{ ...entry, sentence: entry.cause }} />}
                </span>
                <Time at={entry.since} className="text-meta text-text-3" />
              </li>
            ))}
          </ol>
        </Card>
      )}
    </div>
  );
}
