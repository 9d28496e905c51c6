import type { Connection } from "mongoose";
import type { Clock, Keyring } from "../core/ports.js";
import type { Scope } from "../wire/scopes.js";
import { createAccess, type Access } from "./access.js";
import { createApiKeys, type ApiKey } from "./apiKeys.js";
import { createAuditLog, type AuditLog } from "./audit.js";
import { invitationRepo, type InvitationRepo } from "./invitations.js";
import { accountModels, type ExternalLoginRow } from "./models/account.js";
import { auditModel } from "./models/audit.js";
import { workspaceModels } from "./models/workspace.js";
import { memberRepo, teamRepo, type MemberRepo, type TeamRepo } from "./people.js";
import type { ApiPrincipal } from "./principal.js";
import { roleRepo, type RoleRepo } from "./roles.js";
import { createSecondFactor, type SecondFactor } from "./secondFactor.js";
import { sessionRepo, tokenRepo, type SessionRepo, type TokenRepo } from "./sessions.js";
import { createSetup, firstWorkspaceId, type Setup } from "./setup.js";
import { userRepo, systemKeys, type UserRepo } from "./users.js";
import { workspaceRepo, type Workspace, type WorkspaceRepo } from "./workspaces.js";

export { createAccounts, type Accounts, type Me, type SignInResult } from "./accounts/index.js";
export { createOidc, OidcError, oidcSeconds, type Oidc } from "./oidc.js";
export { holds, requireAll, requireScope } from "./principal.js";
export type { ApiPrincipal, MemberPrincipal, Person, Principal } from "./principal.js";
export { absoluteMs } from "./sessions.js";
export { createThrottle, type Throttle } from "./throttle.js";
export type { ApiKey } from "./apiKeys.js";
export type { AuditActor, AuditEntry, AuditLog, AuditQuery } from "./audit.js";
export type { Invitation } from "./invitations.js";
export type { Member, Team } from "./people.js";
export type { Role } from "./roles.js";
export type { UserSession } from "./sessions.js";
export { systemKeys, type User, type UserSettings } from "./users.js";
export type { Workspace } from "./workspaces.js";
export type { Scope };

/** Workspaces, API keys, members and people: who there is, and what each may do. */
export interface Identity {
  ensureIndexes(): Promise<void>;
  /** The first workspace and its key, when there is none yet; undefined afterwards. The key is in the clear here and nowhere else. */
  firstStart(name: string): Promise<{ workspaceId: string; apiKey: string } | undefined>;
  createWorkspace(name: string): Promise<{ workspaceId: string; apiKey: string }>;
  createKey(
    workspaceId: string,
    name: string,
    scopes: readonly Scope[],
    expiresAt: Date | null,
  ): Promise<{ key: string; row: ApiKey }>;
  apiKeys(workspaceId: string): Promise<ApiKey[]>;
  revokeApiKey(workspaceId: string, id: string): Promise<boolean>;
  /** Workspaces in order of creation. */
  workspaces(): Promise<Workspace[]>;
  workspace(id: string): Promise<Workspace | undefined>;
  updateWorkspace: WorkspaceRepo["update"];
  members: MemberRepo;
  teams: TeamRepo;
  roles: RoleRepo;
  invitations: InvitationRepo;
  users: UserRepo;
  sessions: SessionRepo;
  tokens: TokenRepo;
  secondFactor: SecondFactor;
  setup: Setup;
  access: Access;
  audit: AuditLog;
  places: WorkspaceRepo;
  externalLogins: {
    /** Whose account this is; undefined for nobody's. */
    find(parts: readonly string[]): Promise<string | undefined>;
    /** Idempotent. */
    link(parts: readonly string[], userId: string): Promise<void>;
  };
  /** The principal of a bearer token. Throws AppError `unauthenticated` when it is unknown, expired or revoked. */
  authenticate(token: string | undefined): Promise<ApiPrincipal>;
}

/** The stores of identity and the rules that hold within them. Ways to sign in are built on top by `createAccounts`. */
export function createIdentity(deps: { connection: Connection; keyring: Keyring; clock: Clock }): Identity {
  const { connection, keyring, clock } = deps;
  const models = { ...workspaceModels(connection), ...accountModels(connection), audit: auditModel(connection) };
  const workspaces = workspaceRepo(models.workspaces, clock);
  const members = memberRepo(models.members, models.workspaces, clock);
  const sessions = sessionRepo(models.sessions, keyring, clock);
  const keys = createApiKeys(models.apiKeys, clock);

  async function withKey(workspaceId: string) {
    const { key } = await keys.create(workspaceId, "First key", ["*"], null);
    return { workspaceId, apiKey: key };
  }

  return {
    async ensureIndexes() {
      for (const model of Object.values(models)) await model.createIndexes();
    },

    async firstStart(name) {
      if (await models.apiKeys.exists({}).hint({ _id: 1 })) return undefined;
      const { created } = await workspaces.create(name, firstWorkspaceId);
      // The workspace is there but perhaps its key is not: a start that died in between.
      if (!created && (await models.apiKeys.exists({}).hint({ _id: 1 }))) return undefined;
      return withKey(firstWorkspaceId);
    },

    createWorkspace: async (name) => withKey((await workspaces.create(name)).id),
    createKey: keys.create,
    apiKeys: keys.list,
    revokeApiKey: keys.revoke,
    authenticate: keys.authenticate,
    workspaces: workspaces.list,
    workspace: workspaces.find,
    updateWorkspace: workspaces.update,
    places: workspaces,
    members,
    teams: teamRepo(models.teams, members, clock),
    roles: roleRepo(models.roles, clock),
    invitations: invitationRepo(models.invitations, keyring, clock),
    users: userRepo(models.users, keyring, clock),
    sessions,
    tokens: tokenRepo(models.tokens, clock),
    secondFactor: createSecondFactor(models.users, keyring, clock),
    setup: createSetup(models.setups, models.workspaces, clock),
    access: createAccess({ models, sessions, clock }),
    audit: createAuditLog(models.audit, keyring, clock),
    externalLogins: {
      async find(parts) {
        const _id = await keyring.blind(systemKeys, "external login", parts.join("\u0000"));
        return (await models.externalLogins.findOne({ _id }).lean())?.userId;
      },
      async link(parts, userId) {
        const _id = await keyring.blind(systemKeys, "external login", parts.join("\u0000"));
        const row: ExternalLoginRow = { _id, userId, provider: parts[0] ?? "", createdAt: clock.now() };
        await models.externalLogins.updateOne({ _id }, { $setOnInsert: row }, { upsert: true });
      },
    },
  };
}
