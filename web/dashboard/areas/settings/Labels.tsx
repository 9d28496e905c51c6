import { Tag } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Chip } from "../../components/ui/Badge.js";
import { Button } from "../../components/ui/Button.js";
import { Field } from "../../components/ui/Field.js";
import { Input } from "../../components/ui/Input.js";
import { ProblemNote } from "../../components/ui/ProblemNote.js";
import { useForm } from "../../components/ui/useForm.js";
import { CrudPage, type EditorProps } from "./Crud.js";
import { useWrite, type Label } from "./data.js";

const colors = [
  "#0b7268",
  "#1d5fd1",
  "#6b3fa0",
  "#b0307a",
  "#b42318",
  "#c2570c",
  "#a17a00",
  "#1b7a3a",
  "#626b77",
  "#16191d",
];

function LabelEditor({ item, onDone }: EditorProps<Label>) {
  const { t } = useTranslation("settings");
  const write = useWrite();
  const [name, setName] = useState(item?.name ?? "");
  const [color, setColor] = useState(item?.color ?? colors[0]!);
  const form = useForm({
    check: () => ({ name: name.trim() === "" ? t("check.name") : undefined }),
    run: async () => {
      const body = { name: name.trim(), color };
      await (item
        ? write("PATCH", `/labels/${item.id}`, body, ["/labels"])
        : write("POST", "/labels", body, ["/labels"]));
      onDone();
    },
  });
  return (
    <form noValidate onSubmit={form.submit} className="flex flex-col gap-4 pt-1">
      <ProblemNote error={form.problem} />
      <Field label={t("labels.name")} error={form.errors.name}>
        <Input dir="auto" maxLength={50} value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
      <fieldset>
        <legend className="mb-1.5 font-medium">{t("labels.color")}</legend>
        <div className="flex flex-wrap items-center gap-2.5">
          {colors.map((one) => (
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
          <input
            type="color"
            aria-label={t("labels.otherColor")}
            value={color}
            onChange={(event) => setColor(event.target.value)}
            className="h-8 w-11 rounded-control border border-control bg-bg p-1"
          />
        </div>
      </fieldset>
      <div className="flex items-center justify-between gap-3">
        <Chip color={color}>{name.trim() === "" ? t("labels.sample") : name}</Chip>
        <Button type="submit" variant="primary" busy={form.busy}>
          {t("action.save")}
        </Button>
      </div>
    </form>
  );
}

/** Labels of conversations. */
export function LabelsPage() {
  const { t } = useTranslation("settings");
  return (
    <CrudPage<Label>
      title={t("section.labels")}
      lead={t("labels.lead")}
      path="/labels"
      icon={Tag}
      add={t("labels.add")}
      editTitle={t("labels.edit")}
      empty={t("labels.empty")}
      removal={t("labels.removal")}
      nameOf={({ name }) => name}
      Editor={LabelEditor}
      row={({ name, color }) => (
        <div className="flex items-center gap-2.5">
          <span className="size-3 shrink-0 rounded-full" style={{ background: color }} aria-hidden="true" />
          <span dir="auto" className="min-w-0 font-medium [overflow-wrap:anywhere]">
            {name}
          </span>
        </div>
      )}
    />
  );
}
