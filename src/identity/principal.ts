import { AppError } from "../core/errors.js";
import type { Scope } from "../wire/scopes.js";

/** An API key of one workspace. */
export interface ApiPrincipal {
  kind: "api";
  keyId: string;
  /** Whose rate limits, kept answers and read marks these are: the key's id. */
  callerId: string;
  workspaceId: string;
  scopes: readonly string[];
}

/** A signed-in person in one workspace. */
export interface MemberPrincipal {
  kind: "member";
  userId: string;
  memberId: string;
  sessionId: string;
  /** Whose rate limits, kept answers and read marks these are: the member's id. */
  callerId: string;
  workspaceId: string;
  /** What the member's role permits. */
  scopes: readonly string[];
}

/** Who asks something of a workspace. */
export type Principal = ApiPrincipal | MemberPrincipal;

/** A signed-in person, whatever the workspace. */
export interface Person {
  kind: "user";
  userId: string;
  sessionId: string;
}

/** True when the list of permissions covers this one. */
export const holds = (scopes: readonly string[], scope: string): boolean =>
  scopes.includes("*") || scopes.includes(scope);

/** Throws AppError `forbidden` unless the principal's key or role carries the scope. */
export function requireScope(principal: Principal, scope: Scope): void {
  if (holds(principal.scopes, scope)) return;
  throw new AppError(
    "forbidden",
    principal.kind === "api" ? `This API key lacks the scope ${scope}.` : `Your role lacks the permission ${scope}.`,
    { reason: "permission_missing", extensions: { permission: scope } },
  );
}

/** Throws AppError `forbidden` when something would be given away that the giver lacks. */
export function requireAll(principal: Principal, wanted: readonly string[]): void {
  const beyond = wanted.find((scope) => !holds(principal.scopes, scope));
  if (beyond === undefined) return;
  throw new AppError(
    "forbidden",
    principal.kind === "api"
      ? `This API key lacks the scope ${beyond}, so it cannot give it away.`
      : `Your role lacks the permission ${beyond}, so you cannot give it away.`,
    { reason: "permission_not_yours", extensions: { permission: beyond } },
  );
}
