import { Download, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import type { recoveryCodes, twoFactorStart } from "../../../../src/wire/identity.js";
import { call } from "../../api/client.js";
import { queryClient } from "../../api/queryClient.js";
import { meQuery, useMe } from "../../api/session.js";
import { Badge } from "../../components/ui/Badge.js";
import { Button } from "../../components/ui/Button.js";
import { Code, CopyField } from "../../components/ui/Copy.js";
import { Dialog } from "../../components/ui/Dialog.js";
import { Field } from "../../components/ui/Field.js";
import { Input, PasswordInput } from "../../components/ui/Input.js";
import { Card } from "../../components/ui/layout.js";
import { ProblemNote } from "../../components/ui/ProblemNote.js";
import { useForm } from "../../components/ui/useForm.js";
import { saveFile } from "./files.js";
import { Setting } from "./parts.js";

type Start = z.infer<typeof twoFactorStart>;
type Codes = z.infer<typeof recoveryCodes>["recovery_codes"];

/** Codes that are shown once: copied or kept as a file before one goes on. */
export function RecoveryCodes({ codes, onDone }: { codes: Codes; onDone: () => void }) {
  const { t } = useTranslation("settings");
  return (
    <div className="flex flex-col gap-4">
      <p>{t("twoFactor.codesText")}</p>
      <Code>{codes.join("\n")}</Code>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={() => saveFile("switchboard-recovery-codes.txt", codes.join("\n") + "\n", "text/plain")}>
          <Download aria-hidden="true" />
          {t("action.download")}
        </Button>
        <Button variant="primary" onClick={onDone}>
          {t("twoFactor.kept")}
        </Button>
      </div>
    </div>
  );
}

function PasswordStep({ run, submit }: { run: (password: string | undefined) => Promise<void>; submit: string }) {
  const { t } = useTranslation("settings");
  const me = useMe();
  const [password, setPassword] = useState("");
  const form = useForm({
    check: () => ({ password: me.has_password && password === "" ? t("check.password") : undefined }),
    run: () => run(me.has_password ? password : undefined),
  });
  return (
    <form noValidate onSubmit={form.submit} className="flex flex-col gap-4">
      <ProblemNote
        error={form.problem}
        sentence={form.problem?.reason === "wrong_password" ? t("security.wrongPassword") : undefined}
      />
      {me.has_password && (
        <Field label={t("security.password")} error={form.errors.password}>
          <PasswordInput
            autoComplete="current-password"
            autoFocus
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </Field>
      )}
      <Button type="submit" variant="primary" busy={form.busy} className="self-end">
        {submit}
      </Button>
    </form>
  );
}

function CodeStep({ start, onDone }: { start: Start; onDone: (codes: Codes) => void }) {
  const { t } = useTranslation("settings");
  const [code, setCode] = useState("");
  const digits = code.replace(/\s/g, "");
  const form = useForm({
    check: () => ({ code: /^\d{6}$/.test(digits) ? undefined : t("check.code") }),
    run: async () => {
      const answer = await call<z.infer<typeof recoveryCodes>>("/me/two-factor/confirm", {
        method: "POST",
        body: { code: digits },
      });
      onDone(answer.recovery_codes);
    },
  });
  return (
    <form noValidate onSubmit={form.submit} className="flex flex-col gap-4">
      <p>{t("twoFactor.scan")}</p>
      <div className="flex flex-wrap items-start gap-5">
        <img
          src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(start.qr_svg)}`}
          alt={t("twoFactor.qr")}
          className="size-44 rounded-card border bg-[#fff] p-2"
        />
        <div className="min-w-52 flex-1">
          <Field label={t("twoFactor.code")} error={form.errors.code}>
            <Input
              inputMode="numeric"
              autoComplete="one-time-code"
              dir="ltr"
              autoFocus
              className="font-mono tracking-wider"
              value={code}
              onChange={(event) => setCode(event.target.value)}
            />
          </Field>
        </div>
      </div>
      <Field label={t("twoFactor.secret")} hint={t("twoFactor.secretHint")}>
        <CopyField value={start.secret} />
      </Field>
      <ProblemNote error={form.problem} />
      <Button type="submit" variant="primary" busy={form.busy} className="self-end">
        {t("twoFactor.turnOn")}
      </Button>
    </form>
  );
}

/** Turning it on: one's password, the secret and a code of it, the recovery codes. */
export function Enrolment({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation("settings");
  const [start, setStart] = useState<Start>();
  const [codes, setCodes] = useState<Codes>();
  if (codes) return <RecoveryCodes codes={codes} onDone={onDone} />;
  if (start) return <CodeStep start={start} onDone={setCodes} />;
  return (
    <PasswordStep
      submit={t("action.continue")}
      run={async (password) => setStart(await call<Start>("/me/two-factor", { method: "POST", body: { password } }))}
    />
  );
}

function TurnOff({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation("settings");
  const me = useMe();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const form = useForm({
    check: () => ({
      password: me.has_password && password === "" ? t("check.password") : undefined,
      code: code.replace(/\s/g, "").length < 6 ? t("check.code") : undefined,
    }),
    run: async () => {
      await call("/me/two-factor", {
        method: "DELETE",
        body: { code: code.trim(), ...(me.has_password ? { password } : {}) },
      });
      onDone();
    },
  });
  return (
    <form noValidate onSubmit={form.submit} className="flex flex-col gap-4">
      <ProblemNote error={form.problem} />
      {me.has_password && (
        <Field label={t("security.password")} error={form.errors.password}>
          <PasswordInput
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </Field>
      )}
      <Field label={t("twoFactor.codeOrRecovery")} error={form.errors.code}>
        <Input
          autoComplete="one-time-code"
          dir="ltr"
          className="font-mono tracking-wider"
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
      </Field>
      <Button type="submit" variant="danger" busy={form.busy} className="self-end">
        {t("twoFactor.turnOff")}
      </Button>
    </form>
  );
}

type Step = "on" | "off" | "codes";

/** Whether a second factor is asked for, and what can be done about it. */
export function TwoFactorCard() {
  const { t } = useTranslation("settings");
  const me = useMe();
  const [step, setStep] = useState<Step>();
  const [codes, setCodes] = useState<Codes>();
  const close = () => {
    setStep(undefined);
    setCodes(undefined);
    void queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
  };
  const titles = { on: t("twoFactor.turnOn"), off: t("twoFactor.turnOff"), codes: t("twoFactor.newCodes") };
  const texts = { on: undefined, off: t("twoFactor.offText"), codes: codes ? undefined : t("twoFactor.newCodesText") };
  return (
    <Card title={t("twoFactor.title")}>
      <Setting
        label={me.two_factor ? t("twoFactor.isOn") : t("twoFactor.isOff")}
        hint={me.two_factor ? t("twoFactor.onHint") : t("twoFactor.offHint")}
      >
        <div className="flex flex-wrap gap-2">
          {me.two_factor ? (
            <>
              <Badge tone="success" dot>
                {t("state.on")}
              </Badge>
              <Button size="sm" onClick={() => setStep("codes")}>
                {t("twoFactor.newCodes")}
              </Button>
              <Button size="sm" onClick={() => setStep("off")}>
                {t("twoFactor.turnOff")}
              </Button>
            </>
          ) : (
            <Button variant="primary" onClick={() => setStep("on")}>
              <ShieldCheck aria-hidden="true" />
              {t("twoFactor.turnOn")}
            </Button>
          )}
        </div>
      </Setting>
      <Dialog
        open={step !== undefined}
        onOpenChange={(open) => {
          if (!open) close();
        }}
        title={step ? titles[step] : ""}
        description={step && texts[step]}
      >
        {step === "on" && <Enrolment onDone={close} />}
        {step === "off" && <TurnOff onDone={close} />}
        {step === "codes" &&
          (codes ? (
            <RecoveryCodes codes={codes} onDone={close} />
          ) : (
            <PasswordStep
              submit={t("twoFactor.newCodes")}
              run={async (password) => {
                const answer = await call<{ recovery_codes: string[] }>("/me/two-factor/recovery-codes", {
                  method: "POST",
                  body: { password },
                });
                setCodes(answer.recovery_codes);
              }}
            />
          ))}
      </Dialog>
    </Card>
  );
}
