import type { InboundEvent } from "../../core/events.js";
import type { AccountState } from "../contract.js";
import { id, record } from "../shared/read.js";
import type { Client } from "./client.js";
import { botIdOf, type TelegramSettings } from "./manifest.js";
import { allowedUpdates } from "./poll.js";
import type { Me, WebhookInfo } from "./types.js";

/** Who the bot is and whether Telegram can reach us. Rejects with `auth_expired` when the token is not accepted. */
export async function probe(
  client: Client,
  settings: TelegramSettings,
  expected?: { url: string },
): Promise<AccountState> {
  const me = await client.call<Me>("getMe");
  const webhook = await client.call<WebhookInfo>("getWebhookInfo");
  const lost = settings.mode === "webhook" && expected !== undefined && webhook.url !== expected.url;
  const where = webhook.url === "" ? "has no address to call" : "calls another address than ours";
  const cause = lost ? `Telegram ${where}.` : troubleOf(webhook, settings.mode);
  return {
    state: cause === undefined ? "ok" : "degraded",
    accountRef: botIdOf(settings.token),
    displayName: me.username === undefined ? me.first_name : `@${me.username}`,
    ...(cause === undefined ? {} : { cause }),
    ...(lost ? { webhookLost: true as const } : {}),
  };
}

function troubleOf(webhook: WebhookInfo, mode: TelegramSettings["mode"]): string | undefined {
  // Without a webhook there is nothing wrong: it is set after the first probe, and polling removes it.
  if (webhook.url === "" || mode === "polling") return undefined;
  // The last error stays after it is over; only with updates waiting does it still matter.
  if (webhook.last_error_message === undefined || webhook.pending_update_count === 0) return undefined;
  return `Telegram cannot deliver ${webhook.pending_update_count} updates: ${webhook.last_error_message}`;
}

/** Sets the webhook with our secret. Updates that wait are kept. */
export async function register(client: Client, settings: TelegramSettings, webhookUrl: string): Promise<void> {
  await client.call("setWebhook", {
    url: webhookUrl,
    secret_token: settings.secretToken,
    allowed_updates: allowedUpdates,
    max_connections: 40,
  });
}

/** Removes the webhook. Updates wait at Telegram for up to a day. */
export async function unregister(client: Client): Promise<void> {
  await client.call("deleteWebhook", { drop_pending_updates: false });
}

/** Ends the waiting mark on a pressed button. */
export async function acknowledge(client: Client, event: InboundEvent): Promise<void> {
  const queryId = id(record(record(event.raw)?.callback_query)?.id);
  if (queryId !== undefined) await client.call("answerCallbackQuery", { callback_query_id: queryId });
}
