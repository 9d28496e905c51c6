import { ProviderError } from "../../../core/errors.js";
import { id, record, records, text, type Raw } from "../read.js";
import { createGraphClient, type GraphClient, type GraphOptions } from "./client.js";

/** An application that hears of a page or of a business account. */
interface App {
  id: string;
  /** The address of its own that it has for this one. */
  override: string | undefined;
}

interface Asked {
  graph: GraphClient;
  /** The page or the business account. */
  node: string;
  /** What Meta calls such things in an application's subscriptions. */
  object: "page" | "whatsapp_business_account";
  appSecret: string;
  /** How the application itself is asked. */
  options: Omit<GraphOptions, "token" | "appSecret">;
}

/** Applications whose address is looked for: of a page's many only the one is ours that the secret belongs to. */
const appsMost = 5;

/**
 * Where Meta sends what happens at a page or number: the address that the business account has for itself, else the one of
 * the application. `null`: nowhere; undefined: Meta does not tell, or does not tell whose application is ours.
 */
export async function callbackOf({ graph, node, object, appSecret, options }: Asked, expected: string) {
  const apps = await quietly(graph.get(`${node}/subscribed_apps`));
  if (!apps) return undefined;
  const known = records(apps.data).flatMap(appOf);
  if (known.length === 0) return Array.isArray(apps.data) && apps.data.length === 0 ? null : undefined;
  if (known.some(({ override }) => override === expected)) return expected;
  for (const app of known.slice(0, appsMost)) {
    // Only the owner of the secret is answered.
    const own = createGraphClient({ ...options, token: `${app.id}|${appSecret}` });
    const answer = await quietly(own.get(`${app.id}/subscriptions`));
    if (!answer) continue;
    const subscription = records(answer.data).find((one) => one.object === object);
    return app.override ?? text(subscription?.callback_url) ?? null;
  }
  return known.length === 1 ? known[0]!.override : undefined;
}

/** What is wrong with the address in words; undefined when it is ours, or when Meta does not tell. `whose`: "this page's". */
export function elsewhere(whose: string, callback: string | null | undefined, expected: string): string | undefined {
  if (callback === undefined || callback === expected) return undefined;
  if (callback === null) return `Meta sends ${whose} messages to no address.`;
  return `Meta sends ${whose} messages to ${shown(callback)}, not to this address.`;
}

/** Pages name their applications directly, business accounts within. */
function appOf(one: Raw): App[] {
  const app = id(record(one.whatsapp_business_api_data)?.id) ?? id(one.id);
  return app === undefined ? [] : [{ id: app, override: text(one.override_callback_uri) }];
}

/** The path may be a secret of whoever lives there. */
function shown(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url) return "another address";
  return url.pathname === "/" ? url.origin : `${url.origin}/…`;
}

/** What may not be read is left; the account's own state is asked for elsewhere. */
async function quietly(answer: Promise<Raw>): Promise<Raw | undefined> {
  return answer.catch((error: unknown) => {
    if (error instanceof ProviderError) return undefined;
    throw error;
  });
}
