import { Router } from "express";
import { AppError } from "../core/errors.js";
import { OidcError, oidcSeconds, type Accounts, type Oidc, type SignInResult } from "../identity/index.js";
import { originOf } from "./request.js";
import { setCookie, type Site } from "./site.js";

/** Where these are, below `/api/v1`. Plain pages that lead a browser on; they answer no JSON. */
export const oidcPaths = ["/auth/oidc/:provider", "/auth/oidc/:provider/callback"] as const;

/** The sign-in page, with the page that was wanted before. */
function signInPage(about: Record<string, string>, next: string): string {
  return `/sign-in?${new URLSearchParams({ ...about, ...(next === "/" ? {} : { next }) }).toString()}`;
}

/** Signing in elsewhere: to the provider and back. */
export function oidcRoutes(deps: {
  oidc: Oidc;
  accounts: Accounts;
  site: Site;
  keepSignIn: (
    cookies: { cookie(name: string, value: string | null, seconds?: number): void },
    result: SignInResult,
  ) => void;
}): Router {
  const { oidc, accounts, site } = deps;
  const routes = Router();
  const troubleOf = (error: unknown): string => {
    if (error instanceof OidcError) return error.trouble;
    if (error instanceof AppError) return error.code;
    throw error;
  };

  routes.get(oidcPaths[0], async (request, response) => {
    response.set("Cache-Control", "no-store");
    const next = typeof request.query.next === "string" ? request.query.next : undefined;
    try {
      const { url, cookie } = await oidc.begin(request.params.provider, next);
      setCookie(response, site.secure(request), "oidc", cookie, oidcSeconds);
      response.redirect(303, url);
    } catch (error) {
      response.redirect(303, signInPage({ error: troubleOf(error) }, next ?? "/"));
    }
  });

  routes.get(oidcPaths[1], async (request, response) => {
    const secure = site.secure(request);
    const from = originOf(request, site);
    const cookie = (name: string, value: string | null, seconds?: number) =>
      setCookie(response, secure, name, value, seconds);
    // What comes back is good for one try.
    cookie("oidc", null);
    response.set({ "Cache-Control": "no-store", "Referrer-Policy": "no-referrer" });
    const next = oidc.nextOf(from.cookies.oidc);
    try {
      const query = request.originalUrl.split("?")[1] ?? "";
      const person = await oidc.finish(request.params.provider, from.cookies.oidc, query);
      const result = await accounts.signInElsewhere(person, from);
      deps.keepSignIn({ cookie }, result);
      response.redirect(303, result.state === "signed_in" ? next : signInPage({ step: "two-factor" }, next));
    } catch (error) {
      response.redirect(303, signInPage({ error: troubleOf(error) }, next));
    }
  });
  return routes;
}
