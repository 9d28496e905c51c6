import { createHmac } from "node:crypto";
import type { Clock } from "../../core/ports.js";
import type { Mailer } from "../../platform/mail/index.js";
import type { Identity } from "../index.js";
import type { Throttle } from "../throttle.js";
import { joining, type Joining } from "./joining.js";
import { profile, type Profile } from "./profile.js";
import { recovery, type Recovery } from "./recovery.js";
import { signingIn, type SigningIn } from "./signIn.js";

export type { Me } from "./profile.js";
export type { SignInResult } from "./signIn.js";

/** What the ways to sign in are built of. */
export interface AccountDeps {
  identity: Identity;
  mailer: Mailer;
  throttle: Throttle;
  publicUrl: () => string;
  /** Signs what a browser is recognised by. */
  deviceKey: Buffer;
  clock: Clock;
}

/** Where a request came from, as sessions and the audit log remember it. */
export interface From {
  address: string;
  agent: string | null;
}

/** Everything a person does about their own account: coming in, being let in, being known again, and looking after it. */
export type Accounts = SigningIn & Recovery & Joining & Profile;

export function createAccounts(options: Omit<AccountDeps, "deviceKey"> & { secret: string }): Accounts {
  const deps: AccountDeps = {
    ...options,
    deviceKey: createHmac("sha256", options.secret).update("known browsers").digest(),
  };
  const recover = recovery(deps);
  return { ...signingIn(deps), ...recover, ...joining(deps, recover.sendVerification), ...profile(deps) };
}
