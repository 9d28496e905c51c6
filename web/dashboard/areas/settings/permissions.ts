import type { Scope } from "../../../../src/wire/scopes.js";

/** What a role can be given, in the order of reading. `*` belongs to owners alone. */
export const permissionGroups: readonly { group: string; permissions: readonly Exclude<Scope, "*">[] }[] = [
  { group: "inbox", permissions: ["conversations:read", "conversations:write", "messages:send"] },
  { group: "contacts", permissions: ["contacts:read", "contacts:write"] },
  { group: "channels", permissions: ["channels:manage", "simulator"] },
  { group: "workspace", permissions: ["workspace:manage", "members:manage", "audit:read"] },
  { group: "technical", permissions: ["webhooks:manage", "operations"] },
];

/** The part of a text's key that stands for a permission. */
export const permissionKey = (permission: string): string => permission.replace(":", "_");

const builtIn = new Set(["owner", "admin", "agent", "viewer"]);

/** The key of a built-in role's name; undefined for roles of the workspace's own. */
export const roleKey = (id: string): string | undefined => (builtIn.has(id) ? `settings:role.${id}` : undefined);
