import { endpoint, type Call, type Endpoint } from "../../api/endpoint.js";
import { absoluteMs, type Accounts, type Identity, type SignInResult } from "../../identity/index.js";
import {
  authStateDto,
  forgotRequest,
  invitationAccept,
  invitationLook,
  invitationShown,
  joinedDto,
  meDto,
  resetRequest,
  setupRequest,
  signInAnswer,
  signInRequest,
  twoFactorRequest,
  verifyRequest,
} from "../../wire/identity.js";
import type { Language } from "../../wire/identity.js";
import { meView } from "../presenters/identity.js";

const tag = "Sign-in";
const challengeSeconds = 600;
const deviceSeconds = 365 * 24 * 3_600;

interface Deps {
  identity: Identity;
  accounts: Accounts;
  providers: readonly { id: string; label: string }[];
  mailWorks: boolean;
  /** Tells the open pages of a workspace that somebody joined. */
  accessChanged(workspaceId: string): void;
  version: string;
  /** Loads demo data for whoever just set up; absent: there is none to load. */
  loadDemo?: ((workspaceId: string, language: Language) => Promise<unknown>) | undefined;
}

type Cookies = Pick<Call<unknown, unknown>, "cookie">;

/** Gives the browser what it needs for the next step. The session is new: whatever it held before is worth nothing for it. */
export function keepSignIn({ cookie }: Cookies, result: SignInResult): void {
  if (result.state === "two_factor_needed") {
    cookie("challenge", result.challenge, challengeSeconds);
    return;
  }
  cookie("session", result.token, absoluteMs / 1_000);
  cookie("device", result.device, deviceSeconds);
  cookie("challenge", null);
}

/** Coming in: set-up, sign-in, its second step, lost passwords, invitations. */
export function authEndpoints(deps: Deps): Endpoint[] {
  const { identity, accounts } = deps;
  // Answers and bodies hold secrets: nothing of them may be kept.
  const open = { tag, access: "public", scope: null, idempotency: "none" } as const;
  const me = async (userId: string) => meView(await accounts.me(userId));
  return [
    endpoint({
      ...open,
      method: "get",
      path: "/auth/state",
      summary: "What a sign-in page needs to know",
      answer: authStateDto,
      handle: async ({ principal }) => ({
        setup_needed: await identity.setup.needed(),
        signed_in: principal !== null,
        providers: [...deps.providers],
        mail: deps.mailWorks,
        demo_available: deps.loadDemo !== undefined,
        version: deps.version,
      }),
    }),
    endpoint({
      ...open,
      method: "post",
      path: "/auth/setup",
      summary: "Set up the first owner, with the one-time link of the first start",
      body: setupRequest,
      status: 201,
      answer: meDto,
      errors: ["conflict"],
      async handle({ body, from, cookie }) {
        const { token, name, email, password, workspace_name: workspaceName, language } = body;
        const result = await accounts.setUp({ token, name, email, password, workspaceName, language }, from);
        keepSignIn({ cookie }, result);
        const owner = await accounts.me(result.userId);
        const seat = owner.memberships[0];
        if (body.demo === true && seat) await deps.loadDemo?.(seat.workspace.id, body.language);
        return meView(owner);
      },
    }),
    endpoint({
      ...open,
      method: "post",
      path: "/auth/sign-in",
      summary: "Sign in with e-mail address and password",
      description: "Sets the session cookie, or asks for the second step.",
      body: signInRequest,
      answer: signInAnswer,
      async handle({ body, from, cookie }) {
        const { email, password } = body;
        const result = await accounts.signIn({ email, password, device: from.cookies.device }, from);
        keepSignIn({ cookie }, result);
        return result.state === "signed_in"
          ? { state: result.state, me: await me(result.userId) }
          : { state: result.state, me: null };
      },
    }),
    endpoint({
      ...open,
      method: "post",
      path: "/auth/two-factor",
      summary: "The second step of signing in",
      body: twoFactorRequest,
      answer: signInAnswer,
      async handle({ body, from, cookie }) {
        const result = await accounts.secondStep(
          { challenge: from.cookies.challenge, code: body.code, recoveryCode: body.recovery_code },
          from,
        );
        keepSignIn({ cookie }, result);
        return { state: result.state, me: await me(result.userId) };
      },
    }),
    endpoint({
      ...open,
      method: "post",
      path: "/auth/sign-out",
      summary: "End this session",
      answer: null,
      async handle({ principal, from, cookie }) {
        if (principal) await accounts.signOut(principal, from);
        cookie("session", null);
        cookie("challenge", null);
        return undefined;
      },
    }),
    endpoint({
      ...open,
      method: "post",
      path: "/auth/password/forgot",
      summary: "Mail a link that sets a new password",
      description: "The answer is the same whether there is such an account or not.",
      body: forgotRequest,
      answer: null,
      async handle({ body, from }) {
        await accounts.forgot(body.email, from);
        return undefined;
      },
    }),
    endpoint({
      ...open,
      method: "post",
      path: "/auth/password/reset",
      summary: "Set a new password with the token of the link",
      description: "Every session of the account ends.",
      body: resetRequest,
      answer: null,
      errors: ["not_found"],
      async handle({ body, from }) {
        await accounts.reset(body.token, body.password, from);
        return undefined;
      },
    }),
    endpoint({
      ...open,
      method: "post",
      path: "/auth/email/verify",
      summary: "Confirm an address with the token of the link",
      body: verifyRequest,
      answer: null,
      errors: ["not_found"],
      async handle({ body, from }) {
        await accounts.verify(body.token, from);
        return undefined;
      },
    }),
    endpoint({
      ...open,
      method: "post",
      path: "/auth/invitations/look",
      summary: "What an invitation says",
      body: invitationLook,
      answer: invitationShown,
      errors: ["not_found"],
      async handle({ body, from }) {
        const shown = await accounts.invitation(body.token, from);
        return {
          workspace_name: shown.workspaceName,
          email: shown.email,
          role_id: shown.roleId,
          role_name: shown.roleName,
          invited_by: shown.invitedBy,
          account_exists: shown.accountExists,
          expires_at: shown.expiresAt.toISOString(),
        };
      },
    }),
    endpoint({
      ...open,
      method: "post",
      path: "/auth/invitations/accept",
      summary: "Accept an invitation",
      description: "Whoever is signed in just joins; others sign in with their password, or make an account.",
      body: invitationAccept,
      status: 201,
      answer: joinedDto,
      errors: ["not_found", "conflict"],
      async handle({ principal, body, from, cookie }) {
        const { userId, workspaceId, signedIn } = await accounts.accept({ ...body, person: principal }, from);
        if (signedIn) keepSignIn({ cookie }, signedIn);
        deps.accessChanged(workspaceId);
        return { ...(await me(userId)), joined_workspace_id: workspaceId };
      },
    }),
  ];
}
