import type { Args } from "../args.js";
import type { Bot } from "../bot.js";
import type { Watch } from "../watch.js";
import { WebhookSender } from "../webhook.js";
import { badRequest, Refusal, tooMany, type Answer, type Json } from "../wire.js";

/** What the methods need of the simulator. */
export interface Context {
  bot: Bot;
  args: Args;
  /** Waiting times are multiplied by it. */
  timeScale: number;
  /** The client went away. */
  gone: AbortSignal;
  /** Runs a method that came in the answer of a webhook. */
  execute(bot: Bot, call: Json): void;
  watch: Watch;
}

/** The longest that getUpdates may wait. */
const longestPollSeconds = 50;

export function getMe({ bot }: Context): Answer {
  return {
    result: {
      ...bot.user,
      can_join_groups: true,
      can_read_all_group_messages: false,
      supports_inline_queries: false,
      can_connect_to_business: false,
      has_main_web_app: false,
    },
  };
}

export async function getUpdates({ bot, args, gone }: Context): Promise<Answer> {
  if (bot.webhook) {
    const why = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
    throw new Refusal(409, `Conflict: ${why}`);
  }
  bot.updates.allow(args.json("allowed_updates"));
  const timeout = args.integer("timeout", 0, 0, longestPollSeconds);
  const limit = args.integer("limit", 100, 1, 100);
  return { result: await bot.updates.take(args.integer("offset", 0), limit, timeout * 1000, gone) };
}

export async function setWebhook(context: Context): Promise<Answer> {
  const { bot, args, timeScale } = context;
  const url = args.text("url");
  if (url === "") return deleteWebhook(context);
  // One setWebhook a second.
  if (Date.now() < bot.webhookSetAt + 1000 * timeScale) throw tooMany(1);
  const settings = {
    url: checkedUrl(url),
    secretToken: checkedSecret(args.text("secret_token")),
    maxConnections: args.integer("max_connections", 40, 1, 100),
  };
  bot.webhookSetAt = Date.now();
  bot.updates.allow(args.json("allowed_updates"));
  const unchanged = JSON.stringify(bot.webhook) === JSON.stringify(settings);
  if (unchanged && !args.flag("drop_pending_updates")) return { result: true, description: "Webhook is already set" };

  await stopSender(bot);
  if (args.flag("drop_pending_updates")) bot.updates.clear();
  bot.updates.endPoll("Conflict: terminated by setWebhook request");
  bot.webhook = settings;
  bot.lastError = undefined;
  bot.sender = new WebhookSender(settings, bot.updates, {
    timeScale,
    execute: (call) => context.execute(bot, call),
    exchanged: (exchange) => context.watch.exchanged?.({ token: bot.token, ...exchange }),
    twice: () => context.watch.twice?.(bot.token) ?? false,
    onError: (message) => {
      bot.lastError = { date: Math.floor(Date.now() / 1000), message };
    },
    onGone: () => {
      bot.webhook = undefined;
      void stopSender(bot);
    },
  });
  return { result: true, description: "Webhook was set" };
}

export async function deleteWebhook({ bot, args }: Context): Promise<Answer> {
  const had = bot.webhook !== undefined;
  if (args.flag("drop_pending_updates")) bot.updates.clear();
  bot.webhook = undefined;
  await stopSender(bot);
  return { result: true, description: had ? "Webhook was deleted" : "Webhook is already deleted" };
}

export function getWebhookInfo({ bot }: Context): Answer {
  const { webhook, lastError, updates } = bot;
  return {
    result: {
      url: webhook?.url ?? "",
      has_custom_certificate: false,
      pending_update_count: updates.size,
      ...(lastError ? { last_error_date: lastError.date, last_error_message: lastError.message } : {}),
      ...(webhook ? { max_connections: webhook.maxConnections, ip_address: "127.0.0.1" } : {}),
      ...(updates.allowed ? { allowed_updates: updates.allowed } : {}),
    },
  };
}

/** Ends deliveries; what was not delivered stays. */
export async function stopSender(bot: Bot): Promise<void> {
  const { sender } = bot;
  bot.sender = undefined;
  await sender?.close();
}

/** Telegram takes https on four ports only; the simulator takes http on this machine as well. */
function checkedUrl(text: string): string {
  if (!URL.canParse(text)) throw badRequest("invalid webhook URL specified");
  const url = new URL(text);
  const local = ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  if (local && url.protocol === "http:") return text;
  if (url.protocol !== "https:") throw badRequest("bad webhook: An HTTPS URL must be provided for webhook");
  if (!local && !["", "80", "88", "443", "8443"].includes(url.port)) {
    throw badRequest("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443");
  }
  return text;
}

function checkedSecret(secret: string): string {
  if (secret.length > 256) throw badRequest("secret token is too long");
  if (!/^[A-Za-z0-9_-]*$/.test(secret)) throw badRequest("secret token contains unallowed characters");
  return secret;
}
