import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { collectDefaultMetrics } from "prom-client";
import type { Config } from "../../config/load.js";
import { adapters } from "../adapters/registry.js";
import { AppError } from "../core/errors.js";
import { systemClock, type Log } from "../core/ports.js";
import { createApp, serverFor } from "../http/app.js";
import { dashboardRoutes } from "../http/dashboard.js";
import { docsRoutes } from "../http/docs.js";
import { guessLimit, rateLimit } from "../http/rateLimit.js";
import { healthRoutes } from "../http/health.js";
import { providerWebhooks } from "../http/providerWebhooks.js";
import { authenticated } from "../http/request.js";
import { binRoutes } from "../http/bins.js";
import { devMailRoutes } from "../http/devMail.js";
import { oidcRoutes } from "../http/oidcRoutes.js";
import { keepSignIn } from "../http/routes/auth.js";
import { cookiesOf, createSite } from "../http/site.js";
import { uploads } from "../http/files.js";
import { eventDto } from "../http/routes/operations.js";
import { pingMongo } from "../platform/mongo.js";
import { connectConsumer } from "../platform/redis.js";
import { bullBoardRoutes } from "../queue/bullBoard.js";
import { queueMetrics } from "../queue/metrics.js";
import { inboundHold, inboundQuarantine, inboundRecord } from "../queue/processors/inbound.js";
import { mediaFetch, mediaSweep } from "../queue/processors/media.js";
import { outboundDrain, outboundSweep } from "../queue/processors/outbound.js";
import { startWorkers } from "../queue/workers.js";
import { createRealtime, createRealtimeEmitter } from "../realtime/index.js";
import { createSupervisor } from "../sessions/supervisor.js";
import { listeningAt, publicUrlOf } from "./address.js";
import { apiDocument, apiRoutes, endpointsOf } from "./endpoints.js";
import { createServices, type Services, type Stores } from "./services.js";
import { version } from "./version.js";

export { version } from "./version.js";
const boardPath = "/admin/queues";

export interface Program {
  /** Where the API listens; undefined when this process has no such role. */
  url: string | undefined;
  /** The first workspace and its key, on the first start only. */
  first: { workspaceId: string; apiKey: string } | undefined;
  /** The one-time link that makes the first owner; undefined once there is one, and for processes that serve no pages. */
  setupLink: string | undefined;
  services: Services;
  /** Stops accepting, finishes what is in hand (bounded), closes the stores. */
  stop(): Promise<void>;
}

/** Starts the roles of this process. Throws AppError with one plain sentence when it cannot. */
export async function startProgram(config: Config, stores: Stores, log: Log): Promise<Program> {
  let url: string | undefined;
  let port = config.PORT;
  const publicUrl = () => publicUrlOf(config, port);
  const services = await createServices(config, stores, log, publicUrl);
  const has = (role: string) => config.ROLES.includes("all") || config.ROLES.includes(role);
  const stops: (() => Promise<void>)[] = [];
  const state = { draining: false };

  try {
    const first = await services.identity.firstStart("My workspace");
    if (has("api")) {
      const server = await listen(
        config,
        httpApp(config, services, log, publicUrl, () => state.draining),
      );
      port = (server.address() as AddressInfo).port;
      url = listeningAt(config.HOST, port);
      services.simulator.mayHost(listeningAt(config.HOST, port, "127.0.0.1"));
      services.demo.start();
      stops.push(serveSockets(config, stores, services, server, publicUrl, log));
      stops.push(() => closeServer(server, config.SHUTDOWN_TIMEOUT_MS));
    } else {
      stops.push(emitOnly(config, stores, services, log));
    }
    if (has("worker")) stops.push(await work(config, stores, services, log));
    if (has("sessions")) stops.push(sessions(config, services, log));

    return {
      url,
      first,
      setupLink: has("api") ? await setupLinkOf(services, publicUrl) : undefined,
      services,
      async stop() {
        state.draining = true;
        // Intake ends before the workers do, so that what was accepted is worked off or stays safely queued.
        await Promise.all(stops.map((stop) => stop()));
        await services.close();
      },
    };
  } catch (error) {
    await Promise.all(stops.map((stop) => stop()));
    await services.close();
    throw error;
  }
}

/** A fresh set-up link while nobody owns the first workspace. The token is in the fragment: no server's log sees it. */
export async function setupLinkOf(services: Services, publicUrl: () => string): Promise<string | undefined> {
  const token = await services.identity.setup.issue();
  return token === undefined ? undefined : `${publicUrl().replace(/\/$/, "")}/setup#${token}`;
}

function httpApp(config: Config, services: Services, log: Log, publicUrl: () => string, draining: () => boolean) {
  const { inbox, identity, accounts, oidc, mailer, intake, mongo, redis, queues, metrics } = services;
  const site = createSite(publicUrl);
  const { caught } = mailer;
  collectDefaultMetrics({ register: metrics, prefix: "switchboard_" });
  queueMetrics(queues, metrics, () => systemClock.now());
  const board =
    config.ADMIN_TOKEN === undefined || config.SESSION_SECRET === undefined
      ? []
      : [
          {
            path: boardPath,
            router: bullBoardRoutes({
              queues,
              path: boardPath,
              token: config.ADMIN_TOKEN,
              sessionSecret: config.SESSION_SECRET,
              secure: config.PUBLIC_URL.startsWith("https:"),
            }),
          },
        ];
  const endpoints = endpointsOf(services, publicUrl);
  const limits = { redis, prefix: config.REDIS_PREFIX };
  return createApp({
    log,
    metrics,
    trustProxy: config.TRUST_PROXY,
    jsonLimitBytes: config.JSON_LIMIT_BYTES,
    health: healthRoutes({
      checks: { mongodb: () => pingMongo(mongo), redis: () => redis.ping() },
      version,
      metrics,
      draining,
    }),
    webhooks: providerWebhooks(intake, { bodyLimitBytes: config.WEBHOOK_LIMIT_BYTES }),
    api: {
      authenticate: guessLimit(limits, authenticated(identity, site)),
      limit: rateLimit({
        ...limits,
        readsPerMinute: config.API_READS_PER_MINUTE,
        writesPerMinute: config.API_WRITES_PER_MINUTE,
      }),
      uploads: [
        uploads({ inbox, present: services.present }),
        apiRoutes(
          endpoints.filter(({ file }) => file !== undefined),
          services,
          site,
          log,
        ),
      ],
      routes: [
        apiRoutes(
          endpoints.filter(({ file }) => file === undefined),
          services,
          site,
          log,
        ),
        oidcRoutes({ oidc, accounts, site, keepSignIn }),
      ],
    },
    pages: [
      { path: "/", router: docsRoutes({ document: () => apiDocument(endpoints, version, publicUrl()) }) },
      { path: "/", router: services.files.downloads },
      { path: "/", router: binRoutes(services.hooks.bins) },
      ...(caught && config.NODE_ENV !== "production" ? [{ path: "/", router: devMailRoutes(caught) }] : []),
      ...board,
      { path: "/", router: dashboardRoutes() },
    ],
  });
}

/** Sockets of agents and integrators, on the same server. */
function serveSockets(
  config: Config,
  stores: Stores,
  { inbox, identity, fanout, redis: store }: Services,
  server: Server,
  publicUrl: () => string,
  log: Log,
): () => Promise<void> {
  const redis = connectConsumer({ url: stores.redisUrl, log });
  const site = createSite(publicUrl);
  const realtime = createRealtime({
    server,
    redis,
    prefix: config.REDIS_PREFIX,
    authenticate: (token) => identity.authenticate(token),
    store,
    isMember: (workspaceId, id) => identity.members.has(workspaceId, id),
    hasConversation: (workspaceId, id) => inbox.hasConversation(workspaceId, id),
    events: inbox.events,
    present: eventDto,
    admitMember: async (request, workspaceId) => {
      const { cookie } = request.headers;
      const secure = publicUrl().startsWith("https:");
      const token = cookiesOf(cookie, secure).session ?? (secure ? undefined : cookiesOf(cookie, true).session);
      const person = token === undefined ? undefined : await identity.access.person(token);
      if (!person) throw new AppError("unauthenticated", "Sign in first.");
      return identity.access.member(person, workspaceId);
    },
    review: identity.access.review,
    allowOrigin: site.ownOrigin,
    log,
  });
  fanout.listen(realtime);
  return async () => {
    await realtime.close();
    redis.disconnect();
  };
}

/** A process without sockets tells those that have them. */
function emitOnly(config: Config, stores: Stores, { fanout }: Services, log: Log): () => Promise<void> {
  const redis = connectConsumer({ url: stores.redisUrl, log });
  const emitter = createRealtimeEmitter({ redis, prefix: config.REDIS_PREFIX, log });
  fanout.listen(emitter);
  return async () => {
    await emitter.close();
    redis.disconnect();
  };
}

function listen(config: Config, app: ReturnType<typeof httpApp>): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = serverFor(app);
    server.once("error", (error: NodeJS.ErrnoException) => {
      const sentences: Record<string, string> = {
        EADDRINUSE: `Port ${config.PORT} is taken by another program; set PORT to a free one.`,
        EACCES: `Port ${config.PORT} may not be used without more rights; set PORT to one above 1023.`,
        EADDRNOTAVAIL: `HOST ${config.HOST} is not an address of this machine.`,
      };
      reject(
        new AppError(
          "unavailable",
          sentences[error.code ?? ""] ?? `The server cannot listen on ${config.HOST}:${config.PORT}.`,
        ),
      );
    });
    server.listen(config.PORT, config.HOST, () => resolve(server));
  });
}

async function closeServer(server: Server, timeoutMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection that still answers becomes idle only later; providers keep theirs open for minutes.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const timer = setTimeout(() => server.closeAllConnections(), timeoutMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(timer);
}

async function work(config: Config, stores: Stores, services: Services, log: Log) {
  const { inbox, keyring, queues, channels, hooks, notifications, lag } = services;
  const record = inboundRecord({
    inbox,
    keyring,
    acknowledge: channels.acknowledge,
    observe: lag.inbound,
    clock: systemClock,
  });
  const redis = connectConsumer({ url: stores.redisUrl, log });
  const workers = await startWorkers({
    redis,
    prefix: config.REDIS_PREFIX,
    queues,
    handlers: {
      "inbound.record": record,
      "inbound.hold": inboundHold(inbox, record),
      "inbound.quarantine": inboundQuarantine(inbox),
      "outbound.drain": outboundDrain(inbox, queues, systemClock),
      "outbound.release": ({ workspaceId, messageId }) => inbox.release(workspaceId, messageId),
      "outbound.sweep": outboundSweep(inbox, queues, systemClock),
      "media.fetch": mediaFetch(inbox),
      "media.sweep": mediaSweep(inbox, queues, systemClock),
      "contacts.profile": (job) => inbox.fetchProfile(job),
      "channels.templates": async ({ workspaceId, accountId }) => {
        await inbox.templates.sync(workspaceId, accountId);
      },
      "hooks.relay": ({ workspaceId }) => hooks.relay(workspaceId),
      "hooks.pump": ({ workspaceId, endpointId }) => hooks.pump(workspaceId, endpointId),
      "hooks.sweep": () => hooks.sweep(),
      "notices.relay": ({ workspaceId }) => notifications.relay(workspaceId),
      "notices.mail": ({ workspaceId, memberId }) => notifications.digest(workspaceId, memberId),
      "notices.push": ({ workspaceId }) => notifications.tellBrowsers(workspaceId),
      "notices.sweep": () => notifications.sweep(),
      "inbox.sweep": () => inbox.sweep(),
      "channels.check": () => channels.checkAll(),
    },
    concurrency: config.WORKER_CONCURRENCY,
    log,
  }).catch((error: unknown) => {
    redis.disconnect();
    throw error;
  });
  return async () => {
    await workers.stop(config.SHUTDOWN_TIMEOUT_MS);
    redis.disconnect();
  };
}

function sessions(config: Config, services: Services, log: Log) {
  const { inbox, intake, channels, redis } = services;
  const supervisor = createSupervisor({
    inbox,
    intake,
    redis,
    prefix: config.REDIS_PREFIX,
    kinds: adapters.map((adapter) => adapter.manifest.kind),
    open: channels.open,
    intakeAccount: channels.intakeAccount,
    progress: services.channelSessions.progress,
    log,
  });
  supervisor.start();
  return () => supervisor.stop();
}
