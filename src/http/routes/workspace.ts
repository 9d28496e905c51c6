import { z } from "zod";
import { endpoint, type Endpoint } from "../../api/endpoint.js";
import { AppError } from "../../core/errors.js";
import type { Reason } from "../../core/reasons.js";
import { requireAll, type ApiKey, type Identity, type Principal, type Team } from "../../identity/index.js";
import type { Inbox, Label } from "../../inbox/index.js";
import {
  apiKeyDto,
  createdApiKeyDto,
  labelChange,
  labelDto,
  newApiKey,
  newLabel,
  newTeam,
  teamChange,
  teamDto,
  workspaceChange,
  workspaceDto,
} from "../../wire/workspace.js";
import { workspaceView } from "../presenters/identity.js";

const tag = "Workspace";
const iso = (date: Date | null) => date?.toISOString() ?? null;
const label = ({ id, name, color, createdAt }: Label) => ({ id, name, color, created_at: createdAt.toISOString() });
const team = ({ id, name, memberIds, createdAt }: Team) => ({
  id,
  name,
  member_ids: memberIds,
  created_at: createdAt.toISOString(),
});
const apiKey = (key: ApiKey) => ({
  id: key.id,
  name: key.name,
  hint: key.hint,
  scopes: key.scopes,
  created_at: key.createdAt.toISOString(),
  expires_at: iso(key.expiresAt),
  revoked_at: iso(key.revokedAt),
  last_used_at: iso(key.lastUsedAt),
});

interface Deps {
  identity: Identity;
  inbox: Inbox;
  /** Tells open pages at once that the workspace goes by another name, or lets in others than a moment ago. */
  accessChanged(workspaceId: string): void;
}

const unknown = {
  workspace: "not_member",
  team: "team_unknown",
  label: "label_unknown",
  "API key": "key_unknown",
} satisfies Record<string, Reason>;

/** The workspace itself: teams, labels, API keys. */
export function workspaceEndpoints({ identity, inbox, accessChanged }: Deps): Endpoint[] {
  const found = <T>(thing: T | undefined, what: keyof typeof unknown): T => {
    if (thing === undefined) throw new AppError("not_found", `There is no such ${what}.`, { reason: unknown[what] });
    return thing;
  };
  /** Whoever asks it of all others has it: nobody locks themselves out by one click. */
  async function hasSecondFactor(principal: Principal): Promise<void> {
    if (principal.kind === "api" || (await identity.users.find(principal.userId))?.twoFactor === true) return;
    throw new AppError("conflict", "Turn two-factor sign-in on for yourself first.", { reason: "two_factor_missing" });
  }
  const read = { tag, scope: "conversations:read" } as const;
  const manage = { tag, scope: "workspace:manage" } as const;
  return [
    endpoint({
      ...read,
      method: "get",
      path: "/workspace",
      summary: "Get the workspace of the key",
      scope: null,
      answer: workspaceDto,
      async handle({ principal }) {
        return workspaceView(found(await identity.workspace(principal.workspaceId), "workspace"));
      },
    }),
    endpoint({
      ...manage,
      method: "patch",
      path: "/workspace",
      summary: "Change the workspace",
      description:
        "`two_factor_required` locks out, within seconds, every member who has not turned two-factor sign-in on.",
      body: workspaceChange,
      answer: workspaceDto,
      errors: ["conflict"],
      async handle({ principal, body, audit }) {
        const { name, brand_color: brandColor, two_factor_required: twoFactorRequired } = body;
        if (twoFactorRequired === true) await hasSecondFactor(principal);
        if (twoFactorRequired !== undefined) audit({ details: { two_factor_required: twoFactorRequired } });
        await identity.updateWorkspace(principal.workspaceId, { name, brandColor, twoFactorRequired });
        identity.access.forget();
        if (name !== undefined || twoFactorRequired !== undefined) accessChanged(principal.workspaceId);
        return workspaceView(found(await identity.workspace(principal.workspaceId), "workspace"));
      },
    }),
    endpoint({
      ...read,
      method: "get",
      path: "/teams",
      summary: "List teams",
      answer: z.object({ data: z.array(teamDto) }),
      handle: async ({ principal }) => ({ data: (await identity.teams.list(principal.workspaceId)).map(team) }),
    }),
    endpoint({
      ...manage,
      method: "post",
      path: "/teams",
      summary: "Add a team",
      body: newTeam,
      status: 201,
      answer: teamDto,
      errors: ["unprocessable"],
      handle: async ({ principal, body }) =>
        team(await identity.teams.create(principal.workspaceId, body.name, body.member_ids ?? [])),
    }),
    endpoint({
      ...manage,
      method: "patch",
      path: "/teams/:id",
      summary: "Change a team",
      body: teamChange,
      answer: teamDto,
      errors: ["unprocessable"],
      handle: async ({ principal, params, body }) =>
        team(
          found(
            await identity.teams.update(principal.workspaceId, params.id!, {
              name: body.name,
              memberIds: body.member_ids,
            }),
            "team",
          ),
        ),
    }),
    endpoint({
      ...manage,
      method: "delete",
      path: "/teams/:id",
      summary: "Delete a team",
      answer: null,
      async handle({ principal, params }) {
        if (!(await identity.teams.remove(principal.workspaceId, params.id!))) found(undefined, "team");
        return undefined;
      },
    }),
    endpoint({
      ...read,
      method: "get",
      path: "/labels",
      summary: "List labels",
      answer: z.object({ data: z.array(labelDto) }),
      handle: async ({ principal }) => ({ data: (await inbox.labels.list(principal.workspaceId)).map(label) }),
    }),
    endpoint({
      ...manage,
      method: "post",
      path: "/labels",
      summary: "Add a label",
      scope: "conversations:write",
      body: newLabel,
      status: 201,
      answer: labelDto,
      errors: ["conflict", "unprocessable"],
      handle: async ({ principal, body }) => label(await inbox.labels.create(principal.workspaceId, body, new Date())),
    }),
    endpoint({
      ...manage,
      method: "patch",
      path: "/labels/:id",
      summary: "Change a label",
      scope: "conversations:write",
      body: labelChange,
      answer: labelDto,
      errors: ["conflict"],
      handle: async ({ principal, params, body }) =>
        label(
          found(
            await inbox.labels.update(principal.workspaceId, params.id!, {
              ...(body.name === undefined ? {} : { name: body.name }),
              ...(body.color === undefined ? {} : { color: body.color }),
            }),
            "label",
          ),
        ),
    }),
    endpoint({
      ...manage,
      method: "delete",
      path: "/labels/:id",
      summary: "Delete a label, and take it off every conversation",
      scope: "conversations:write",
      answer: null,
      async handle({ principal, params }) {
        if (!(await inbox.labels.remove(principal.workspaceId, params.id!))) found(undefined, "label");
        return undefined;
      },
    }),
    endpoint({
      ...manage,
      method: "get",
      path: "/api-keys",
      summary: "List API keys",
      answer: z.object({ data: z.array(apiKeyDto) }),
      handle: async ({ principal }) => ({ data: (await identity.apiKeys(principal.workspaceId)).map(apiKey) }),
    }),
    endpoint({
      ...manage,
      method: "post",
      path: "/api-keys",
      summary: "Make an API key",
      description: "It is shown once and can do no more than whoever makes it.",
      body: newApiKey,
      status: 201,
      answer: createdApiKeyDto,
      // A kept answer would keep the key.
      idempotency: "none",
      errors: ["unprocessable"],
      async handle({ principal, body }) {
        requireAll(principal, body.scopes);
        const expiresAt = body.expires_at === undefined ? null : new Date(body.expires_at);
        const { key, row } = await identity.createKey(principal.workspaceId, body.name, body.scopes, expiresAt);
        return { ...apiKey(row), key };
      },
    }),
    endpoint({
      ...manage,
      method: "delete",
      path: "/api-keys/:id",
      summary: "Revoke an API key",
      description: "It stops working within five seconds.",
      answer: null,
      async handle({ principal, params }) {
        if (!(await identity.revokeApiKey(principal.workspaceId, params.id!))) found(undefined, "API key");
        return undefined;
      },
    }),
  ];
}
