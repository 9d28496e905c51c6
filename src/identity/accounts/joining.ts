import { AppError } from "../../core/errors.js";
import type { Language } from "../../wire/identity.js";
import type { Invitation } from "../invitations.js";
import { mailOf } from "../mails.js";
import { checkPassword, hashPassword, passwordFits } from "../passwords.js";
import type { Person, Principal } from "../principal.js";
import { requireAll } from "../principal.js";
import { firstWorkspaceId } from "../setup.js";
import type { User } from "../users.js";
import type { AccountDeps, From } from "./index.js";
import { signingIn, type SignInResult } from "./signIn.js";

export interface Joining {
  /** The one-time link of the first start: makes the owner of the first workspace, and signs in. */
  setUp(
    given: {
      token: string;
      name: string;
      email: string;
      password: string;
      workspaceName: string;
      language: Language;
    },
    from: From,
  ): Promise<SignInResult & { state: "signed_in" }>;
  /** Invites an address, and mails it. Throws AppError `forbidden` for a role that can do more than the inviter. */
  invite(
    principal: Principal,
    given: { email: string; roleId: string },
  ): Promise<{ invitation: Invitation; link: string }>;
  /** A new link for an open invitation, mailed again. */
  inviteAgain(principal: Principal, id: string): Promise<{ invitation: Invitation; link: string } | undefined>;
  /** What an invitation says, for whoever holds its token. */
  invitation(
    token: string,
    from: From,
  ): Promise<{
    workspaceName: string;
    email: string;
    roleId: string;
    roleName: string;
    invitedBy: string;
    accountExists: boolean;
    expiresAt: Date;
  }>;
  /** Joins. A session is opened for whoever was not signed in; undefined for whoever was. */
  accept(
    given: {
      token: string;
      person: Person | null;
      name?: string | undefined;
      password?: string | undefined;
      language?: Language | undefined;
    },
    from: From,
  ): Promise<{ userId: string; workspaceId: string; signedIn: (SignInResult & { state: "signed_in" }) | undefined }>;
  /** Who invited, by name. */
  inviterName(invitation: Invitation): Promise<string>;
}

const gone = () =>
  new AppError("not_found", "This invitation is not valid any more. Ask for a new one.", { reason: "used" });

export function joining(deps: AccountDeps, sendVerification: (user: User) => Promise<void>): Joining {
  const { identity, throttle, mailer, publicUrl } = deps;
  const { users, invitations, members, roles, places, setup } = identity;
  const { open } = signingIn(deps);

  const linkOf = (token: string) => `${publicUrl().replace(/\/$/, "")}/invitation#${token}`;

  async function inviterName({ workspaceId, invitedBy }: Invitation): Promise<string> {
    if (invitedBy.kind === "member") return (await members.find(workspaceId, invitedBy.id))?.name ?? "";
    return (await places.find(workspaceId))?.name ?? "";
  }

  async function mail(invitation: Invitation, token: string, language: Language): Promise<string> {
    const link = linkOf(token);
    const known = await users.findByEmail(invitation.email);
    const workspace = (await places.find(invitation.workspaceId))?.name ?? "";
    const by = await inviterName(invitation);
    mailer.post(
      mailOf("invitation", { to: invitation.email, language: known?.language ?? language, link, workspace, by }),
    );
    return link;
  }

  /** Nobody gives away a role that can do more than themselves. */
  async function giveable(principal: Principal, roleId: string): Promise<void> {
    const role = await roles.find(principal.workspaceId, roleId);
    if (!role) {
      const message = "There is no such role in this workspace.";
      throw new AppError("unprocessable", message, {
        reason: "role_unknown",
        errors: [{ pointer: "/role_id", message }],
      });
    }
    requireAll(principal, role.permissions);
  }

  async function languageOf(principal: Principal): Promise<Language> {
    return principal.kind === "member" ? ((await users.find(principal.userId))?.language ?? "en") : "en";
  }

  async function knownOrMade(
    invitation: Invitation,
    given: Parameters<Joining["accept"]>[0],
    from: From,
  ): Promise<{ user: User; how: "session" | "password" | "new" }> {
    const user = await users.findByEmail(invitation.email);
    const { person, name, password } = given;
    if (person !== null) {
      if (person.userId === user?.id) return { user, how: "session" };
      throw new AppError("conflict", "You are signed in as somebody else. Sign out, then open the link again.", {
        reason: "signed_in_as_another",
      });
    }
    const missing = (pointer: string) => ({ pointer, message: "is missing", code: "missing" as const });
    if (user) {
      if (user.passwordHash === null)
        throw new AppError("conflict", "Sign in first, then open the link again.", { reason: "sign_in_first" });
      if (password === undefined) {
        throw new AppError("invalid_request", "Send the password of the account.", { errors: [missing("/password")] });
      }
      await throttle.take("signInAddress", from.address);
      await throttle.take("signInAccount", await users.emailKey(invitation.email));
      if (!(await passwordFits(user.passwordHash, password))) {
        throw new AppError("unauthenticated", "The password is not right.", { reason: "wrong_password" });
      }
      if (user.twoFactor) {
        throw new AppError(
          "two_factor_required",
          "This account has two-factor sign-in. Sign in first, then open the link again.",
          { reason: "sign_in_first" },
        );
      }
      return { user, how: "password" };
    }
    if (name === undefined || password === undefined) {
      const errors = [
        ...(name === undefined ? [missing("/name")] : []),
        ...(password === undefined ? [missing("/password")] : []),
      ];
      throw new AppError("invalid_request", "Send name and password for the new account.", { errors });
    }
    if (password.length < 8) {
      throw new AppError("invalid_request", "The password is too short.", {
        reason: "password_too_short",
        errors: [
          { pointer: "/password", message: "must have at least 8 characters", code: "too_short", params: { min: 8 } },
        ],
      });
    }
    await throttle.take("signUp", from.address);
    checkPassword(password, invitation.email, "/password");
    const made = await users.create({
      email: invitation.email,
      name,
      passwordHash: await hashPassword(password),
      // The inviter has seen the link as well: only the mail to come proves the address.
      verified: false,
      language: given.language ?? "en",
    });
    await sendVerification(made);
    return { user: made, how: "new" };
  }

  return {
    inviterName,

    async setUp({ token, name, email, password, workspaceName, language }, from) {
      await throttle.take("signUp", from.address);
      checkPassword(password, email, "/password");
      await setup.claim(token);
      let user: User;
      try {
        const passwordHash = await hashPassword(password);
        // A set-up that died after this line left the account: it is taken up again by whoever knows its password.
        const before = await users.findByEmail(email);
        if (before && !(await passwordFits(before.passwordHash, password))) {
          throw new AppError("conflict", "There is an account of this address already. Use its password.", {
            reason: "account_exists",
          });
        }
        user = before ?? (await users.create({ email, name, passwordHash, verified: false, language }));
        await places.update(firstWorkspaceId, { name: workspaceName });
        await members.join(firstWorkspaceId, { userId: user.id, name, roleId: "owner" });
      } catch (error) {
        await setup.unclaim(token);
        throw error;
      }
      identity.access.forget();
      await sendVerification(user);
      return open(user, from, "set-up");
    },

    async invite(principal, { email, roleId }) {
      await giveable(principal, roleId);
      const emailKey = await users.emailKey(email);
      const known = await users.findByEmail(email);
      if (known && (await members.ofUser(known.id)).some((one) => one.workspaceId === principal.workspaceId)) {
        throw new AppError("conflict", "This person is a member of the workspace already.", {
          reason: "already_member",
        });
      }
      const invitedBy =
        principal.kind === "member"
          ? { kind: "member" as const, id: principal.memberId }
          : { kind: "api" as const, id: principal.keyId };
      const { workspaceId } = principal;
      const { invitation, token } = await invitations.create({ workspaceId, email, emailKey, roleId, invitedBy });
      return { invitation, link: await mail(invitation, token, await languageOf(principal)) };
    },

    async inviteAgain(principal, id) {
      const there = await invitations.find(principal.workspaceId, id);
      if (!there) return undefined;
      await giveable(principal, there.roleId);
      const renewed = await invitations.renew(principal.workspaceId, id);
      if (!renewed) return undefined;
      const link = await mail(renewed.invitation, renewed.token, await languageOf(principal));
      return { invitation: renewed.invitation, link };
    },

    async invitation(token, from) {
      await throttle.take("link", from.address);
      const invitation = await invitations.ofToken(token);
      if (!invitation) throw gone();
      const { workspaceId, email, roleId, expiresAt } = invitation;
      const [workspace, role, user, by] = await Promise.all([
        places.find(workspaceId),
        roles.find(workspaceId, roleId),
        users.findByEmail(email),
        inviterName(invitation),
      ]);
      return {
        workspaceName: workspace?.name ?? "",
        email,
        roleId,
        roleName: role?.name ?? "",
        invitedBy: by,
        accountExists: user !== undefined,
        expiresAt,
      };
    },

    async accept(given, from) {
      await throttle.take("link", from.address);
      const invitation = await invitations.ofToken(given.token);
      if (!invitation) throw gone();
      const { workspaceId, roleId } = invitation;
      if (!(await roles.find(workspaceId, roleId))) throw gone();
      const { user, how } = await knownOrMade(invitation, given, from);
      await members.join(workspaceId, { userId: user.id, name: user.name, roleId });
      await invitations.accept(invitation.id);
      identity.access.forget();
      const signedIn = how === "session" ? undefined : await open(user, from, "invitation");
      return { userId: user.id, workspaceId, signedIn };
    },
  };
}
