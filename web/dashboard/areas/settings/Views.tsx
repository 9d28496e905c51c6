import { Filter } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ViewDto } from "../../../../src/wire/desk.js";
import { useCan, useWorkspace } from "../../api/session.js";
import { Badge } from "../../components/ui/Badge.js";
import { Button, buttonLook } from "../../components/ui/Button.js";
import { Switch } from "../../components/ui/choices.js";
import { Field } from "../../components/ui/Field.js";
import { Input } from "../../components/ui/Input.js";
import { ProblemNote } from "../../components/ui/ProblemNote.js";
import { Select } from "../../components/ui/Select.js";
import { useForm } from "../../components/ui/useForm.js";
import { CrudPage, type EditorProps } from "./Crud.js";
import { useWrite } from "./data.js";

const sorts = ["newest", "oldest", "waiting", "priority"] as const;

function ViewEditor({ item, onDone }: EditorProps<ViewDto>) {
  const { t } = useTranslation("settings");
  const write = useWrite();
  const [name, setName] = useState(item?.name ?? "");
  const [shared, setShared] = useState(item?.shared ?? false);
  const [sort, setSort] = useState<ViewDto["sort"]>(item?.sort ?? "newest");
  const form = useForm({
    check: () => ({ name: name.trim() === "" ? t("check.name") : undefined }),
    run: async () => {
      await write("PATCH", `/views/${item?.id ?? ""}`, { name: name.trim(), shared, sort }, ["/views"]);
      onDone();
    },
  });
  return (
    <form noValidate onSubmit={form.submit} className="flex flex-col gap-4 pt-1">
      <ProblemNote error={form.problem} />
      <Field label={t("views.name")} error={form.errors.name}>
        <Input dir="auto" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
      <Field label={t("views.sort")}>
        <Select
          value={sort}
          onChange={setSort}
          options={sorts.map((one) => ({ value: one, label: t(`sort.${one}`) }))}
        />
      </Field>
      <Switch checked={shared} onChange={setShared} label={t("views.shared")} hint={t("views.sharedHint")} />
      <Button type="submit" variant="primary" busy={form.busy} className="self-end">
        {t("action.save")}
      </Button>
    </form>
  );
}

/** Views of the inbox that were saved: named, shared or removed here, made in the inbox. */
export function ViewsPage() {
  const { t } = useTranslation("settings");
  const { id, memberId } = useWorkspace();
  const can = useCan();
  return (
    <CrudPage<ViewDto>
      title={t("section.views")}
      lead={t("views.lead")}
      path="/views"
      icon={Filter}
      editTitle={t("views.edit")}
      empty={t("views.empty")}
      emptyAction={
        <Link to={`/w/${id}/inbox`} className={buttonLook({ variant: "primary" })}>
          {t("views.toInbox")}
        </Link>
      }
      removal={t("views.removal")}
      nameOf={({ name }) => name}
      mayChange={(view) =>
        can("conversations:write") && (view.created_by === memberId || view.shared || can("workspace:manage"))
      }
      Editor={ViewEditor}
      row={(view) => (
        <div>
          <div className="flex flex-wrap items-center gap-2">
            <span dir="auto" className="font-medium [overflow-wrap:anywhere]">
              {view.name}
            </span>
            {!view.shared && <Badge>{t("state.onlyMe")}</Badge>}
          </div>
          <div className="text-meta text-text-3">
            {t("views.filters", { count: Object.keys(view.filters).length })} · {t(`sort.${view.sort}`)}
          </div>
        </div>
      )}
    />
  );
}
