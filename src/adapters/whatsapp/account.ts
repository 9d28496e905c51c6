import { ProviderError } from "../../core/errors.js";
import type { AccountState, AdapterTools, WebhookAddress } from "../contract.js";
import type { GraphClient } from "../shared/graph/client.js";
import { callbackOf, elsewhere } from "../shared/graph/subscription.js";
import { id, records, text } from "../shared/read.js";
import { codes } from "./failures.js";
import type { WhatsAppSettings } from "./manifest.js";

/** How the number is doing, by Meta's own rating, and whether Meta calls us, where that can be read. */
export async function probe(
  graph: GraphClient,
  own: WhatsAppSettings,
  tools: AdapterTools,
  webhook?: { url: string },
): Promise<AccountState> {
  const { phoneNumberId } = own;
  const number = await graph.get(phoneNumberId, {
    fields: "id,display_phone_number,verified_name,quality_rating,status",
  });
  const accountRef = id(number.id);
  if (accountRef === undefined)
    throw new ProviderError({ kind: "unexpected" }, "Meta did not say which number this is.");
  if (webhook === undefined && own.businessAccountId !== undefined)
    await owned(graph, own.businessAccountId, accountRef);
  const displayName = [text(number.verified_name), text(number.display_phone_number)].filter(Boolean).join(" ");
  const about = { accountRef, displayName: displayName || accountRef, standing: true as const };
  const status = text(number.status);
  if (status === "BANNED" || status === "RESTRICTED") {
    return { state: "suspended", ...about, cause: `Meta says the number is ${status.toLowerCase()}.` };
  }
  if (text(number.quality_rating) === "RED") {
    return {
      state: "degraded",
      ...about,
      cause: "Meta rates the number's quality as low: fewer messages may be sent.",
    };
  }
  const lost = webhook && (await whereElse(graph, own, tools, webhook.url));
  if (lost !== undefined) return { state: "degraded", ...about, cause: lost, webhookLost: true };
  return { state: "ok", ...about };
}

/** Numbers of a business account that are looked through; more are rare. */
const numbersMost = 100;

/** Refuses a business account that is none, or has another number: without it templates and delivery would fail later. */
async function owned(graph: GraphClient, business: string, number: string): Promise<void> {
  const refused = (why: string, code = "100") => new ProviderError({ kind: "auth_expired" }, why, code);
  const answer = await graph
    .get(`${business}/phone_numbers`, { fields: "id", limit: String(numbersMost) })
    .catch((error: unknown) => {
      if (!(error instanceof ProviderError) || !error.providerCode?.startsWith("100")) throw error;
      throw refused(`There is no such business account. ${error.message}`, error.providerCode);
    });
  const numbers = records(answer.data).map((one) => id(one.id));
  if (numbers.length < numbersMost && !numbers.includes(number))
    throw refused("The business account has other numbers.");
}

async function whereElse(
  graph: GraphClient,
  { businessAccountId, appSecret }: WhatsAppSettings,
  { apiRoot, now }: AdapterTools,
  url: string,
): Promise<string | undefined> {
  if (businessAccountId === undefined) return undefined;
  const options = { apiRoot, codes, now: now ?? (() => new Date()) };
  const asked = { graph, node: businessAccountId, object: "whatsapp_business_account" as const, appSecret, options };
  return elsewhere("this number's", await callbackOf(asked, url), url);
}

/** Has Meta call us for this business account, whatever address the app has for others. Idempotent. */
export async function register(
  graph: GraphClient,
  { businessAccountId }: WhatsAppSettings,
  { url, verifyToken }: WebhookAddress,
): Promise<void> {
  if (businessAccountId === undefined) return;
  await graph.post(`${businessAccountId}/subscribed_apps`, { override_callback_uri: url, verify_token: verifyToken });
}

export async function unregister(graph: GraphClient, { businessAccountId }: WhatsAppSettings): Promise<void> {
  if (businessAccountId !== undefined) await graph.delete(`${businessAccountId}/subscribed_apps`);
}
