import { AppError } from "../../core/errors.js";
import { mailOf } from "../mails.js";
import { checkPassword, hashPassword } from "../passwords.js";
import type { Person } from "../principal.js";
import type { User } from "../users.js";
import type { AccountDeps, From } from "./index.js";
import { trail } from "./trail.js";

export interface Recovery {
  /** Sends a link when there is such an account. Answers the same, and as soon, when there is none. */
  forgot(email: string, from: From): Promise<void>;
  /** Sets the password and ends every session. Throws AppError `not_found` for a link that was used or ran out. */
  reset(token: string, password: string, from: From): Promise<void>;
  /** Throws AppError `not_found` for a link that was used or ran out. */
  verify(token: string, from: From): Promise<void>;
  /** Sends the link that proves an address; nothing when it is proved. */
  sendVerification(user: User): Promise<void>;
  /** The same, as often as somebody may ask for it. */
  verifyAgain(person: Person): Promise<void>;
}

const resetMs = 3_600_000;
const resetTriesMost = 50;
const verifyMs = 24 * 3_600_000;

const stale = (what: string) =>
  new AppError("not_found", `This link was used, or it ran out. Ask for a new ${what} link.`, { reason: "used" });

export function recovery({ identity, mailer, throttle, publicUrl }: AccountDeps): Recovery {
  const { users, tokens, sessions, access } = identity;
  const linkOf = (page: string, token: string) => `${publicUrl().replace(/\/$/, "")}/${page}#${token}`;

  async function sendVerification(user: User): Promise<void> {
    if (user.verified) return;
    const link = linkOf("verify", await tokens.issue("verify", user.id, verifyMs));
    mailer.post(mailOf("verify", { to: user.email, language: user.language, link }));
  }

  async function sendReset(email: string): Promise<void> {
    const user = await users.findByEmail(email);
    if (!user) return;
    const link = linkOf("reset", await tokens.issue("reset", user.id, resetMs));
    mailer.post(mailOf("reset", { to: user.email, language: user.language, link }));
  }

  return {
    async forgot(email, from) {
      await throttle.take("resetAddress", from.address);
      await throttle.take("resetAccount", await users.emailKey(email));
      // Nobody waits for it: how long it takes would tell whether there is an account.
      void sendReset(email).catch(() => undefined);
    },

    async reset(token, password, from) {
      await throttle.take("link", from.address);
      // A password that is refused must not cost the link.
      const holder = await tokens.attempt("reset", token, resetTriesMost);
      const user = holder === undefined ? undefined : await users.find(holder);
      if (!user) throw stale("reset");
      checkPassword(password, user.email, "/password");
      const hash = await hashPassword(password);
      const userId = await tokens.take("reset", token);
      if (userId === undefined) throw stale("reset");
      // Who has the mail has the address.
      await users.setPassword(userId, hash, true);
      await tokens.drop(userId);
      await sessions.endAll(userId);
      access.forget();
      await trail(identity, userId, "password.reset", "done", from);
    },

    async verify(token, from) {
      await throttle.take("link", from.address);
      const userId = await tokens.take("verify", token);
      if (userId === undefined) throw stale("confirmation");
      await users.setVerified(userId);
      await trail(identity, userId, "email.verify", "done", from);
    },

    sendVerification,

    async verifyAgain({ userId }) {
      await throttle.take("resetAccount", userId);
      const user = await users.find(userId);
      if (user) await sendVerification(user);
    },
  };
}
