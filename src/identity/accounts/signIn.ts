import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { AppError } from "../../core/errors.js";
import { OidcError, type ExternalPerson } from "../oidc.js";
import { passwordFits } from "../passwords.js";
import type { User } from "../users.js";
import type { AccountDeps, From } from "./index.js";
import { trail } from "./trail.js";

/** Signed in, or one step away from it. The tokens go into cookies and nowhere else. */
export type SignInResult =
  | { state: "signed_in"; userId: string; token: string; device: string }
  | { state: "two_factor_needed"; challenge: string };

export interface SigningIn {
  /**
   * With e-mail and password. `device`: what `SignInResult.device` gave this browser before. Throws AppError
   * `unauthenticated`, the same and after the same work for an unknown address, or `rate_limited`.
   */
  signIn(given: { email: string; password: string; device: string | undefined }, from: From): Promise<SignInResult>;
  /** The second step. Throws AppError `unauthenticated` when the first is too long ago or the code is wrong. */
  secondStep(
    given: { challenge: string | undefined; code?: string | undefined; recoveryCode?: string | undefined },
    from: From,
  ): Promise<SignInResult & { state: "signed_in" }>;
  /** With what a provider says; makes or links the account where that is allowed. Throws OidcError. */
  signInElsewhere(person: ExternalPerson, from: From): Promise<SignInResult>;
  signOut(person: { userId: string; sessionId: string }, from: From): Promise<void>;
  /** Opens a session without asking further: only for somebody who just proved who they are. */
  open(user: Pick<User, "id">, from: From, how: string): Promise<SignInResult & { state: "signed_in" }>;
}

const challengeMs = 10 * 60_000;
const codeTriesMost = 5;

const wrong = () =>
  new AppError("unauthenticated", "The e-mail address or the password is not right.", { reason: "wrong_sign_in" });

export function signingIn({ identity, throttle, deviceKey }: AccountDeps): SigningIn {
  const { users, sessions, tokens, secondFactor } = identity;

  const signature = (text: string) => createHmac("sha256", deviceKey).update(text).digest("base64url");
  function newDevice(userId: string): string {
    const text = `${userId}.${randomBytes(16).toString("base64url")}`;
    return `${text}.${signature(text)}`;
  }
  /** True when this browser signed in to this very account before. */
  function knows(device: string | undefined, userId: string): boolean {
    const [id = "", random = "", said = ""] = (device ?? "").split(".");
    const right = Buffer.from(signature(`${id}.${random}`));
    const given = Buffer.from(said);
    return id === userId && right.length === given.length && timingSafeEqual(right, given);
  }

  async function open(user: Pick<User, "id">, from: From, how: string) {
    const { token } = await sessions.start(user.id, from);
    await trail(identity, user.id, "sign_in", "done", from, { how });
    return { state: "signed_in" as const, userId: user.id, token, device: newDevice(user.id) };
  }

  /** The first step went well: in, or on to the second. */
  async function firstStep(user: User, from: From, how: string): Promise<SignInResult> {
    if (!user.twoFactor) return open(user, from, how);
    return { state: "two_factor_needed", challenge: await tokens.issue("challenge", user.id, challengeMs) };
  }

  return {
    open,

    async signIn({ email, password, device }, from) {
      await throttle.take("signInAddress", from.address);
      const key = await users.emailKey(email);
      const user = await users.findByEmail(email);
      const known = user !== undefined && knows(device, user.id);
      if (known) await throttle.take("signInDevice", signature(device ?? ""));
      else await throttle.take("signInAccount", key);
      const fits = await passwordFits(user?.passwordHash ?? null, password);
      if (!user || !fits) {
        // Nobody waits for the line: how long it takes would tell that there is such an account.
        if (user)
          void trail(identity, user.id, "sign_in", "unauthenticated", from, { how: "password" }).catch(() => undefined);
        throw wrong();
      }
      if (!known) await throttle.forgive("signInAccount", key);
      return firstStep(user, from, "password");
    },

    async secondStep({ challenge, code, recoveryCode }, from) {
      const expired = () =>
        new AppError("unauthenticated", "Begin again with e-mail address and password.", { reason: "sign_in_expired" });
      if (code === undefined && recoveryCode === undefined) {
        throw new AppError("invalid_request", "Send a code or a recovery code.", {
          errors: [{ pointer: "/code", message: "is missing", code: "missing" }],
        });
      }
      if (challenge === undefined || challenge.length > 100) throw expired();
      const userId = await tokens.attempt("challenge", challenge, codeTriesMost);
      if (userId === undefined) throw expired();
      await throttle.take("proof", userId);
      const right =
        code === undefined ? await secondFactor.recovers(userId, recoveryCode!) : await secondFactor.fits(userId, code);
      if (!right) {
        await trail(identity, userId, "sign_in", "unauthenticated", from, { how: "second factor" });
        throw new AppError("unauthenticated", "The code is not right, or it was used before.", {
          reason: "wrong_code",
        });
      }
      // Of two requests with the same challenge and two good codes one gets in.
      if ((await tokens.take("challenge", challenge)) === undefined) throw expired();
      await throttle.forgive("proof", userId);
      return open({ id: userId }, from, code === undefined ? "recovery code" : "code");
    },

    async signInElsewhere(person, from) {
      const parts = [person.provider, person.issuer, person.subject];
      const linked = await identity.externalLogins.find(parts);
      const known = linked === undefined ? undefined : await users.find(linked);
      if (known) return firstStep(known, from, person.provider);
      if (person.email === null) throw new OidcError("oidc_no_email");
      // What a provider did not check is anybody's claim.
      if (!person.emailVerified) throw new OidcError("oidc_email_unverified");
      let user = await users.findByEmail(person.email);
      // An account whose address nobody proved may have been made by somebody else in the hope of this link.
      if (user && !user.verified) throw new OidcError("oidc_email_unverified");
      if (!user) {
        const invited = await identity.invitations.waitsFor(await users.emailKey(person.email));
        if (!person.mayJoin && !invited) throw new OidcError("oidc_no_account");
        const name = person.name ?? person.email.split("@")[0]!;
        user = await users.create({
          email: person.email,
          name: name.slice(0, 100),
          passwordHash: null,
          verified: true,
          language: "en",
        });
      }
      await identity.externalLogins.link(parts, user.id);
      return firstStep(user, from, person.provider);
    },

    async signOut({ userId, sessionId }, from) {
      await sessions.end(userId, sessionId);
      identity.access.forget();
      await trail(identity, userId, "sign_out", "done", from);
    },
  };
}
