import { ArrowDown, ArrowUp, Plus, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { MacroAction } from "../../../../src/wire/desk.js";
import { Button, IconButton } from "../../components/ui/Button.js";
import { Combobox } from "../../components/ui/Combobox.js";
import { Input, Textarea } from "../../components/ui/Input.js";
import { Menu } from "../../components/ui/Menu.js";
import { Select } from "../../components/ui/Select.js";
import { useRows, type Label, type Member, type Team } from "./data.js";

type Kind = MacroAction["kind"];
const kinds: readonly Kind[] = ["reply", "note", "assign", "team", "labels", "priority", "status"];
const most = 20;
const nobody = "none";

/** A new action, as it begins. */
export function actionOf(kind: Kind): MacroAction {
  switch (kind) {
    case "reply":
    case "note":
      return { kind, text: "" };
    case "assign":
      return { kind, assignee_id: "me" };
    case "team":
      return { kind, team_id: null };
    case "labels":
      return { kind, add: [], remove: [] };
    case "priority":
      return { kind, priority: "high" };
    case "status":
      return { kind, status: "resolved" };
  }
}

interface FieldsProps<A extends MacroAction> {
  action: A;
  onChange: (action: MacroAction) => void;
}
type Of<K extends Kind> = Extract<MacroAction, { kind: K }>;

function LabelFields({ action, onChange }: FieldsProps<Of<"labels">>) {
  const { t } = useTranslation("settings");
  const labels = useRows<Label>("/labels");
  const options = (labels.data ?? []).map(({ id, name, color }) => ({
    value: id,
    label: name,
    icon: <span className="size-2.5 rounded-full" style={{ background: color }} />,
  }));
  return (
    <div className="grid gap-2 sm:grid-cols-2">
      <Combobox
        multiple
        label={t("macros.addLabels")}
        placeholder={t("macros.addLabels")}
        value={action.add}
        onChange={(add) => onChange({ ...action, add })}
        options={options}
      />
      <Combobox
        multiple
        label={t("macros.removeLabels")}
        placeholder={t("macros.removeLabels")}
        value={action.remove}
        onChange={(remove) => onChange({ ...action, remove })}
        options={options}
      />
    </div>
  );
}

function AssignFields({ action, onChange }: FieldsProps<Of<"assign">>) {
  const { t } = useTranslation("settings");
  const members = useRows<Member>("/members");
  return (
    <Select
      label={t("macros.kind.assign")}
      value={action.assignee_id ?? nobody}
      onChange={(id) => onChange({ ...action, assignee_id: id === nobody ? null : id })}
      options={[
        { value: "me", label: t("macros.whoRuns") },
        { value: nobody, label: t("macros.nobody") },
        ...(members.data ?? []).filter(({ active }) => active).map(({ id, name }) => ({ value: id, label: name })),
      ]}
    />
  );
}

function TeamFields({ action, onChange }: FieldsProps<Of<"team">>) {
  const { t } = useTranslation("settings");
  const teams = useRows<Team>("/teams");
  return (
    <Select
      label={t("macros.kind.team")}
      value={action.team_id ?? nobody}
      onChange={(id) => onChange({ ...action, team_id: id === nobody ? null : id })}
      options={[
        { value: nobody, label: t("macros.noTeam") },
        ...(teams.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
      ]}
    />
  );
}

function StatusFields({ action, onChange }: FieldsProps<Of<"status">>) {
  const { t } = useTranslation("settings");
  return (
    <div className="grid gap-2 sm:grid-cols-2">
      <Select
        label={t("macros.kind.status")}
        value={action.status}
        onChange={(status) =>
          onChange(status === "snoozed" ? { kind: "status", status, snooze_minutes: 60 } : { kind: "status", status })
        }
        options={(["open", "resolved", "snoozed", "pending"] as const).map((one) => ({
          value: one,
          label: t(`status.${one}`),
        }))}
      />
      {action.status === "snoozed" && (
        <label className="flex items-center gap-2">
          <span className="shrink-0 text-text-2">{t("macros.minutes")}</span>
          <Input
            type="number"
            min={1}
            max={527_040}
            value={action.snooze_minutes ?? 60}
            onChange={(event) =>
              onChange({ ...action, snooze_minutes: Math.max(1, Math.round(Number(event.target.value) || 1)) })
            }
          />
        </label>
      )}
    </div>
  );
}

function Fields({ action, onChange }: FieldsProps<MacroAction>) {
  const { t } = useTranslation("settings");
  switch (action.kind) {
    case "reply":
    case "note":
      return (
        <Textarea
          dir="auto"
          rows={2}
          maxLength={20_000}
          aria-label={t(`macros.kind.${action.kind}`)}
          placeholder={t("macros.textHint")}
          value={action.text}
          onChange={(event) => onChange({ ...action, text: event.target.value })}
        />
      );
    case "assign":
      return <AssignFields action={action} onChange={onChange} />;
    case "team":
      return <TeamFields action={action} onChange={onChange} />;
    case "labels":
      return <LabelFields action={action} onChange={onChange} />;
    case "status":
      return <StatusFields action={action} onChange={onChange} />;
    case "priority":
      return (
        <Select
          label={t("macros.kind.priority")}
          value={action.priority}
          onChange={(priority) => onChange({ ...action, priority })}
          options={(["urgent", "high", "medium", "low", "none"] as const).map((one) => ({
            value: one,
            label: t(`priority.${one}`),
          }))}
        />
      );
  }
}

/** The actions of a macro in their order; buttons move them, so that nothing has to be dragged. */
export function MacroActions({
  actions,
  onChange,
}: {
  actions: readonly MacroAction[];
  onChange: (actions: readonly MacroAction[]) => void;
}) {
  const { t } = useTranslation("settings");
  const move = (from: number, to: number) => {
    const next = [...actions];
    const [one] = next.splice(from, 1);
    if (one) next.splice(to, 0, one);
    onChange(next);
  };
  return (
    <div className="flex flex-col gap-3">
      <div className="font-medium">{t("macros.actions")}</div>
      <ol className="flex flex-col gap-2">
        {actions.map((action, index) => (
          <li key={index} className="flex flex-col gap-2 rounded-card border p-3">
            <div className="flex items-center gap-1">
              <span className="tabular me-1 text-meta text-text-3">{index + 1}.</span>
              <span className="flex-1 font-medium">{t(`macros.kind.${action.kind}`)}</span>
              <IconButton
                size="sm"
                label={t("macros.up")}
                icon={<ArrowUp aria-hidden="true" />}
                disabled={index === 0}
                onClick={() => move(index, index - 1)}
              />
              <IconButton
                size="sm"
                label={t("macros.down")}
                icon={<ArrowDown aria-hidden="true" />}
                disabled={index === actions.length - 1}
                onClick={() => move(index, index + 1)}
              />
              <IconButton
                size="sm"
                label={t("macros.remove")}
                icon={<X aria-hidden="true" />}
                onClick={() => onChange(actions.filter((_, at) => at !== index))}
              />
            </div>
            <Fields
              action={action}
              onChange={(next) => onChange(actions.map((one, at) => (at === index ? next : one)))}
            />
          </li>
        ))}
      </ol>
      {actions.length < most && (
        <Menu
          sections={[
            {
              items: kinds.map((kind) => ({
                label: t(`macros.kind.${kind}`),
                onSelect: () => onChange([...actions, actionOf(kind)]),
              })),
            },
          ]}
          trigger={
            <Button className="self-start">
              <Plus aria-hidden="true" />
              {t("macros.addAction")}
            </Button>
          }
        />
      )}
    </div>
  );
}
