import { z } from "zod";
import { endpoint, type Endpoint } from "../../api/endpoint.js";
import { AppError } from "../../core/errors.js";
import type { Accounts, Identity } from "../../identity/index.js";
import {
  meChange,
  meDto,
  newOwnWorkspace,
  passwordChange,
  passwordProof,
  preferencesDto,
  recoveryCodes,
  sessionDto,
  twoFactorConfirm,
  twoFactorEnd,
  twoFactorStart,
} from "../../wire/identity.js";
import { meView, preferencesView, sessionView } from "../presenters/identity.js";

const tag = "Me";
const preferencesMost = 32_000;

/** What a signed-in person does about themselves. */
export function meEndpoints({
  identity,
  accounts,
  preferencesChanged,
}: {
  identity: Identity;
  accounts: Accounts;
  /** For whoever remembers them. */
  preferencesChanged(): void;
}): Endpoint[] {
  const mine = { tag, access: "user", scope: null, idempotency: "none" } as const;
  const me = async (userId: string) => meView(await accounts.me(userId));
  return [
    endpoint({
      ...mine,
      method: "get",
      path: "/me",
      summary: "Who is signed in, and the workspaces to switch between",
      answer: meDto,
      handle: ({ principal }) => me(principal.userId),
    }),
    endpoint({
      ...mine,
      method: "patch",
      path: "/me",
      summary: "Change name or language",
      action: "me.update",
      body: meChange,
      answer: meDto,
      async handle({ principal, body }) {
        await accounts.change(principal.userId, body);
        return me(principal.userId);
      },
    }),
    endpoint({
      ...mine,
      method: "put",
      path: "/me/preferences",
      summary: "Keep how somebody likes the dashboard",
      description: "Unknown keys are dropped; at most 32 kB.",
      action: null,
      body: preferencesDto,
      answer: preferencesDto,
      errors: ["payload_too_large"],
      async handle({ principal, body }) {
        if (Buffer.byteLength(JSON.stringify(body)) > preferencesMost) {
          throw new AppError("payload_too_large", "Preferences take at most 32 kB.", {
            reason: "preferences_too_large",
          });
        }
        await identity.users.setPreferences(principal.userId, body);
        preferencesChanged();
        return preferencesView(body);
      },
    }),
    endpoint({
      ...mine,
      method: "post",
      path: "/me/password",
      summary: "Change the password",
      description: "Every other session ends.",
      action: "password.change",
      body: passwordChange,
      answer: null,
      errors: ["unprocessable"],
      async handle({ principal, body }) {
        await accounts.changePassword(principal, body);
        return undefined;
      },
    }),
    endpoint({
      ...mine,
      method: "post",
      path: "/me/email/verification",
      summary: "Mail the link that confirms the address again",
      action: null,
      answer: null,
      async handle({ principal }) {
        await accounts.verifyAgain(principal);
        return undefined;
      },
    }),
    endpoint({
      ...mine,
      method: "get",
      path: "/me/sessions",
      summary: "List the browsers that are signed in",
      answer: z.object({ data: z.array(sessionDto) }),
      handle: async ({ principal }) => ({
        data: (await identity.sessions.list(principal.userId)).map((one) => sessionView(one, principal.sessionId)),
      }),
    }),
    endpoint({
      ...mine,
      method: "delete",
      path: "/me/sessions/:id",
      summary: "End a session",
      action: "sessions.delete",
      answer: null,
      async handle({ principal, params }) {
        const ended = await identity.sessions.end(principal.userId, params.id!);
        identity.access.forget();
        if (!ended) throw new AppError("not_found", "There is no such session.", { reason: "session_unknown" });
        return undefined;
      },
    }),
    endpoint({
      ...mine,
      method: "delete",
      path: "/me/sessions",
      summary: "End every other session",
      action: "sessions.delete-others",
      answer: null,
      async handle({ principal }) {
        await identity.sessions.endAll(principal.userId, principal.sessionId);
        identity.access.forget();
        return undefined;
      },
    }),
    endpoint({
      ...mine,
      method: "post",
      path: "/me/two-factor",
      summary: "Get a secret for an authenticator app",
      description: "Nothing changes until a code of it is confirmed.",
      action: null,
      body: passwordProof,
      answer: twoFactorStart,
      errors: ["conflict", "unprocessable"],
      async handle({ principal, body }) {
        const { id, email, twoFactor } = await accounts.prove(principal, body.password);
        if (twoFactor)
          throw new AppError("conflict", "Two-factor sign-in is on. Turn it off first, with a code.", {
            reason: "two_factor_on",
          });
        const { secret, uri, qrSvg } = await identity.secondFactor.begin(id, email);
        return { secret, uri, qr_svg: qrSvg };
      },
    }),
    endpoint({
      ...mine,
      method: "post",
      path: "/me/two-factor/confirm",
      summary: "Turn two-factor sign-in on",
      description: "Gives the recovery codes, once. Every other session ends.",
      action: "two-factor.on",
      body: twoFactorConfirm,
      answer: recoveryCodes,
      errors: ["conflict", "unprocessable"],
      handle: async ({ principal, body }) => ({
        recovery_codes: await accounts.confirmTwoFactor(principal, body.code),
      }),
    }),
    endpoint({
      ...mine,
      method: "delete",
      path: "/me/two-factor",
      summary: "Turn two-factor sign-in off",
      action: "two-factor.off",
      body: twoFactorEnd,
      answer: null,
      errors: ["conflict", "unprocessable"],
      async handle({ principal, body }) {
        await accounts.endTwoFactor(principal, body);
        return undefined;
      },
    }),
    endpoint({
      ...mine,
      method: "post",
      path: "/me/two-factor/recovery-codes",
      summary: "Make new recovery codes; the old ones stop working",
      action: "two-factor.recovery-codes",
      body: passwordProof,
      answer: recoveryCodes,
      errors: ["conflict", "unprocessable"],
      async handle({ principal, body }) {
        const { id, twoFactor } = await accounts.prove(principal, body.password);
        if (!twoFactor) throw new AppError("conflict", "Two-factor sign-in is off.", { reason: "two_factor_off" });
        return { recovery_codes: await identity.secondFactor.renewRecovery(id) };
      },
    }),
    endpoint({
      ...mine,
      method: "post",
      path: "/me/workspaces",
      summary: "Make a workspace of one's own",
      action: "workspaces.create",
      body: newOwnWorkspace,
      status: 201,
      answer: meDto,
      async handle({ principal, body, audit }) {
        audit({ targetId: await accounts.ownWorkspace(principal, body.name) });
        return me(principal.userId);
      },
    }),
  ];
}
