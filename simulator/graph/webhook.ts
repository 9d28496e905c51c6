import { createHmac } from "node:crypto";
import { Agent, request } from "undici";
import type { Account, Json, Watch } from "./wire.js";

/** First pause before a webhook is tried again; it doubles, up to an hour. */
const firstRetryMs = 1_000;
const tries = 40;
/** How long a webhook that comes out of order waits for the one after it. */
const heldMs = 3_000;

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

  private readonly held = new Map<Account, { send: () => void; timer: NodeJS.Timeout }>();

  constructor(
    private readonly timeScale: number,
    private readonly watch: Watch = {},
  ) {}

  /** Posts a payload to the account's address. Resolves when it is on its way. */
  deliver(account: Account, payload: Json): void {
    const manner = this.watch.deliveries?.(account) ?? "usual";
    const body = JSON.stringify(payload);
    const send = () => {
      this.pending += 1;
      this.attempt(account, body, 0);
    };
    if (manner === "twice") send();
    if (manner === "swapped" && !this.held.has(account)) return this.hold(account, send);
    send();
    this.held.get(account)?.send();
  }

  /** Keeps one back until the next has gone, or for some seconds. */
  private hold(account: Account, send: () => void): void {
    const release = () => {
      clearTimeout(timer);
      this.held.delete(account);
      send();
    };
    const timer = setTimeout(release, heldMs);
    this.held.set(account, { send: release, timer });
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
      const answer = await response.body.text();
      this.told(account, body, response.statusCode, answer);
      return response.statusCode === 200;
    } catch {
      this.told(account, body, null, null);
      return false;
    }
  }

  private told(account: Account, body: string, status: number | null, response: unknown): void {
    const url = account.webhook ?? "";
    const request: unknown = JSON.parse(body);
    this.watch.exchanged?.({ account, kind: "webhook", method: "POST", url, request, status, response });
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
    for (const { timer } of this.held.values()) clearTimeout(timer);
    await this.agent.destroy();
    await Promise.allSettled(this.under);
  }
}
