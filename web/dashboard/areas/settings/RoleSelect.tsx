import { useTranslation } from "react-i18next";
import { allows, useWorkspace } from "../../api/session.js";
import { Select } from "../../components/ui/Select.js";
import { type Role } from "./data.js";
import { roleKey } from "./permissions.js";

/** Names of roles: the built-in ones in the language of whoever looks. */
export function useRoleName(): (role: { id: string; name: string }) => string {
  const { t } = useTranslation("settings");
  return ({ id, name }) => {
    const key = roleKey(id);
    return key === undefined ? name : t(key);
  };
}

/** Chooses a role; those that can do more than oneself cannot be given. */
export function RoleSelect({
  value,
  roles,
  onChange,
  label,
  disabled = false,
  className,
}: {
  value: string | undefined;
  roles: readonly Role[];
  onChange: (role: Role) => void;
  label?: string;
  disabled?: boolean;
  className?: string;
}) {
  const { permissions } = useWorkspace();
  const roleName = useRoleName();
  return (
    <Select
      {...(label === undefined ? {} : { label })}
      {...(className === undefined ? {} : { className })}
      value={value}
      disabled={disabled}
      onChange={(id) => {
        const role = roles.find((one) => one.id === id);
        if (role && id !== value) onChange(role);
      }}
      options={roles.map((role) => ({
        value: role.id,
        label: roleName(role),
        disabled: role.permissions.some((one) => !allows(permissions, one)),
      }))}
    />
  );
}
