import { createServer, type Server } from "node:http";
import express, { type Express, type RequestHandler, type Router } from "express";
import helmet from "helmet";
import { Histogram, type Registry } from "prom-client";
import { AppError } from "../core/errors.js";
import type { Log } from "../core/ports.js";
import { methodsOf, optionsOf } from "./methods.js";
import { notFound, problemHandler } from "./problems.js";
import { requestLog } from "./requestLog.js";

export interface AppOptions {
  log: Log;
  metrics: Registry;
  /** Express' trust proxy: how many proxies stand in front. */
  trustProxy: number;
  /** Largest JSON body of the API, in bytes. */
  jsonLimitBytes: number;
  /** Raw-body webhooks of providers. */
  webhooks: Router;
  health: Router;
  /** Every `/api/v1` route, and who may pass. */
  api: {
    authenticate: RequestHandler;
    /** Stands behind authentication. */
    limit: RequestHandler;
    /** Take bodies that are no JSON, and may take long to come. */
    uploads: readonly Router[];
    routes: readonly Router[];
  };
  /** Pages with an own content policy, such as the queue board. */
  pages: readonly { path: string; router: Router }[];
}

/** JSON only, as an object or array; `__proto__` never becomes a key of ours. */
function jsonBody(limit: number): RequestHandler[] {
  const parse = express.json({
    limit,
    strict: true,
    reviver: (key, value: unknown) => (key === "__proto__" ? undefined : value),
  });
  return [
    (request, _response, next) => {
      const length = Number(request.get("content-length") ?? 0);
      const hasBody = length > 0 || request.get("transfer-encoding") !== undefined;
      if (hasBody && !request.is("application/json")) {
        throw new AppError("unsupported_media_type", "Send the body as application/json.");
      }
      next();
    },
    parse,
  ];
}

const rememberBase: RequestHandler = (request, response, next) => {
  response.locals.base = request.baseUrl;
  next();
};

export function createApp(options: AppOptions): Express {
  const app = express();
  app.set("trust proxy", options.trustProxy);
  app.set("query parser", "simple");
  app.disable("etag");

  const durations = new Histogram({
    name: "switchboard_http_request_seconds",
    help: "Duration of HTTP requests",
    labelNames: ["method", "route", "status"] as const,
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 1, 3],
    registers: [options.metrics],
  });
  app.use(requestLog(options.log, durations));
  app.use(helmet({ contentSecurityPolicy: { directives: { defaultSrc: ["'self'"], frameAncestors: ["'none'"] } } }));
  app.use(inTime);
  app.use(options.health);
  app.use(options.webhooks);
  for (const { path, router } of options.pages) app.use(path, router);

  app.use(
    "/api/v1",
    rememberBase,
    options.api.authenticate,
    options.api.limit,
    optionsOf([...options.api.routes, ...options.api.uploads]),
    ...options.api.uploads,
    ...jsonBody(options.jsonLimitBytes),
    ...options.api.routes,
    methodsOf([...options.api.routes, ...options.api.uploads]),
  );
  app.use(notFound);
  app.use(problemHandler(options.log));
  return app;
}

/** A body may take this long; a file over a slow line longer. */
const bodyMs = 30_000;
const uploadMs = 15 * 60_000;
const uploadPaths = /^\/api\/v1\/(attachments|contacts\/imports(\/[a-z]+)?)$/;

/** Cuts off whoever sends a body too slowly. */
const inTime: RequestHandler = (request, response, next) => {
  const timer = setTimeout(() => request.destroy(), uploadPaths.test(request.path) ? uploadMs : bodyMs);
  request.once("end", () => clearTimeout(timer));
  response.once("close", () => clearTimeout(timer));
  next();
};

/** A server that cuts slow senders off: headers within 10 s, the whole request within 30 s, a file within 15 minutes. */
export function serverFor(app: Express): Server {
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: uploadMs, connectionsCheckingInterval: 5_000 },
    app,
  );
  server.keepAliveTimeout = 65_000;
  server.maxHeadersCount = 100;
  return server;
}
