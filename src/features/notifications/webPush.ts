import { createHash } from "node:crypto";
import webPush from "web-push";
import type { Clock, Keyring, Log } from "../../core/ports.js";
import { systemKeys } from "../../identity/index.js";
import { asSealed } from "../../platform/sealed.js";
import type { NotificationModels } from "./model.js";
import type { Outbound } from "./ports.js";
import type { Subscription } from "./subscriptions.js";

/** What a browser shows. Only it can open this; all the same it holds nothing of what was written. */
export interface PushMessage {
  v: 1;
  title: string;
  body: string;
  /** The same for the same conversation: a later one takes the place of an earlier one. */
  tag: string;
  /** A path of the dashboard. */
  url: string;
  /** Asked for by somebody who waits for it: it is shown whatever they look at. */
  always?: true;
}

/** "gone": the browser is told no more. "later": it may work again. "refused": it will not, and it is not known why. */
export type PushOutcome = "told" | "gone" | "later" | "refused";

export interface WebPush {
  /** By this a browser knows that what it is told comes from this installation. */
  publicKey(): Promise<string>;
  /** Tells one browser, once. Never rejects. */
  send(subscription: Subscription, message: PushMessage): Promise<PushOutcome>;
}

/** After this an unread hint says nothing new to a browser that was off. */
const livesSeconds = 12 * 3_600;
const timeoutMs = 15_000;
const answerMost = 4_096;
const keysId = "vapid";

interface Deps {
  models: NotificationModels;
  keyring: Keyring;
  outbound: Outbound;
  publicUrl(): string;
  contact: string;
  clock: Clock;
  log: Log;
}

/** Web Push with keys of this installation (VAPID), over the guarded way out. */
export function createWebPush({ models, keyring, outbound, publicUrl, contact, clock, log }: Deps): WebPush {
  const place = { workspaceId: systemKeys, collection: "installation_keys", field: "privateKey" };
  let known: Promise<{ publicKey: string; privateKey: string }> | undefined;

  /** Made once; of two processes that make them at the same time both take those of the first. */
  async function load(): Promise<{ publicKey: string; privateKey: string }> {
    const find = () => models.keys.findOne({ _id: keysId }).lean();
    let row = await find();
    if (!row) {
      const made = webPush.generateVAPIDKeys();
      const privateKey = asSealed(await keyring.seal(place, made.privateKey));
      try {
        await models.keys.create({ _id: keysId, publicKey: made.publicKey, privateKey, createdAt: clock.now() });
      } catch (error) {
        if ((error as { code?: unknown }).code !== 11000) throw error;
      }
      row = (await find())!;
    }
    const privateKey = await keyring.open(place, row.privateKey);
    if (await keyring.needsReseal(place, row.privateKey)) {
      const anew = asSealed(await keyring.seal(place, privateKey));
      await models.keys.updateOne({ _id: keysId, privateKey: row.privateKey }, { $set: { privateKey: anew } });
    }
    return { publicKey: row.publicKey, privateKey };
  }
  const keys = () => {
    known ??= load();
    known.catch(() => (known = undefined));
    return known;
  };
  const subject = () => (publicUrl().startsWith("https:") ? publicUrl() : `mailto:${contact}`);

  async function requestOf(subscription: Subscription, message: PushMessage) {
    const { headers, body } = webPush.generateRequestDetails(subscription, JSON.stringify(message), {
      vapidDetails: { subject: subject(), ...(await keys()) },
      TTL: livesSeconds,
      urgency: "high",
      contentEncoding: "aes128gcm",
      topic: createHash("sha256").update(message.tag).digest("base64url").slice(0, 32),
    });
    const given = Object.entries(headers as Record<string, string | number>);
    return {
      // How long the body is says the connection.
      headers: Object.fromEntries(
        given.filter(([name]) => name.toLowerCase() !== "content-length").map(([name, value]) => [name, String(value)]),
      ),
      body: body,
    };
  }

  return {
    publicKey: async () => (await keys()).publicKey,
    async send(subscription, message) {
      const host = new URL(subscription.endpoint).host;
      let request: Awaited<ReturnType<typeof requestOf>>;
      try {
        request = await requestOf(subscription, message);
      } catch (error) {
        // Its keys are none that anything could be sealed with.
        log.warn("push_not_sealed", { host, error: error as Error });
        return "gone";
      }
      try {
        const { status } = await outbound.request(subscription.endpoint, {
          ...request,
          method: "POST",
          timeoutMs,
          maxBytes: answerMost,
        });
        if (status >= 200 && status < 300) return "told";
        if (status === 404 || status === 410) return "gone";
        log.warn("push_not_taken", { host, status });
        return status === 429 || status >= 500 ? "later" : "refused";
      } catch (error) {
        log.info("push_not_sent", { host, error: error as Error });
        return "later";
      }
    },
  };
}
