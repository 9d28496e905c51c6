import type { Connection } from "mongoose";
import type { Config } from "../../config/load.js";
import { adapterFor, adapters } from "../adapters/registry.js";
import { createIntake, type Intake } from "../adapters/intake.js";
import { AppError } from "../core/errors.js";
import { systemClock, type KeptAnswers, type Log } from "../core/ports.js";
import {
  createAccounts,
  createIdentity,
  createOidc,
  createThrottle,
  type Accounts,
  type Identity,
  type Oidc,
} from "../identity/index.js";
import type { InboxPresenter } from "../http/presenters/inbox.js";
import { inboxPresenter } from "../http/presenters/inbox.js";
import { signedFiles, type SignedFiles } from "../http/files.js";
import type { Operations } from "../http/routes/operations.js";
import { createInbox, type Inbox } from "../inbox/index.js";
import { createKeyring, type ManagedKeyring } from "../platform/keyring/index.js";
import { createOutgoingWebhooks, type OutgoingWebhooks } from "../features/outgoing-webhooks/index.js";
import { createNotifications, type Notifications } from "../features/notifications/index.js";
import { createDesk, type Desk } from "../features/desk/index.js";
import { createChannelLog, type ChannelLog } from "../features/channel-log/index.js";
import { createDemo, type Demo } from "../features/demo/index.js";
import { takeLease } from "../platform/lease.js";
import { createSimulator, type Simulator } from "../features/simulator/index.js";
import { webhookUrl } from "../http/presenters/channels.js";
import { channelDetails } from "../http/routes/channels.js";
import { lookingOf } from "../realtime/looking.js";
import { sessionProgressStore } from "../sessions/progress.js";
import { createOutbound } from "../platform/outbound/index.js";
import { createKeptAnswers } from "../platform/keptAnswers.js";
import { createMailer, type Mailer } from "../platform/mail/index.js";
import { connectMongo } from "../platform/mongo.js";
import { checkRedis, connectConsumer, connectProducer } from "../platform/redis.js";
import { createQueues, type Queues } from "../queue/queues.js";
import { deadLetters } from "../queue/deadLetters.js";
import { nextStep, reasonOf } from "../queue/retryPolicy.js";
import { createSessionCalls } from "../sessions/calls.js";
import { createSessionVaults } from "../sessions/vault.js";
import { Registry } from "prom-client";
import type { Redis } from "ioredis";
import { createChannels, type Channels } from "./channels.js";
import { accountNotes } from "./channelNotes.js";
import { createChannelSessions, type ChannelSessions } from "./channelSessions.js";
import { createFanout, type Fanout } from "./fanout.js";
import { noticeListener } from "./notices.js";
import { hookListener, hookPayloads } from "./hooks.js";
import { lagMetrics, type Lag } from "./lag.js";
import { blobStoreOf, mediaToolsOf } from "./media.js";
import { createOperations } from "./operations.js";
import { createOperationsHealth } from "./operationsHealth.js";
import { version } from "./version.js";
import { createPace } from "./pace.js";
import { normalizing, simulatedSurroundings, simulatorHosting, simulatorOn, standIns } from "./simulation.js";
import { surroundingsOf } from "./surroundings.js";

/** Everything that a role, or a command, of the program may need; nothing runs yet. */
export interface Services {
  log: Log;
  mongo: Connection;
  redis: Redis;
  keyring: ManagedKeyring;
  queues: Queues;
  identity: Identity;
  accounts: Accounts;
  oidc: Oidc;
  mailer: Mailer;
  inbox: Inbox;
  channels: Channels;
  intake: Intake;
  operations: Operations;
  present: InboxPresenter;
  files: SignedFiles;
  fanout: Fanout;
  metrics: Registry;
  lag: Lag;
  keptAnswers: KeptAnswers;
  hooks: OutgoingWebhooks;
  notifications: Notifications;
  desk: Desk;
  channelLog: ChannelLog;
  channelSessions: ChannelSessions;
  simulator: Simulator;
  demo: Demo;
  close(): Promise<void>;
}

/** What the stores must be told before services can be made. */
export interface Stores {
  mongoUri: string;
  redisUrl: string;
  masterKeys: readonly Buffer[];
  /** Signs addresses of files, and what browsers keep for us. */
  sessionSecret: string;
}

/** Connects the stores, checks them, creates the indexes and builds the parts on top. Throws AppError in plain words. */
export async function createServices(
  config: Config,
  stores: Stores,
  log: Log,
  publicUrl: () => string,
): Promise<Services> {
  const clock = systemClock;
  const redis = connectProducer({ url: stores.redisUrl, log });
  const mongo = await checked(redis, stores, config, log);
  const keyring = createKeyring({ connection: mongo, masterKeys: stores.masterKeys, clock });
  const queues = createQueues({ redis, prefix: config.REDIS_PREFIX });
  const identity = createIdentity({ connection: mongo, keyring, clock });
  const mailer = createMailer({
    smtpUrl: config.SMTP_URL,
    from: config.MAIL_FROM,
    catching: config.NODE_ENV !== "production",
    log,
  });
  const secret = stores.sessionSecret;
  const throttle = createThrottle({ redis, prefix: config.REDIS_PREFIX, pace: config.AUTH_PACE });
  const accounts = createAccounts({ identity, mailer, throttle, publicUrl, secret, clock });
  const oidc = createOidc({
    providers: config.OIDC_PROVIDERS ?? [],
    redirectUri: (id) => `${publicUrl().replace(/\/$/, "")}/api/v1/auth/oidc/${id}/callback`,
    secret,
    clock,
    log,
  });
  const keptAnswers = createKeptAnswers({ connection: mongo, keyring, clock });

  const outbound = createOutbound({ allow: config.OUTBOUND_ALLOW, log });
  const blobs = blobStoreOf(config, keyring);
  const vaults = createSessionVaults({ connection: mongo, blobs, clock });
  const connect = () => connectConsumer({ url: stores.redisUrl, log });
  const calls = createSessionCalls({ redis, connect, prefix: config.REDIS_PREFIX, keyring, log });
  const channels: Channels = createChannels({
    adapterFor,
    inbox: () => inbox,
    keyring,
    outbound,
    fileUrl: (file) => files.urls(file).url,
    surroundings: surroundingsOf(
      config,
      calls,
      vaults,
      simulatedSurroundings(() => simulator.where(), config.GRAPH_API_VERSION),
    ),
    publicUrl,
    simulatedUrl: () => simulator.where()?.webhooks,
    note: (account, note) => notes.note(account, note),
    forgetLog: (accountId) => channelLog.forget(accountId),
    enqueue: queues,
    clock,
    log,
  });
  const metrics = new Registry();
  const lag = lagMetrics(metrics);
  const fanout = createFanout();
  const capabilitiesOf = (kind: string) => adapterFor(kind)?.manifest.can;
  const inbox: Inbox = createInbox({
    connection: mongo,
    keyring,
    enqueue: queues,
    blobs,
    media: mediaToolsOf(config),
    fileLimitBytes: config.FILE_LIMIT_BYTES,
    send: channels.send,
    atProvider: channels.atProvider,
    openMedia: channels.openMedia,
    capabilitiesOf,
    pace: createPace({ redis, prefix: config.REDIS_PREFIX, capabilitiesOf, factor: config.SEND_PACE }),
    nextStep,
    reasonOf,
    known: {
      member: (workspaceId, id) => identity.members.has(workspaceId, id),
      team: (workspaceId, id) => identity.teams.has(workspaceId, id),
    },
    forget: (workspaceId, ids) => desk.forget(workspaceId, ids),
    appended: fanout.appended,
    ephemeral: fanout.ephemeral,
    observeSent: lag.sent,
    clock,
    log,
  });
  const channelLog = createChannelLog({
    connection: mongo,
    hasAccount: async (workspaceId, id) => (await inbox.accounts.find(workspaceId, id)) !== undefined,
    ephemeral: fanout.ephemeral,
    clock,
    log,
  });
  const notes = accountNotes(channelLog);
  fanout.listen(notes.listener);
  const channelSessions = createChannelSessions({
    inbox: () => inbox,
    store: sessionProgressStore({ redis, prefix: config.REDIS_PREFIX, keyring, now: () => clock.now() }),
    isLinked: ({ kind }) => kind === "whatsapp_web",
    ephemeral: fanout.ephemeral,
    clock,
  });
  const simulator: Simulator = createSimulator({
    standIns,
    on: simulatorOn(config),
    ...simulatorHosting(redis, config.REDIS_PREFIX),
    accounts: inbox.accounts,
    people: inbox.peopleOf,
    connect: (input) => channels.connect({ ...input, simulated: true }),
    registerAgain: channels.registerAgain,
    webhookPath: (account) => webhookUrl(account, ""),
    present: channelDetails({ channels, adapters, publicUrl, errors: channelLog.errors }),
    normalize: normalizing(adapterFor),
    ephemeral: fanout.ephemeral,
    clock,
    log,
  });
  const demo = createDemo({
    connection: mongo,
    available: simulatorOn(config),
    simulator,
    inbox,
    removeChannel: (workspaceId, id) => channels.remove(workspaceId, id, { withConversations: true }),
    members: async (workspaceId) =>
      (await identity.members.list(workspaceId)).filter(({ active }) => active).map(({ id }) => id),
    lease: (workspaceId) => takeLease(redis, `${config.REDIS_PREFIX}:lease:demo:${workspaceId}`, 15_000),
    ephemeral: fanout.ephemeral,
    clock,
    log,
  });
  const intake = createIntake({
    adapterFor,
    findByEndpoint: channels.findByEndpoint,
    accountOf: channels.accountOf,
    reportTrouble: channels.reportTrouble,
    reportWell: channels.reportWell,
    note: channels.note,
    enqueue: queues,
    keyring,
    log,
    now: () => clock.now(),
  });
  const files = signedFiles({ inbox: () => inbox, secret: stores.sessionSecret, publicUrl });
  const dead = deadLetters(queues);
  const health = createOperationsHealth({
    ...{ config, version, mongo, redis, queues, dead, inbox, clock },
    lag: lag.histogram,
  });
  health.start();
  const operations = createOperations({
    health: health.of,
    inbox,
    intake,
    channels,
    adapterFor,
    dead,
    enqueue: queues,
    keyring,
  });
  const present = inboxPresenter(files.urls);
  const hooks = createOutgoingWebhooks({
    connection: mongo,
    keyring,
    outbound,
    enqueue: queues,
    events: inbox.events,
    payloadOf: hookPayloads(inbox, present),
    publish: inbox.publish,
    publicUrl,
    clock,
    log,
  });
  const desk: Desk = createDesk({
    connection: mongo,
    inbox,
    names: {
      member: async (workspaceId, id) => (await identity.members.list(workspaceId)).find((one) => one.id === id)?.name,
      workspace: async (id) => (await identity.workspace(id))?.name,
    },
    keyring,
    clock,
  });
  fanout.listen(hookListener(hooks, queues, log));
  const notifications = createNotifications({
    ...{ connection: mongo, inbox, identity, mailer, outbound, keyring, publicUrl, clock, log },
    looking: lookingOf(redis, config.REDIS_PREFIX),
    contact: addressOf(config.MAIL_FROM),
    enqueue: queues,
  });
  const noticeHints = noticeListener(notifications, queues, log);
  fanout.listen(noticeHints);
  const close = async () => {
    noticeHints.close();
    health.close();
    await demo.close();
    await simulator.close();
    await mailer.close();
    await outbound.close();
    await channels.close();
    await calls.close();
    await queues.close();
    await channelLog.close();
    redis.disconnect();
    await mongo.close();
  };
  try {
    await Promise.all([
      keyring.ensureIndexes(),
      identity.ensureIndexes(),
      inbox.ensureIndexes(),
      keptAnswers.ensureIndexes(),
      hooks.ensureIndexes(),
      notifications.ensureIndexes(),
      desk.ensureIndexes(),
      vaults.ensureIndexes(),
      channelLog.ensureIndexes(),
      demo.ensureIndexes(),
    ]);
    await checkMasterKeys(keyring);
  } catch (error) {
    await close();
    throw error;
  }

  return {
    log,
    mongo,
    redis,
    keyring,
    queues,
    identity,
    accounts,
    oidc,
    mailer,
    inbox,
    channels,
    intake,
    operations,
    present,
    files,
    fanout,
    metrics,
    lag,
    keptAnswers,
    hooks,
    notifications,
    desk,
    channelLog,
    channelSessions,
    simulator,
    demo,
    close,
  };
}

/** The address in "Name <address>". */
const addressOf = (from: string) => /<([^>]+)>/.exec(from)?.[1] ?? from;

/** With another master key nothing stored could be opened, and new data keys would mix with the old ones. */
async function checkMasterKeys(keyring: ManagedKeyring): Promise<void> {
  const missing = await keyring.missingMaster();
  if (missing === undefined) return;
  throw new AppError(
    "unavailable",
    `MASTER_KEY lacks the key ${missing}, which protects what is stored; put that key back, behind the new one while rotating. Nothing was changed.`,
  );
}

async function checked(redis: Redis, stores: Stores, config: Config, log: Log): Promise<Connection> {
  try {
    await checkRedis(redis, log);
    return await connectMongo({ uri: stores.mongoUri, database: config.MONGODB_DATABASE, log });
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}
