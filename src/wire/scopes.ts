/** What an API key may be allowed. `*` allows everything. */
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
  "operations",
] as const;
export type Scope = (typeof scopes)[number];
