import { z } from "zod";
import { endpoint, pageDto, pageOf, type Endpoint } from "../../api/endpoint.js";
import { AppError } from "../../core/errors.js";
import type { Reason } from "../../core/reasons.js";
import {
  holds,
  requireAll,
  type Accounts,
  type Identity,
  type Invitation,
  type Member,
  type Principal,
} from "../../identity/index.js";
import {
  auditEntryDto,
  auditQuery,
  createdInvitationDto,
  invitationDto,
  newInvitation,
  newRole,
  roleChange,
  roleDto,
} from "../../wire/identity.js";
import { memberChange, memberDto, newMember } from "../../wire/workspace.js";
import { auditView, memberView, roleView } from "../presenters/identity.js";

const unknown = {
  member: "member_unknown",
  invitation: "invitation_unknown",
  role: "role_unknown",
} satisfies Record<string, Reason>;

const found = <T>(thing: T | undefined, what: keyof typeof unknown): T => {
  if (thing === undefined) throw new AppError("not_found", `There is no such ${what}.`, { reason: unknown[what] });
  return thing;
};

interface Deps {
  identity: Identity;
  accounts: Accounts;
  /** Tells open pages at once that somebody may do more, or less, than a moment ago. */
  accessChanged(workspaceId: string): void;
}

/** Who belongs to a workspace, what their roles permit, who is invited, and who did what. */
export function memberEndpoints({ identity, accounts, accessChanged }: Deps): Endpoint[] {
  const { members, roles, invitations, users } = identity;
  const read = { tag: "Members", scope: "conversations:read" } as const;
  const manage = { tag: "Members", scope: "members:manage" } as const;

  async function shown(principal: Principal, list: readonly Member[]) {
    const manages = holds(principal.scopes, "members:manage");
    const all = new Map((await roles.list(principal.workspaceId)).map((role) => [role.id, role]));
    const people = manages
      ? await users.findMany(list.flatMap(({ userId }) => (userId === null ? [] : [userId])))
      : new Map<string, never>();
    return list.map((member) => memberView(member, all, people.get(member.userId ?? ""), manages));
  }

  /** A change of what somebody may do is for those who may do all of it themselves, before and after. */
  async function mayChange(principal: Principal, member: Member, roleId: string | undefined): Promise<void> {
    const now = await roles.find(principal.workspaceId, member.roleId);
    if (member.userId !== null) requireAll(principal, now?.permissions ?? []);
    if (roleId === undefined) return;
    const problem = (reason: Reason, message: string) =>
      new AppError("unprocessable", message, { reason, errors: [{ pointer: "/role_id", message }] });
    if (member.userId === null) {
      throw problem("role_not_applicable", "This member does not sign in, so no role applies.");
    }
    const then = await roles.find(principal.workspaceId, roleId);
    if (!then) throw problem("role_unknown", "There is no such role in this workspace.");
    requireAll(principal, then.permissions);
  }

  async function invitationView(invitation: Invitation) {
    const role = await roles.find(invitation.workspaceId, invitation.roleId);
    return {
      id: invitation.id,
      email: invitation.email,
      role: { id: invitation.roleId, name: role?.name ?? "" },
      invited_by: await accounts.inviterName(invitation),
      created_at: invitation.createdAt.toISOString(),
      expires_at: invitation.expiresAt.toISOString(),
    };
  }

  function changed(workspaceId: string): void {
    identity.access.forget();
    accessChanged(workspaceId);
  }

  const countOf = async (workspaceId: string, roleId: string) =>
    (await members.list(workspaceId)).filter((one) => one.active && one.userId !== null && one.roleId === roleId)
      .length;

  return [
    endpoint({
      ...read,
      method: "get",
      path: "/members",
      summary: "List members",
      description: "Addresses and how somebody signs in are shown to those who manage members.",
      answer: z.object({ data: z.array(memberDto) }),
      handle: async ({ principal }) => ({ data: await shown(principal, await members.list(principal.workspaceId)) }),
    }),
    endpoint({
      ...manage,
      method: "post",
      path: "/members",
      summary: "Add a member who does not sign in, to whom conversations can be given",
      body: newMember,
      status: 201,
      answer: memberDto,
      handle: async ({ principal, body }) =>
        (await shown(principal, [await members.create(principal.workspaceId, body.name)]))[0]!,
    }),
    endpoint({
      ...manage,
      method: "patch",
      path: "/members/:id",
      summary: "Rename a member, give another role, or take them out",
      description: "It acts within five seconds. The last owner stays one.",
      body: memberChange,
      answer: memberDto,
      errors: ["conflict", "unprocessable"],
      async handle({ principal, params, body, audit }) {
        const { workspaceId } = principal;
        const there = found(await members.find(workspaceId, params.id!), "member");
        await mayChange(principal, there, body.role_id);
        audit({
          details: {
            ...(body.role_id === undefined ? {} : { role: body.role_id, before: there.roleId }),
            ...(body.active === undefined ? {} : { active: body.active }),
          },
        });
        const { name, active, role_id: roleId } = body;
        const after = found(await members.update(workspaceId, there.id, { name, active, roleId }), "member");
        changed(workspaceId);
        return (await shown(principal, [after]))[0]!;
      },
    }),
    endpoint({
      ...manage,
      method: "get",
      path: "/invitations",
      summary: "List open invitations",
      answer: z.object({ data: z.array(invitationDto) }),
      handle: async ({ principal }) => ({
        data: await Promise.all((await invitations.list(principal.workspaceId)).map(invitationView)),
      }),
    }),
    endpoint({
      ...manage,
      method: "post",
      path: "/invitations",
      summary: "Invite somebody",
      description: "The answer holds the link, so that it works without mail. Nobody gives a role that can do more.",
      body: newInvitation,
      status: 201,
      answer: createdInvitationDto,
      // A kept answer would keep the link.
      idempotency: "none",
      errors: ["conflict", "unprocessable"],
      async handle({ principal, body, audit }) {
        const { invitation, link } = await accounts.invite(principal, { email: body.email, roleId: body.role_id });
        audit({ details: { role: invitation.roleId } });
        return { ...(await invitationView(invitation)), link };
      },
    }),
    endpoint({
      ...manage,
      method: "post",
      path: "/invitations/:id/resend",
      summary: "Send an invitation again, with a new link",
      answer: createdInvitationDto,
      idempotency: "none",
      async handle({ principal, params }) {
        const { invitation, link } = found(await accounts.inviteAgain(principal, params.id!), "invitation");
        return { ...(await invitationView(invitation)), link };
      },
    }),
    endpoint({
      ...manage,
      method: "delete",
      path: "/invitations/:id",
      summary: "Take an invitation back",
      answer: null,
      async handle({ principal, params }) {
        if (!(await invitations.close(principal.workspaceId, params.id!))) found(undefined, "invitation");
        return undefined;
      },
    }),
    endpoint({
      ...read,
      tag: "Roles",
      method: "get",
      path: "/roles",
      summary: "List roles",
      answer: z.object({ data: z.array(roleDto) }),
      async handle({ principal: { workspaceId } }) {
        const people = (await members.list(workspaceId)).filter((one) => one.active && one.userId !== null);
        const count = (id: string) => people.filter((one) => one.roleId === id).length;
        return { data: (await roles.list(workspaceId)).map((role) => roleView(role, count(role.id))) };
      },
    }),
    endpoint({
      ...manage,
      tag: "Roles",
      method: "post",
      path: "/roles",
      summary: "Add a role",
      description: "Nobody gives a permission they lack.",
      body: newRole,
      status: 201,
      answer: roleDto,
      errors: ["conflict", "unprocessable"],
      async handle({ principal, body }) {
        requireAll(principal, body.permissions);
        return roleView(await roles.create(principal.workspaceId, body), 0);
      },
    }),
    endpoint({
      ...manage,
      tag: "Roles",
      method: "patch",
      path: "/roles/:id",
      summary: "Change a role",
      description: "It acts within five seconds. Built-in roles stay as they are.",
      body: roleChange,
      answer: roleDto,
      errors: ["conflict"],
      async handle({ principal, params, body, audit }) {
        const { workspaceId } = principal;
        const there = found(await roles.find(workspaceId, params.id!), "role");
        if (there.builtIn)
          throw new AppError("conflict", "A built-in role stays as it is. Make one of your own.", {
            reason: "role_built_in",
          });
        requireAll(principal, [...there.permissions, ...(body.permissions ?? [])]);
        if (body.permissions) audit({ details: { permissions: body.permissions, before: there.permissions } });
        const after = found(await roles.update(workspaceId, there.id, body), "role");
        changed(workspaceId);
        return roleView(after, await countOf(workspaceId, after.id));
      },
    }),
    endpoint({
      ...manage,
      tag: "Roles",
      method: "delete",
      path: "/roles/:id",
      summary: "Delete a role that nobody has",
      answer: null,
      errors: ["conflict"],
      async handle({ principal, params }) {
        const { workspaceId } = principal;
        const there = found(await roles.find(workspaceId, params.id!), "role");
        if (there.builtIn) throw new AppError("conflict", "A built-in role stays.", { reason: "role_built_in" });
        requireAll(principal, there.permissions);
        if ((await countOf(workspaceId, there.id)) > 0) {
          throw new AppError("conflict", "Somebody has this role. Give them another first.", { reason: "role_in_use" });
        }
        await roles.remove(workspaceId, there.id);
        changed(workspaceId);
        return undefined;
      },
    }),
    endpoint({
      tag: "Audit log",
      scope: "audit:read",
      method: "get",
      path: "/audit-log",
      summary: "Who did what, when and from where",
      description: "Newest first. Lines are only ever added.",
      query: auditQuery,
      answer: pageOf(auditEntryDto),
      async handle({ principal: { workspaceId }, query }) {
        const page = await identity.audit.list(workspaceId, {
          limit: query.limit,
          cursor: query.cursor,
          actorId: query.actor_id,
          action: query.action,
          since: query.since === undefined ? undefined : new Date(query.since),
          until: query.until === undefined ? undefined : new Date(query.until),
        });
        const [people, keys, own, teams] = await Promise.all([
          members.list(workspaceId),
          identity.apiKeys(workspaceId),
          roles.list(workspaceId),
          identity.teams.list(workspaceId),
        ]);
        const names = new Map([...people, ...keys, ...own, ...teams].map(({ id, name }) => [id, name]));
        return pageDto(page, (entry) => auditView(entry, names));
      },
    }),
  ];
}
