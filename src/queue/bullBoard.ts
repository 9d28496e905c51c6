import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { ExpressAdapter } from "@bull-board/express";
import express, { Router, type Request, type Response } from "express";
import helmet from "helmet";
import { RateLimiterMemory } from "rate-limiter-flexible";
import type { Queues } from "./queues.js";

interface Options {
  queues: Queues;
  /** Where it stands, such as "/admin/queues". */
  path: string;
  /** The token that opens it, and the key that signs the login cookie. */
  token: string;
  sessionSecret: string;
  /** Served over TLS: the cookie is then sent over TLS only. */
  secure: boolean;
}

const cookieName = "switchboard_admin";
const sessionMs = 8 * 3_600_000;

/** The queue board behind a login. Payloads are sealed, so it shows what waits and fails, not what it says. */
export function bullBoardRoutes(options: Options): Router {
  const { queues, path, token, sessionSecret } = options;
  const adapter = new ExpressAdapter();
  adapter.setBasePath(path);
  createBullBoard({
    queues: [...queues.byName.values()].map((queue) => new BullMQAdapter(queue)),
    serverAdapter: adapter,
  });

  const attempts = new RateLimiterMemory({ points: 5, duration: 60 });
  const sign = (until: number) => createHmac("sha256", sessionSecret).update(`admin ${until}`).digest("base64url");
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const same = (a: string, b: string) => timingSafeEqual(digest(a), digest(b));

  function signedIn(request: Request): boolean {
    const cookie = (request.get("cookie") ?? "")
      .split(";")
      .map((part) => part.trim())
      .find((part) => part.startsWith(`${cookieName}=`));
    const [until = "", signature = ""] = cookie?.slice(cookieName.length + 1).split(".") ?? [];
    return Number(until) > Date.now() && same(signature, sign(Number(until)));
  }

  const routes = Router();
  routes.post(
    "/login",
    express.urlencoded({ extended: false, limit: 2_000 }),
    async (request: Request, response: Response) => {
      try {
        await attempts.consume(request.ip ?? "unknown");
      } catch {
        response.status(429).type("html").send(page("Too many attempts. Wait a minute and try again."));
        return;
      }
      const given = (request.body as { token?: unknown } | undefined)?.token;
      if (typeof given !== "string" || !same(given, token)) {
        response.status(401).type("html").send(page("That token is not the right one."));
        return;
      }
      const until = Date.now() + sessionMs;
      response.cookie(cookieName, `${until}.${sign(until)}`, {
        httpOnly: true,
        sameSite: "strict",
        secure: options.secure,
        path,
        maxAge: sessionMs,
      });
      response.redirect(303, path);
    },
  );
  routes.use((request, response, next) => {
    if (signedIn(request)) next();
    else response.status(401).type("html").send(page());
  });
  routes.use(
    // The board brings inline styles and scripts of its own; everything still comes from here.
    helmet({
      contentSecurityPolicy: {
        directives: {
          defaultSrc: ["'self'"],
          styleSrc: ["'self'", "'unsafe-inline'"],
          scriptSrc: ["'self'", "'unsafe-inline'"],
          imgSrc: ["'self'", "data:"],
          upgradeInsecureRequests: null,
        },
      },
    }),
    adapter.getRouter() as Router,
  );
  return routes;

  function page(problem = ""): string {
    return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Queues</title><body><main><h1>Queues</h1>${problem ? `<p role="alert">${problem}</p>` : ""}
<form method="post" action="${path}/login"><label>Admin token <input name="token" type="password" autocomplete="current-password" required autofocus></label>
<button>Sign in</button></form></main></body></html>`;
  }
}
