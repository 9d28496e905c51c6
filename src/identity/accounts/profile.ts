import { AppError } from "../../core/errors.js";
import type { Language } from "../../wire/identity.js";
import { checkPassword, hashPassword, passwordFits } from "../passwords.js";
import type { Person } from "../principal.js";
import type { User } from "../users.js";
import type { Workspace } from "../workspaces.js";
import type { AccountDeps } from "./index.js";

/** A person, and the workspaces to switch between. */
export interface Me extends User {
  memberships: {
    workspace: Workspace;
    memberId: string;
    role: { id: string; name: string };
    permissions: readonly string[];
  }[];
}

export interface Profile {
  /** Throws AppError `unauthenticated` when the account is gone. */
  me(userId: string): Promise<Me>;
  change(userId: string, change: { name?: string | undefined; language?: Language | undefined }): Promise<void>;
  /** Ends every other session. */
  changePassword(person: Person, given: { current?: string | undefined; next: string }): Promise<void>;
  /** Asks for the password again, before something that matters. Nothing to ask where there is none. */
  prove(person: Person, password: string | undefined, pointer?: string): Promise<User>;
  confirmTwoFactor(person: Person, code: string): Promise<string[]>;
  endTwoFactor(person: Person, given: { password?: string | undefined; code: string }): Promise<void>;
  /** A workspace of one's own. */
  ownWorkspace(person: Person, name: string): Promise<string>;
}

export function profile({ identity, throttle }: AccountDeps): Profile {
  const { users, members, roles, places, sessions, secondFactor, access } = identity;

  async function userOf(userId: string): Promise<User> {
    const user = await users.find(userId);
    if (!user) throw new AppError("unauthenticated", "The session is over. Sign in again.", { reason: "session_over" });
    return user;
  }

  async function prove(person: Person, password: string | undefined, pointer = "/password"): Promise<User> {
    const user = await userOf(person.userId);
    if (user.passwordHash === null) return user;
    if (password === undefined) {
      throw new AppError("invalid_request", "Send your password.", {
        errors: [{ pointer, message: "is missing", code: "missing" }],
      });
    }
    await throttle.take("proof", user.id);
    if (await passwordFits(user.passwordHash, password)) {
      await throttle.forgive("proof", user.id);
      return user;
    }
    throw new AppError("unprocessable", "The password is not right.", {
      reason: "wrong_password",
      errors: [{ pointer, message: "is not right", code: "not_right" }],
    });
  }

  async function onlyHere(person: Person): Promise<void> {
    await sessions.endAll(person.userId, person.sessionId);
    access.forget();
  }

  return {
    prove,

    async me(userId) {
      const [user, seats] = await Promise.all([userOf(userId), members.ofUser(userId)]);
      const workspaces = await places.findMany(seats.map((seat) => seat.workspaceId));
      const memberships = await Promise.all(
        seats.map(async ({ workspaceId, id, roleId }) => {
          const role = await roles.find(workspaceId, roleId);
          const workspace = workspaces.get(workspaceId);
          if (!workspace) return [];
          const shown = { id: roleId, name: role?.name ?? "" };
          return [{ workspace, memberId: id, role: shown, permissions: role?.permissions ?? [] }];
        }),
      );
      return { ...user, memberships: memberships.flat() };
    },

    async change(userId, { name, language }) {
      if (language !== undefined) await users.setLanguage(userId, language);
      if (name === undefined) return;
      await users.rename(userId, name);
      await members.renameUser(userId, name);
    },

    async changePassword(person, { current, next }) {
      const user = await prove(person, current, "/current");
      checkPassword(next, user.email, "/next");
      await users.setPassword(user.id, await hashPassword(next), false);
      await identity.tokens.drop(user.id);
      await onlyHere(person);
    },

    async confirmTwoFactor(person, code) {
      await throttle.take("proof", person.userId);
      const codes = await secondFactor.confirm(person.userId, code);
      await throttle.forgive("proof", person.userId);
      await onlyHere(person);
      return codes;
    },

    async endTwoFactor(person, { password, code }) {
      const user = await prove(person, password);
      if (!user.twoFactor)
        throw new AppError("conflict", "Two-factor sign-in is off already.", { reason: "two_factor_off" });
      await throttle.take("proof", user.id);
      const ofApp = /^\d{6}$/.test(code);
      if (!(await (ofApp ? secondFactor.fits(user.id, code) : secondFactor.recovers(user.id, code)))) {
        throw new AppError("unprocessable", "The code is not right, or it was used before.", {
          reason: "wrong_code",
          errors: [{ pointer: "/code", message: "is not right", code: "not_right" }],
        });
      }
      await throttle.forgive("proof", user.id);
      await secondFactor.end(user.id);
      await onlyHere(person);
    },

    async ownWorkspace(person, name) {
      await throttle.take("signUp", person.userId);
      const user = await userOf(person.userId);
      const { id } = await places.create(name);
      await members.join(id, { userId: user.id, name: user.name, roleId: "owner" });
      access.forget();
      return id;
    },
  };
}
