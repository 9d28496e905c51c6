import { useTranslation } from "react-i18next";
import { allows } from "../../api/session.js";
import { useRows, type Member, type Role } from "./data.js";
import { permissionKey } from "./permissions.js";
import { useRoleName } from "./RoleSelect.js";

const most = 5;

/** Which permission something needs, and who has it: whom to ask. */
export function WhoMay({ permission }: { permission: string }) {
  const { t } = useTranslation("settings");
  const roleName = useRoleName();
  const members = useRows<Member>("/members");
  const roles = useRows<Role>("/roles");
  const may = new Set(roles.data?.filter(({ permissions }) => allows(permissions, permission)).map(({ id }) => id));
  const people = members.data?.filter(({ active, user_id: user, role }) => active && user !== null && may.has(role.id));
  return (
    <>
      <p>{t("whoMay.needs", { permission: t(`permission.${permissionKey(permission)}`) })}</p>
      {people && people.length > 0 && (
        <>
          <p className="mt-3">{t("whoMay.people")}</p>
          <ul className="mt-1">
            {people.slice(0, most).map(({ id, name, role }) => (
              <li key={id}>
                <bdi className="font-medium text-text">{name}</bdi> · {roleName(role)}
              </li>
            ))}
            {people.length > most && <li>{t("whoMay.more", { count: people.length - most })}</li>}
          </ul>
        </>
      )}
    </>
  );
}
