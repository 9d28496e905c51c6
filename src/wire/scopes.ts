/** What an API key or a role may be allowed. `*` allows everything. */
export const scopes = [
  "*",
  "conversations:read",
  "conversations:write",
  "messages:send",
  "contacts:read",
  "contacts:write",
  "channels:manage",
  "webhooks:manage",
  "workspace:manage",
  "members:manage",
  "audit:read",
  "simulator",
  "operations",
  "simulator",
] as const;
export type Scope = (typeof scopes)[number];
