import type { z } from "zod";
import type { AuditEntry, Me, Member, Role, User, UserSession, Workspace } from "../../identity/index.js";
import { preferencesDto, type auditEntryDto, type meDto } from "../../wire/identity.js";

const iso = (date: Date | null) => date?.toISOString() ?? null;

export const workspaceView = ({ id, name, createdAt, brandColor, twoFactorRequired }: Workspace) => ({
  id,
  name,
  brand_color: brandColor,
  two_factor_required: twoFactorRequired,
  created_at: createdAt.toISOString(),
});

/** What was stored by an older version may lack what a newer one knows: it gets the usual. */
export const preferencesView = (stored: Record<string, unknown>): z.output<typeof preferencesDto> => {
  const read = preferencesDto.safeParse(stored);
  return read.success ? read.data : preferencesDto.parse({});
};

export const meView = (me: Me): z.input<typeof meDto> => ({
  id: me.id,
  name: me.name,
  email: me.email,
  email_verified: me.verified,
  two_factor: me.twoFactor,
  has_password: me.passwordHash !== null,
  language: me.language,
  preferences: preferencesView(me.preferences),
  memberships: me.memberships.map(({ workspace, memberId, role, permissions }) => ({
    workspace: {
      id: workspace.id,
      name: workspace.name,
      brand_color: workspace.brandColor,
      two_factor_required: workspace.twoFactorRequired,
    },
    member_id: memberId,
    role,
    permissions: [...permissions],
  })),
});

export const sessionView = (session: UserSession, currentId: string) => ({
  id: session.id,
  current: session.id === currentId,
  created_at: session.createdAt.toISOString(),
  last_seen_at: session.lastSeenAt.toISOString(),
  address: session.address,
  agent: session.agent,
});

/** `user`: only for callers who manage members; to all others an address and how somebody signs in are none of theirs. */
export const memberView = (
  member: Member,
  roles: ReadonlyMap<string, Role>,
  user: User | undefined,
  manages: boolean,
) => ({
  id: member.id,
  user_id: member.userId,
  name: member.name,
  email: manages ? (user?.email ?? null) : null,
  role: { id: member.roleId, name: roles.get(member.roleId)?.name ?? "" },
  active: member.active,
  two_factor: manages ? (user?.twoFactor ?? false) : null,
  last_seen_at: manages ? iso(member.lastSeenAt) : null,
  created_at: member.createdAt.toISOString(),
});

export const roleView = ({ id, name, permissions, builtIn }: Role, members: number) => ({
  id,
  name,
  permissions: [...permissions],
  built_in: builtIn,
  members,
});

/** What the beginning of an id tells of its kind. */
const kinds: Record<string, string> = {
  wsp: "workspace",
  key: "api_key",
  acc: "channel",
  cnv: "conversation",
  msg: "message",
  ctc: "contact",
  fil: "attachment",
  lbl: "label",
  mem: "member",
  usr: "person",
  ses: "session",
  rol: "role",
  inv: "invitation",
  tea: "team",
  whk: "webhook_endpoint",
  bin: "request_bin",
};

export const auditView = (
  { id, at, actor, action, outcome, targetId, details, address }: AuditEntry & { id: string; at: Date },
  names: ReadonlyMap<string, string>,
): z.input<typeof auditEntryDto> => ({
  id,
  at: at.toISOString(),
  actor: { ...actor, name: actor.id === null ? null : (names.get(actor.id) ?? null) },
  action,
  outcome,
  target:
    targetId === null
      ? null
      : { kind: kinds[targetId.split("_")[0] ?? ""] ?? "other", id: targetId, name: names.get(targetId) ?? null },
  details,
  address,
});
