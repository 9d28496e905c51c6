import { Router, type RequestHandler } from "express";
import helmet from "helmet";
import { AppError } from "../core/errors.js";
import type { CaughtMail } from "../platform/mail/index.js";

/** Nothing but its own styles: mails are shown as text. */
const policy = helmet({
  contentSecurityPolicy: {
    directives: {
      defaultSrc: ["'none'"],
      styleSrc: ["'unsafe-inline'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
    },
  },
});

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text: string) => text.replace(/[&<>"']/g, (letter) => entities[letter]!);
const linked = (text: string) => escaped(text).replace(/https?:\/\/[^\s<]+/g, (url) => `<a href="${url}">${url}</a>`);

const localNames = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** The mails hold links that open accounts: they are for who sits at this machine, not for who comes through a tunnel. */
const fromThisMachine: RequestHandler = (request, _response, next) => {
  const here = ["127.0.0.1", "::1", "::ffff:127.0.0.1"].includes(request.socket.remoteAddress ?? "");
  const direct = localNames.test(request.get("host") ?? "") && request.get("x-forwarded-for") === undefined;
  if (!here || !direct) throw new AppError("not_found", "There is nothing at this address.");
  next();
};

/** The mails that were caught instead of sent, for development. Never mounted in production. */
export function devMailRoutes(caught: () => readonly CaughtMail[]): Router {
  const routes = Router();
  routes.use("/dev", fromThisMachine);
  routes.get("/dev/mail.json", (_request, response) => {
    response.set("Cache-Control", "no-store").json({ data: caught() });
  });
  routes.get("/dev/mail", policy, (_request, response) => {
    response.set("Cache-Control", "no-store").type("html").send(page(caught()));
  });
  return routes;
}

const page = (mails: readonly CaughtMail[]) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Mails</title>
<style>
body { margin: 0 auto; max-width: 720px; padding: 16px; font: 14px/20px system-ui, sans-serif; }
article { border: 1px solid #838c97; border-radius: 10px; padding: 12px 16px; margin: 16px 0; }
h1 { font-size: 20px; } h2 { font-size: 16px; margin: 0; } .meta { opacity: .75; margin: 0; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
</style>
</head>
<body>
<main>
<h1>Mails</h1>
<p>SMTP_URL is not set, so mails end here, in memory. Newest first.</p>
${mails.length === 0 ? "<p>No mail yet.</p>" : ""}
${mails
  .map(
    (mail) => `<article><h2>${escaped(mail.subject)}</h2>
<p class="meta">To ${escaped(mail.to)}, ${mail.at.toISOString()}</p>
<pre>${linked(mail.text)}</pre></article>`,
  )
  .join("\n")}
</main>
</body>
</html>
`;
