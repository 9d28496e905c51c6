import { randomBytes } from "node:crypto";
import type { Answer } from "./gateway.js";

/** Answers of the sign-in API, as suites look at them. */
export interface MeView {
  id: string;
  name: string;
  email: string;
  email_verified: boolean;
  two_factor: boolean;
  has_password: boolean;
  language: string;
  preferences: Record<string, unknown>;
  memberships: {
    workspace: { id: string; name: string; brand_color: string | null; two_factor_required: boolean };
    member_id: string;
    role: { id: string; name: string };
    permissions: string[];
  }[];
}

/** A browser: it keeps cookies, and sends what our pages send. */
export interface Browser {
  /** By full name, as the server set them. */
  cookies: Map<string, string>;
  /** The workspace its requests name; undefined: none. */
  workspace: string | undefined;
  /** What the last answer said about cookies, whole. */
  lastSetCookie: string[];
  call<T>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<T>>;
  cookieHeader(): string;
}

export function openBrowser(url: string): Browser {
  const cookies = new Map<string, string>();
  const browser: Browser = {
    cookies,
    workspace: undefined,
    lastSetCookie: [],
    cookieHeader: () => [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
    async call<T>(
      method: string,
      path: string,
      body?: unknown,
      headers: Record<string, string> = {},
    ): Promise<Answer<T>> {
      const response = await fetch(path.startsWith("http") ? path : `${url}/api/v1${path}`, {
        method,
        redirect: "manual",
        headers: {
          ...(cookies.size === 0 ? {} : { cookie: browser.cookieHeader() }),
          ...(browser.workspace === undefined ? {} : { "switchboard-workspace": browser.workspace }),
          ...(method === "GET" ? {} : { "x-requested-with": "switchboard", origin: url }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      browser.lastSetCookie = response.headers.getSetCookie();
      for (const line of browser.lastSetCookie) {
        const [pair = ""] = line.split(";");
        const name = pair.slice(0, pair.indexOf("="));
        if (/Max-Age=0/.test(line)) cookies.delete(name);
        else cookies.set(name, pair.slice(pair.indexOf("=") + 1));
      }
      const text = await response.text();
      const json = /json/.test(response.headers.get("content-type") ?? "");
      return { status: response.status, headers: response.headers, body: (json ? JSON.parse(text) : text) as T };
    },
  };
  return browser;
}

export const goodPassword = "purple otter rides a tram";
export const newEmail = (name = "person") => `${name}-${randomBytes(4).toString("hex")}@example.org`;

/** The first owner, through the set-up link. */
export async function setUp(
  gateway: { url: string; setupLink: string | undefined },
  more: Record<string, unknown> = {},
): Promise<{ browser: Browser; me: MeView; email: string }> {
  const browser = openBrowser(gateway.url);
  const email = (more.email as string | undefined) ?? newEmail("owner");
  const { status, body } = await browser.call<MeView>("POST", "/auth/setup", {
    token: gateway.setupLink!.split("#")[1],
    name: "Olive Owner",
    email,
    password: goodPassword,
    workspace_name: "Acme",
    language: "en",
    ...more,
  });
  if (status !== 201) throw new Error(`set-up answered ${status}: ${JSON.stringify(body)}`);
  browser.workspace = body.memberships[0]!.workspace.id;
  return { browser, me: body, email };
}

/** Somebody new, invited by `by` into its workspace and signed in there. */
export async function invited(
  by: Browser,
  url: string,
  roleId: string,
  name = "Ivy Invited",
): Promise<{ browser: Browser; me: MeView; email: string; memberId: string }> {
  const email = newEmail("invited");
  const invitation = await by.call<{ link: string }>("POST", "/invitations", { email, role_id: roleId });
  if (invitation.status !== 201) throw new Error(`invitation answered ${invitation.status}`);
  const browser = openBrowser(url);
  const token = invitation.body.link.split("#")[1];
  const { status, body } = await browser.call<MeView>("POST", "/auth/invitations/accept", {
    token,
    name,
    password: goodPassword,
  });
  if (status !== 201) throw new Error(`accepting answered ${status}: ${JSON.stringify(body)}`);
  browser.workspace = by.workspace;
  const seat = body.memberships.find((one) => one.workspace.id === by.workspace)!;
  return { browser, me: body, email, memberId: seat.member_id };
}

/** Signs in and keeps the cookies. */
export const signIn = (browser: Browser, email: string, password = goodPassword) =>
  browser.call<{ state: string; me: MeView | null; code?: string; detail?: string }>("POST", "/auth/sign-in", {
    email,
    password,
  });
