import { UsersRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../components/ui/Avatar.js";
import { Button } from "../../components/ui/Button.js";
import { Combobox } from "../../components/ui/Combobox.js";
import { Field } from "../../components/ui/Field.js";
import { Input } from "../../components/ui/Input.js";
import { ProblemNote } from "../../components/ui/ProblemNote.js";
import { useForm } from "../../components/ui/useForm.js";
import { CrudPage, type EditorProps } from "./Crud.js";
import { useRows, useWrite, type Member, type Team } from "./data.js";

function TeamEditor({ item, onDone }: EditorProps<Team>) {
  const { t } = useTranslation("settings");
  const write = useWrite();
  const members = useRows<Member>("/members");
  const [name, setName] = useState(item?.name ?? "");
  const [ids, setIds] = useState<readonly string[]>(item?.member_ids ?? []);
  const form = useForm({
    check: () => ({ name: name.trim() === "" ? t("check.name") : undefined }),
    run: async () => {
      const body = { name: name.trim(), member_ids: ids };
      await (item ? write("PATCH", `/teams/${item.id}`, body, ["/teams"]) : write("POST", "/teams", body, ["/teams"]));
      onDone();
    },
  });
  return (
    <form noValidate onSubmit={form.submit} className="flex flex-col gap-4 pt-1">
      <ProblemNote error={form.problem} />
      <Field label={t("teams.name")} error={form.errors.name}>
        <Input dir="auto" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
      <Field label={t("section.members")} error={form.errors.member_ids}>
        <Combobox
          multiple
          label={t("section.members")}
          placeholder={t("teams.nobody")}
          value={ids}
          onChange={setIds}
          options={(members.data ?? [])
            .filter(({ active, id }) => active || ids.includes(id))
            .map((member) => ({
              value: member.id,
              label: member.name,
              icon: <Avatar name={member.name} seed={member.user_id ?? member.id} size={22} />,
            }))}
        />
      </Field>
      <Button type="submit" variant="primary" busy={form.busy} className="self-end">
        {t("action.save")}
      </Button>
    </form>
  );
}

/** Teams, to which conversations can be given. */
export function TeamsPage() {
  const { t } = useTranslation("settings");
  const members = useRows<Member>("/members");
  const nameOf = (id: string) => members.data?.find((one) => one.id === id)?.name;
  return (
    <CrudPage<Team>
      title={t("section.teams")}
      lead={t("teams.lead")}
      path="/teams"
      icon={UsersRound}
      add={t("teams.add")}
      editTitle={t("teams.edit")}
      empty={t("teams.empty")}
      removal={t("teams.removal")}
      nameOf={({ name }) => name}
      Editor={TeamEditor}
      row={(team) => (
        <div>
          <div dir="auto" className="font-medium [overflow-wrap:anywhere]">
            {team.name}
          </div>
          <div dir="auto" className="truncate text-meta text-text-3">
            {team.member_ids.length === 0
              ? t("teams.nobody")
              : team.member_ids
                  .map(nameOf)
                  .filter((name) => name !== undefined)
                  .join(", ")}
          </div>
        </div>
      )}
    />
  );
}
