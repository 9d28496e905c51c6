import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { queryClient } from "../../api/queryClient.js";
import { meQuery, useMe, useWorkspace } from "../../api/session.js";
import { readable } from "../../app/brand.js";
import { NewWorkspaceButton } from "../../app/NewWorkspace.js";
import { Button } from "../../components/ui/Button.js";
import { Switch } from "../../components/ui/choices.js";
import { ConfirmDialog } from "../../components/ui/Dialog.js";
import { Field } from "../../components/ui/Field.js";
import { Input } from "../../components/ui/Input.js";
import { Card } from "../../components/ui/layout.js";
import { ProblemNote } from "../../components/ui/ProblemNote.js";
import { toast } from "../../components/ui/toast.js";
import { useForm } from "../../components/ui/useForm.js";
import { useRows, useWrite, type Member } from "./data.js";
import { SettingsPage, Setting } from "./parts.js";

const suggestions = ["#0b7268", "#1d5fd1", "#6b3fa0", "#b42318", "#a15c00", "#1b7a3a", "#16191d"];
const isColor = (text: string) => /^#[0-9a-f]{6}$/.test(text);

/** How the colour looks where it is used, in light and in dark; the shade is moved until it can be read. */
function ColorPreview({ color }: { color: string }) {
  const { t } = useTranslation("settings");
  return (
    <div className="flex gap-2">
      {(["#ffffff", "#0f1214"] as const).map((ground) => {
        const shade = readable(color, ground);
        return (
          <div
            key={ground}
            className="flex flex-1 items-center justify-between gap-2 rounded-control border px-3 py-2"
            style={{ background: ground, color: shade }}
          >
            <span className="font-medium">{t("workspace.sample")}</span>
            <code dir="ltr" className="font-mono text-meta">
              {shade}
            </code>
          </div>
        );
      })}
    </div>
  );
}

function NameAndColor() {
  const { t } = useTranslation("settings");
  const workspace = useWorkspace();
  const write = useWrite();
  const [name, setName] = useState(workspace.name);
  const [color, setColor] = useState(workspace.brand_color ?? "");
  const form = useForm({
    check: () => ({
      name: name.trim() === "" ? t("check.name") : undefined,
      brand_color: color === "" || isColor(color) ? undefined : t("check.color"),
    }),
    run: async () => {
      await write("PATCH", "/workspace", { name: name.trim(), brand_color: color === "" ? null : color });
      await queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
      toast.done(t("state.saved"));
    },
  });
  return (
    <form noValidate onSubmit={form.submit} className="flex flex-col gap-5">
      <ProblemNote error={form.problem} />
      <Field label={t("workspace.name")} error={form.errors.name} className="max-w-96">
        <Input dir="auto" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
      <Field label={t("workspace.color")} hint={t("workspace.colorHint")} error={form.errors.brand_color}>
        <div className="flex flex-wrap items-center gap-2">
          <Input
            dir="ltr"
            className="w-28 font-mono"
            placeholder="#0b7268"
            maxLength={7}
            value={color}
            onChange={(event) => setColor(event.target.value.trim().toLowerCase())}
          />
          <input
            type="color"
            aria-label={t("workspace.pick")}
            value={isColor(color) ? color : "#0b7268"}
            onChange={(event) => setColor(event.target.value)}
            className="h-9 w-11 rounded-control border border-control bg-bg p-1"
          />
          {suggestions.map((one) => (
            <button
              key={one}
              type="button"
              aria-label={one}
              aria-pressed={color === one}
              onClick={() => setColor(one)}
              className="size-7 rounded-full border border-control aria-pressed:outline-2 aria-pressed:outline-offset-2 aria-pressed:outline-focus"
              style={{ background: one }}
            />
          ))}
          {color !== "" && (
            <Button size="sm" variant="ghost" onClick={() => setColor("")}>
              {t("workspace.noColor")}
            </Button>
          )}
        </div>
      </Field>
      {isColor(color) && <ColorPreview color={color} />}
      <Button type="submit" variant="primary" busy={form.busy} className="self-start">
        {t("action.save")}
      </Button>
    </form>
  );
}

function EnforceTwoFactor() {
  const { t } = useTranslation("settings");
  const workspace = useWorkspace();
  const me = useMe();
  const write = useWrite();
  const members = useRows<Member>("/members");
  const [asking, setAsking] = useState(false);
  const without = members.data?.filter((one) => one.active && one.user_id !== null && one.two_factor === false).length;
  const set = async (required: boolean) => {
    await write("PATCH", "/workspace", { two_factor_required: required });
    await queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
  };
  return (
    <div className="flex flex-col gap-3">
      <Switch
        checked={workspace.two_factor_required}
        disabled={!me.two_factor && !workspace.two_factor_required}
        onChange={(next) => (next ? setAsking(true) : void set(false).catch(toast.failed))}
        label={t("workspace.enforce")}
        hint={t("workspace.enforceHint")}
      />
      {!me.two_factor && !workspace.two_factor_required && (
        <p className="text-meta text-text-2">
          {t("workspace.enforceFirst")}{" "}
          <Link className="link" to={`/w/${workspace.id}/settings/security`}>
            {t("section.security")}
          </Link>
        </p>
      )}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("workspace.enforce")}
        description={
          without === undefined ? t("workspace.enforceText") : t("workspace.enforceCount", { count: without })
        }
        confirm={t("workspace.enforceYes")}
        danger={false}
        onConfirm={() => set(true)}
      />
    </div>
  );
}

/** Name, colour and what holds for everybody of the workspace. */
export function WorkspacePage() {
  const { t } = useTranslation("settings");
  const { id } = useWorkspace();
  return (
    <SettingsPage title={t("section.workspace")} lead={t("workspace.lead")}>
      <Card>
        <NameAndColor key={id} />
      </Card>
      <Card title={t("section.security")}>
        <EnforceTwoFactor />
      </Card>
      <Card title={t("workspace.more")}>
        <div className="flex flex-col gap-5">
          <Setting label={t("workspace.another")} hint={t("workspace.anotherHint")}>
            <NewWorkspaceButton variant="secondary" />
          </Setting>
          <Setting label={t("workspace.id")} hint={t("workspace.idHint")}>
            <code className="font-mono text-meta select-all">{id}</code>
          </Setting>
        </div>
      </Card>
    </SettingsPage>
  );
}
