import { Check, KeyRound, Minus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { allows, useWorkspace } from "../../api/session.js";
import { Button } from "../../components/ui/Button.js";
import { Checkbox } from "../../components/ui/choices.js";
import { Field } from "../../components/ui/Field.js";
import { Input } from "../../components/ui/Input.js";
import { ProblemNote } from "../../components/ui/ProblemNote.js";
import { useForm } from "../../components/ui/useForm.js";
import { CrudPage, type EditorProps } from "./Crud.js";
import { useRows, useWrite, type Role } from "./data.js";
import { permissionGroups, permissionKey } from "./permissions.js";
import { useRoleName } from "./RoleSelect.js";

function RoleEditor({ item, onDone }: EditorProps<Role>) {
  const { t } = useTranslation("settings");
  const write = useWrite();
  const { permissions: mine } = useWorkspace();
  const [name, setName] = useState(item?.name ?? "");
  const [chosen, setChosen] = useState<readonly string[]>(item?.permissions ?? ["conversations:read"]);
  const form = useForm({
    check: () => ({ name: name.trim() === "" ? t("check.name") : undefined }),
    run: async () => {
      const body = { name: name.trim(), permissions: chosen };
      await (item
        ? write("PATCH", `/roles/${item.id}`, body, ["/roles", "/members"])
        : write("POST", "/roles", body, ["/roles"]));
      onDone();
    },
  });
  return (
    <form noValidate onSubmit={form.submit} className="flex flex-col gap-5 pt-1">
      <ProblemNote error={form.problem} />
      <Field label={t("roles.name")} error={form.errors.name}>
        <Input dir="auto" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
      {permissionGroups.map(({ group, permissions }) => (
        <fieldset key={group} className="flex flex-col gap-2.5">
          <legend className="mb-2 font-medium">{t(`permissionGroup.${group}`)}</legend>
          {permissions.map((permission) => (
            <Checkbox
              key={permission}
              checked={chosen.includes(permission)}
              disabled={!allows(mine, permission)}
              onChange={(on) => setChosen(on ? [...chosen, permission] : chosen.filter((one) => one !== permission))}
              label={t(`permission.${permissionKey(permission)}`)}
              hint={allows(mine, permission) ? undefined : t("roles.notYours")}
            />
          ))}
        </fieldset>
      ))}
      <Button type="submit" variant="primary" busy={form.busy} className="self-end">
        {t("action.save")}
      </Button>
    </form>
  );
}

/** What each role permits, side by side. */
function Matrix() {
  const { t } = useTranslation("settings");
  const roles = useRows<Role>("/roles");
  const roleName = useRoleName();
  if (!roles.data) return null;
  return (
    <div className="overflow-x-auto rounded-card border" tabIndex={0} role="region" aria-label={t("roles.matrix")}>
      <table className="w-full border-collapse text-start">
        <caption className="sr-only">{t("roles.matrix")}</caption>
        <thead>
          <tr>
            <th
              scope="col"
              className="sticky start-0 border-b bg-bg px-4 py-2 text-start text-meta font-medium text-text-3"
            >
              {t("roles.permission")}
            </th>
            {roles.data.map((role) => (
              <th key={role.id} scope="col" dir="auto" className="border-b px-3 py-2 text-center text-meta font-medium">
                {roleName(role)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {permissionGroups.flatMap(({ permissions }) =>
            permissions.map((permission) => (
              <tr key={permission} className="hover:bg-surface-1">
                <th
                  scope="row"
                  className="sticky start-0 min-w-48 border-b bg-bg px-4 py-2 text-start font-normal [tr:last-child>&]:border-b-0"
                >
                  {t(`permission.${permissionKey(permission)}`)}
                </th>
                {roles.data.map((role) => (
                  <td key={role.id} className="border-b px-3 py-2 text-center [tr:last-child>&]:border-b-0">
                    {allows(role.permissions, permission) ? (
                      <Check className="inline size-4 text-brand" role="img" aria-label={t("state.yes")} />
                    ) : (
                      <Minus className="inline size-4 text-text-3" role="img" aria-label={t("state.no")} />
                    )}
                  </td>
                ))}
              </tr>
            )),
          )}
        </tbody>
      </table>
    </div>
  );
}

/** Roles: the four that are always there, and the workspace's own. */
export function RolesPage() {
  const { t } = useTranslation("settings");
  const roleName = useRoleName();
  return (
    <CrudPage<Role>
      title={t("section.roles")}
      lead={t("roles.lead")}
      path="/roles"
      icon={KeyRound}
      add={t("roles.add")}
      editTitle={t("roles.edit")}
      empty={t("roles.empty")}
      removal={t("roles.removal")}
      nameOf={roleName}
      mayChange={({ built_in: builtIn }) => !builtIn}
      Editor={RoleEditor}
      row={(role) => (
        <div className="flex flex-wrap items-baseline gap-x-2">
          <span dir="auto" className="font-medium">
            {roleName(role)}
          </span>
          <span className="text-meta text-text-3">
            {t("roles.members", { count: role.members })}
            {role.built_in && ` · ${t("roles.builtIn")}`}
          </span>
        </div>
      )}
      after={<Matrix />}
    />
  );
}
