import { Zap } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { MacroAction, MacroDto } from "../../../../src/wire/desk.js";
import { useCan, useWorkspace } from "../../api/session.js";
import { Badge } from "../../components/ui/Badge.js";
import { Button } from "../../components/ui/Button.js";
import { Switch } from "../../components/ui/choices.js";
import { Field } from "../../components/ui/Field.js";
import { Input } from "../../components/ui/Input.js";
import { ProblemNote } from "../../components/ui/ProblemNote.js";
import { useForm } from "../../components/ui/useForm.js";
import { CrudPage, type EditorProps } from "./Crud.js";
import { useWrite } from "./data.js";
import { actionOf, MacroActions } from "./MacroActions.js";

/** A text that is empty, or labels that are none, would do nothing. */
const idle = (action: MacroAction) =>
  ((action.kind === "reply" || action.kind === "note") && action.text.trim() === "") ||
  (action.kind === "labels" && action.add.length + action.remove.length === 0);

function MacroEditor({ item, onDone }: EditorProps<MacroDto>) {
  const { t } = useTranslation("settings");
  const write = useWrite();
  const [name, setName] = useState(item?.name ?? "");
  const [shared, setShared] = useState(item?.shared ?? true);
  const [actions, setActions] = useState<readonly MacroAction[]>(item?.actions ?? [actionOf("reply")]);
  const form = useForm({
    check: () => ({
      name: name.trim() === "" ? t("check.name") : undefined,
      actions: actions.length === 0 ? t("macros.noActions") : actions.some(idle) ? t("macros.idle") : undefined,
    }),
    run: async () => {
      const body = { name: name.trim(), shared, actions };
      await (item
        ? write("PATCH", `/macros/${item.id}`, body, ["/macros"])
        : write("POST", "/macros", body, ["/macros"]));
      onDone();
    },
  });
  return (
    <form noValidate onSubmit={form.submit} className="flex flex-col gap-5 pt-1">
      <ProblemNote error={form.problem} />
      <Field label={t("macros.name")} error={form.errors.name}>
        <Input dir="auto" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
      <MacroActions actions={actions} onChange={setActions} />
      {form.errors.actions && (
        <p role="alert" className="text-meta text-danger">
          {form.errors.actions}
        </p>
      )}
      <Switch checked={shared} onChange={setShared} label={t("macros.shared")} hint={t("macros.sharedHint")} />
      <Button type="submit" variant="primary" busy={form.busy} className="self-end">
        {t("action.save")}
      </Button>
    </form>
  );
}

/** Several actions on a conversation, done by one press. */
export function MacrosPage() {
  const { t } = useTranslation("settings");
  const can = useCan();
  const { memberId } = useWorkspace();
  return (
    <CrudPage<MacroDto>
      wide
      title={t("section.macros")}
      lead={t("macros.lead")}
      path="/macros"
      icon={Zap}
      add={t("macros.add")}
      editTitle={t("macros.edit")}
      empty={t("macros.empty")}
      removal={t("macros.removal")}
      nameOf={({ name }) => name}
      mayChange={(macro) => macro.shared || macro.created_by === memberId || can("workspace:manage")}
      Editor={MacroEditor}
      row={(macro) => (
        <div>
          <div className="flex flex-wrap items-center gap-2">
            <span dir="auto" className="font-medium [overflow-wrap:anywhere]">
              {macro.name}
            </span>
            {!macro.shared && <Badge>{t("state.onlyMe")}</Badge>}
          </div>
          <div className="text-meta text-text-3">
            {macro.actions.map(({ kind }) => t(`macros.kind.${kind}`)).join(" → ")}
          </div>
        </div>
      )}
    />
  );
}
