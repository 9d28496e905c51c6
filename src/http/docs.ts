import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import { Router } from "express";
import helmet from "helmet";
import type { ErrorCode } from "../core/errors.js";
import { fieldReasons, reasons } from "../core/reasons.js";
import { statusOf } from "./problems.js";

const assets = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
/** What the page needs of the package, which holds much more. */
const served = ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"];

/** Own scripts only; the page's library sets styles of elements. */
const policy = helmet({
  contentSecurityPolicy: {
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", "data:"],
      connectSrc: ["'self'"],
      fontSrc: ["'self'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
    },
  },
});

/** Every refusal: what it means and what to do. */
const errors: Record<ErrorCode, { means: string; todo: string }> = {
  invalid_request: {
    means: "The request is not as it should be; `errors` points at each field that is wrong.",
    todo: "Mend the fields and send it again.",
  },
  unauthenticated: {
    means:
      "There is no API key and no session, or it is unknown, expired or ended; or a password or code is not right.",
    todo: "Send Authorization: Bearer sb_live_… with a valid key, or sign in.",
  },
  forbidden: {
    means: "The caller is known and may not do this; the sentence names the scope or permission that is missing.",
    todo: "Use a key with that scope, or ask an owner for a role with that permission.",
  },
  two_factor_required: {
    means: "The workspace asks for two-factor sign-in, and this person has none yet.",
    todo: "Turn it on in the profile, then try again.",
  },
  not_found: {
    means: "There is no such thing in this workspace.",
    todo: "Check the id. What belongs to another workspace looks the same.",
  },
  method_not_allowed: { means: "The address exists and does not take this method.", todo: "See the Allow header." },
  overtaken: {
    means:
      "Somebody else of the workspace wrote to the customer after the message you saw; `message` holds what they wrote.",
    todo: "Read it, then send again with `force: true`, or leave it.",
  },
  conflict: {
    means: "It does not fit the present state, or the first request with this Idempotency-Key is still running.",
    todo: "Read the state again; after Retry-After, try again.",
  },
  idempotency_mismatch: {
    means: "The Idempotency-Key was used with another request.",
    todo: "Use a new key for a new request.",
  },
  payload_too_large: { means: "The body is larger than allowed.", todo: "Send less, or files as attachments." },
  unsupported_media_type: {
    means: "The body is of a type or encoding that is not taken.",
    todo: "Send application/json in UTF-8.",
  },
  unprocessable: {
    means: "It was understood and cannot be done; `reason` says why where programs should know.",
    todo: "Read the sentence: it says what would have to change.",
  },
  rate_limited: { means: "Too many requests.", todo: "Wait as long as Retry-After says." },
  unavailable: {
    means: "A store is away. Nothing was accepted.",
    todo: "Try again after Retry-After, with the same Idempotency-Key.",
  },
  internal: {
    means: "Something went wrong on our side.",
    todo: "Quote `instance` (the request id) when you ask for help.",
  },
};

/** The OpenAPI document, a page to read and try it, and the list of errors. Nothing is loaded from anywhere else. */
export function docsRoutes(deps: { document: () => unknown }): Router {
  const routes = Router();
  routes.get("/openapi.json", (_request, response) => {
    response.json(deps.document());
  });
  routes.get("/docs", policy, (_request, response) => {
    response.type("html").send(docsPage);
  });
  routes.get("/docs/start.js", policy, (_request, response) => {
    response.type("js").send(startScript);
  });
  routes.get("/docs/theme.css", policy, (_request, response) => {
    response.type("css").send(theme);
  });
  for (const name of served) {
    routes.get(`/docs/${name}`, policy, (_request, response, next) => {
      response.sendFile(join(assets, name), { maxAge: "1d" }, (error) => {
        if (error) next(error);
      });
    });
  }
  routes.get("/docs/errors", policy, (_request, response) => {
    response.type("html").send(errorsPage);
  });
  return routes;
}

const page = (title: string, head: string, body: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/docs/favicon-32x32.png">
${head}
<link rel="stylesheet" href="/docs/theme.css">
</head>
<body>
${body}
</body>
</html>
`;

const nav = `<header><strong>Switchboard API</strong><nav aria-label="Documentation"><a href="/docs">Reference</a> <a href="/docs/errors">Errors</a> <a href="/openapi.json">OpenAPI 3.1</a></nav></header>`;

const docsPage = page(
  "Switchboard API",
  '<link rel="stylesheet" href="/docs/swagger-ui.css">',
  `${nav}<main id="docs"></main><noscript>This page needs JavaScript. The same is in <a href="/openapi.json">openapi.json</a>.</noscript>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script>`,
);

const startScript = `window.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  persistAuthorization: false,
  syntaxHighlight: { activated: false },
  validatorUrl: null,
});
`;

const coded = (text: string) => text.replace(/`([^`]+)`/g, "<code>$1</code>");

const describedList = (catalogue: Readonly<Record<string, { means: string; params: readonly string[] }>>) =>
  Object.entries(catalogue)
    .map(
      ([name, { means, params }]) =>
        `<dt><code>${name}</code>${params.length > 0 ? ` (${params.join(", ")})` : ""}</dt><dd>${coded(means)}</dd>`,
    )
    .join("\n");

const errorsPage = page(
  "Errors · Switchboard API",
  "",
  `${nav}<main class="errors"><h1>Errors</h1><p>Every refusal is a problem document (RFC 9457). <code>code</code> is stable, for programs; <code>detail</code> is a sentence that may be shown to people.</p>
${Object.entries(errors)
  .map(
    ([code, { means, todo }]) =>
      `<section id="${code}"><h2><code>${code}</code> <span>${statusOf(code as ErrorCode)}</span></h2><p>${coded(means)}</p><p><b>What to do:</b> ${coded(todo)}</p></section>`,
  )
  .join("\n")}
<h2 id="reasons">Reasons</h2><p><code>reason</code> says more than the code. Further members of the document are named in brackets.</p>
<dl>${describedList(reasons)}</dl>
<h2 id="fields">Fields</h2><p>Every entry of <code>errors</code> has a <code>code</code>, and <code>params</code> where its sentence speaks of something.</p>
<dl>${describedList(fieldReasons)}</dl></main>`,
);

const theme = `:root { --bg: #ffffff; --surface: #f8f9fa; --text: #16191d; --text-2: #4a5360; --line: #e3e6ea; --brand: #0b7268; }
@media (prefers-color-scheme: dark) { :root { --bg: #0f1214; --surface: #15191c; --text: #eceff1; --text-2: #b4bdc5; --line: #2a3137; --brand: #3cc9b6; } }
body { margin: 0; background: var(--bg); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: baseline; padding: 12px 20px; border-bottom: 1px solid var(--line); background: var(--surface); }
a { color: var(--brand); }
nav a { margin-right: 12px; padding: 4px 0; display: inline-block; }
:focus-visible { outline: 2px solid #1d5fd1; outline-offset: 2px; }
.errors { max-width: 720px; margin: 0 auto; padding: 8px 20px 48px; }
.errors section { border-top: 1px solid var(--line); padding: 8px 0; scroll-margin-top: 8px; }
.errors h2 { font-size: 1.05rem; margin: 8px 0 0; } .errors h2 span { color: var(--text-2); font-weight: 400; }
.errors p { margin: 6px 0; overflow-wrap: anywhere; }
.swagger-ui .info { margin: 20px 0; } .swagger-ui .scheme-container { box-shadow: none; background: none; padding: 12px 0; }
.swagger-ui .btn.authorize { color: #0b7268; border-color: #0b7268; } .swagger-ui .btn.authorize svg { fill: #0b7268; }
@media (max-width: 600px) { .swagger-ui .wrapper { padding: 0 10px; } .swagger-ui .opblock .opblock-summary-path { max-width: 60vw; } .swagger-ui .opblock .opblock-summary-description { display: none; } }
@media (prefers-color-scheme: dark) {
  .swagger-ui { filter: invert(88%) hue-rotate(180deg); }
  .swagger-ui .highlight-code, .swagger-ui .microlight, .swagger-ui img { filter: invert(100%) hue-rotate(180deg); }
}
`;
