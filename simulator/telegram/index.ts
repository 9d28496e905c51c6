import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Api } from "./api.js";
import { Bot } from "./bot.js";
import { handleControl } from "./control.js";
import { Customer, Group, type CustomerProfile } from "./customer.js";
import { Faults } from "./faults.js";
import { stopSender } from "./methods/setup.js";
import { Recorder, type Call, type Sent } from "./record.js";
import type { Watch } from "./watch.js";
import type { Json } from "./wire.js";

export { Customer, Group, type CustomerFile, type CustomerProfile, type WriteOptions } from "./customer.js";
export type { Bot } from "./bot.js";
export type { Fault, Faults } from "./faults.js";
export type { Call, Sent } from "./record.js";
export type { Watch, WatchedExchange } from "./watch.js";
export type { Message } from "./wire.js";

export interface TelegramSimulatorOptions {
  /** 0 or missing: a free one. */
  port?: number;
  /** Multiplies Telegram's waiting times (webhook retries, one setWebhook a second). 1 is real time. */
  timeScale?: number;
  /** Whoever is on this machine may use `/__control`; true when missing. */
  control?: boolean;
  watch?: Watch;
}

export interface BotHandle {
  id: number;
  token: string;
  username: string;
  /** From now on the token is answered with 401. */
  revoke(): void;
}

/** A stand-in of Telegram's Bot API on this machine, and the hands of the customers that write to its bots. */
export interface TelegramSimulator {
  /** To be given to bots in place of https://api.telegram.org. */
  apiRoot: string;
  /** A new bot. The token must have Telegram's form: `<id>:<secret>`. */
  addBot(bot: { token: string; username: string; name?: string; idsFrom?: number }): BotHandle;
  /** A person who writes to a bot, by username; to the only one when there is one. */
  customer(profile: CustomerProfile, bot?: string): Customer;
  group(group: { id: number; title: string; type?: "group" | "supergroup" }, bot?: string): Group;
  /** Any update as it is, also kinds the bot did not ask for; gets an id when it has none. */
  push(update: Json, bot?: string): Json;
  /** Every message that bots sent, oldest first. */
  sent(): readonly Sent[];
  /** Every call that was carried out, getUpdates and the like included. */
  calls(): readonly Call[];
  /** The first sent message that fits, also one from before. Rejects after `timeoutMs` (10 s). */
  waitFor(fits: (sent: Sent) => boolean, timeoutMs?: number): Promise<Sent>;
  faults: Faults;
  /** The bot itself, for whoever plays more than its customers. */
  bot(token: string): Bot | undefined;
  /** Updates that nobody took yet, of one bot or of all. */
  pendingUpdates(bot?: string): number;
  close(): Promise<void>;
}

/** Starts the simulator on 127.0.0.1. The same controls are under `/__control` for other processes. */
export async function startTelegramSimulator(options: TelegramSimulatorOptions = {}): Promise<TelegramSimulator> {
  const bots = new Map<string, Bot>();
  const faults = new Faults();
  const recorder = new Recorder();
  const watch = options.watch ?? {};
  recorder.onSent = (token, sent) => watch.sent?.(token, sent);
  const api = new Api({ bots, faults, recorder, timeScale: options.timeScale ?? 1, watch });

  function botNamed(username: string | undefined): Bot {
    const all = [...bots.values()];
    const found = username === undefined ? all : all.filter((bot) => bot.user.username === username);
    if (found.length === 1 && found[0]) return found[0];
    throw new Error(username === undefined ? "Say which bot: there is not just one." : `There is no bot ${username}.`);
  }

  const simulator: Omit<TelegramSimulator, "apiRoot" | "close"> = {
    addBot({ token, username, name, idsFrom }) {
      const bot = new Bot(token, username, name ?? username, idsFrom);
      bots.set(token, bot);
      return {
        id: bot.user.id,
        token,
        username,
        revoke: () => {
          bot.revoked = true;
          bot.updates.stop();
        },
      };
    },
    customer: (profile, bot) => new Customer(profile, botNamed(bot)),
    group: ({ id, title, type }, bot) => new Group({ id, title, type: type ?? "group" }, botNamed(bot)),
    push: (update, bot) => botNamed(bot).updates.addRaw(update),
    sent: () => recorder.sent(),
    calls: () => recorder.calls(),
    waitFor: (fits, timeoutMs = 10_000) => recorder.waitFor(fits, timeoutMs),
    faults,
    bot: (token) => bots.get(token),
    pendingUpdates: (bot) =>
      (bot === undefined ? [...bots.values()] : [botNamed(bot)]).reduce((sum, one) => sum + one.updates.size, 0),
  };

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://simulator");
    const work =
      options.control !== false && url.pathname.startsWith("/__control/")
        ? handleControl(simulator, request, response, url)
        : api.handle(request, response, url);
    work.catch((error: unknown) => {
      console.error("telegram simulator:", error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    ...simulator,
    apiRoot: `http://127.0.0.1:${port}`,
    async close() {
      for (const bot of bots.values()) {
        bot.updates.stop();
        await stopSender(bot);
      }
      api.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
