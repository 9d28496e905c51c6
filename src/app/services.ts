import type { Connection } from "mongoose";
import type { Config } from "../../config/load.js";
import { adapterFor } from "../adapters/registry.js";
import { createIntake, type Intake } from "../adapters/intake.js";
import { AppError } from "../core/errors.js";
import { systemClock, type Log } from "../core/ports.js";
import { createIdentity, type Identity } from "../identity/index.js";
import { createInbox, type Inbox } from "../inbox/index.js";
import { createKeyring, type ManagedKeyring } from "../platform/keyring/index.js";
import { connectMongo } from "../platform/mongo.js";
import { checkRedis, connectProducer } from "../platform/redis.js";
import { createQueues, type Queues } from "../queue/queues.js";
import { nextStep } from "../queue/retryPolicy.js";
import type { Redis } from "ioredis";
import { createChannels, type Channels } from "./channels.js";

/** Everything that a role, or a command, of the program may need; nothing runs yet. */
export interface Services {
  mongo: Connection;
  redis: Redis;
  keyring: ManagedKeyring;
  queues: Queues;
  identity: Identity;
  inbox: Inbox;
  channels: Channels;
  intake: Intake;
  close(): Promise<void>;
}

/** What the stores must be told before services can be made. */
export interface Stores {
  mongoUri: string;
  redisUrl: string;
  masterKeys: readonly Buffer[];
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
  const identity = createIdentity(mongo, clock);

  const channels: Channels = createChannels({
    adapterFor,
    inbox: () => inbox,
    apiRoots: { telegram: config.TELEGRAM_API_ROOT },
    publicUrl,
    clock,
    log,
  });
  const inbox: Inbox = createInbox({
    connection: mongo,
    keyring,
    enqueue: queues,
    send: channels.send,
    nextStep,
    clock,
    log,
  });
  const intake = createIntake({
    adapterFor,
    findByEndpoint: channels.findByEndpoint,
    reportTrouble: channels.reportTrouble,
    reportWell: channels.reportWell,
    enqueue: queues,
    keyring,
    log,
    now: () => clock.now(),
  });
  const close = async () => {
    await channels.close();
    await queues.close();
    redis.disconnect();
    await mongo.close();
  };
  try {
    await Promise.all([keyring.ensureIndexes(), identity.ensureIndexes(), inbox.ensureIndexes()]);
    await checkMasterKeys(keyring);
  } catch (error) {
    await close();
    throw error;
  }

  return {
    mongo,
    redis,
    keyring,
    queues,
    identity,
    inbox,
    channels,
    intake,
    close,
  };
}

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
