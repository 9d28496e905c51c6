import { ProviderError } from "../../core/errors.js";
import type { AccountState, AdapterTools, WebhookAddress } from "../contract.js";
import { createGraphClient, type GraphClient } from "../shared/graph/client.js";
import { callbackOf, elsewhere } from "../shared/graph/subscription.js";
import { id, text } from "../shared/read.js";
import { codes } from "./failures.js";
import type { MessengerSettings } from "./manifest.js";

/** Everything the inbox reads. */
export const fields = [
  "messages",
  "messaging_postbacks",
  "messaging_optins",
  "messaging_referrals",
  "message_deliveries",
  "message_reads",
  "message_reactions",
  "message_echoes",
  "message_edits",
  "messaging_handovers",
  "standby",
  "messaging_policy_enforcement",
  "send_cart",
];

/**
 * Whose token it is, and whether Meta calls us, where that can be read. A token of another page than the one that was named
 * is refused in words.
 */
export async function probe(
  graph: GraphClient,
  own: MessengerSettings,
  tools: AdapterTools,
  webhook?: { url: string },
): Promise<AccountState> {
  const page = await pageOf(graph);
  const accountRef = id(page.id);
  if (accountRef === undefined) {
    throw new ProviderError({ kind: "unexpected" }, "Meta did not say which page this token is of.");
  }
  if (own.pageId !== undefined && own.pageId !== accountRef) {
    throw new ProviderError({ kind: "auth_expired" }, "The token belongs to another page than the one named.");
  }
  const about = { accountRef, displayName: text(page.name) ?? accountRef };
  const lost = webhook && (await whereElse(graph, own, tools, webhook.url));
  if (lost === undefined) return { state: "ok", ...about };
  // An address that was set by hand is not ours to change.
  return {
    state: "degraded",
    ...about,
    cause: lost,
    ...(own.appId === undefined ? {} : { webhookLost: true as const }),
  };
}

/** Only pages have a category: the token of a person, which is easily taken for one of a page, is refused in words. */
async function pageOf(graph: GraphClient) {
  try {
    return await graph.get("me", { fields: "id,name,category" });
  } catch (error) {
    if (!(error instanceof ProviderError) || !/nonexisting field \(category\)/.test(error.message)) throw error;
    throw new ProviderError({ kind: "auth_expired" }, `The token is of a person. ${error.message}`, error.providerCode);
  }
}

async function whereElse(
  graph: GraphClient,
  { appSecret }: MessengerSettings,
  { apiRoot, now }: AdapterTools,
  url: string,
): Promise<string | undefined> {
  const options = { apiRoot, codes, now: now ?? (() => new Date()) };
  const asked = { graph, node: "me", object: "page" as const, appSecret, options };
  return elsewhere("this page's", await callbackOf(asked, url), url);
}

/** Has Meta tell the app about this page; with an app id the app's address is set as well. Idempotent. */
export async function register(
  graph: GraphClient,
  own: MessengerSettings,
  tools: AdapterTools,
  { url, verifyToken }: WebhookAddress,
): Promise<void> {
  if (own.appId !== undefined) {
    const app = createGraphClient({
      token: `${own.appId}|${own.appSecret}`,
      apiRoot: tools.apiRoot,
      codes,
      now: tools.now ?? (() => new Date()),
    });
    await app.post(`${own.appId}/subscriptions`, {
      object: "page",
      callback_url: url,
      verify_token: verifyToken,
      fields: fields.join(","),
    });
  }
  await graph.post("me/subscribed_apps", { subscribed_fields: fields.join(",") });
}

/** The app hears nothing of this page any more. */
export async function unregister(graph: GraphClient): Promise<void> {
  await graph.delete("me/subscribed_apps");
}
