import { createHmac } from "node:crypto";
import { Agent, request } from "undici";
import type { Account, Json } from "./wire.js";

/** First pause before a webhook is tried again; it doubles, up to an hour. */
const firstRetryMs = 1_000;
const tries = 40;

/** `X-Hub-Signature-256` of a body. */
export const signatureOf = (body: string | Buffer, appSecret: string): string =>
  `sha256=${createHmac("sha256", appSecret).update(body).digest("hex")}`;

/** Delivers signed webhooks as Meta does: at least once, unordered under retries, again and again until a 200. */
export class Webhooks {
  private readonly agent = new Agent({ connections: 50 });
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly under = new Set<Promise<void>>();
  private closed = false;
  /** Deliveries that nobody took yet. */
  pending = 0;

  constructor(private readonly timeScale: number) {}

  /** Posts a payload to the account's address. Resolves when it is on its way. */
  deliver(account: Account, payload: Json): void {
    this.pending += 1;
    this.attempt(account, JSON.stringify(payload), 0);
  }

  private attempt(account: Account, body: string, fails: number): void {
    const work = this.post(account, body).then((taken) => {
      if (taken || this.closed || fails >= tries) {
        this.pending -= 1;
        return;
      }
      const waitMs = Math.min(firstRetryMs * 2 ** fails, 3_600_000) * this.timeScale;
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        this.attempt(account, body, fails + 1);
      }, waitMs);
      this.timers.add(timer);
    });
    this.under.add(work);
    void work.finally(() => this.under.delete(work));
  }

  private async post(account: Account, body: string): Promise<boolean> {
    if (account.webhook === undefined) return false;
    try {
      const response = await request(account.webhook, {
        method: "POST",
        dispatcher: this.agent,
        headers: {
          "content-type": "application/json",
          "user-agent": "facebookexternalua",
          "x-hub-signature-256": signatureOf(body, account.appSecret),
        },
        body,
      });
      await response.body.dump();
      return response.statusCode === 200;
    } catch {
      return false;
    }
  }

  /** The handshake that Meta makes before it takes an address. */
  async handshake(url: string, verifyToken: string): Promise<boolean> {
    const challenge = String(Math.floor(Math.random() * 1e9));
    const address = new URL(url);
    address.searchParams.set("hub.mode", "subscribe");
    address.searchParams.set("hub.verify_token", verifyToken);
    address.searchParams.set("hub.challenge", challenge);
    try {
      const response = await request(address, { dispatcher: this.agent });
      return response.statusCode === 200 && (await response.body.text()) === challenge;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const timer of this.timers) clearTimeout(timer);
    await this.agent.destroy();
    await Promise.allSettled(this.under);
  }
}
