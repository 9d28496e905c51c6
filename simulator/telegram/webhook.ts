import { Agent, request } from "undici";
import type { Json } from "./wire.js";
import type { WatchedExchange } from "./watch.js";
import type { Pending, Updates } from "./updates.js";

export interface WebhookSettings {
  url: string;
  secretToken: string;
  maxConnections: number;
}

interface Hooks {
  /** Waiting times are multiplied by it: 0.01 makes a minute 0.6 seconds. */
  timeScale: number;
  /** A 2xx answer may hold a method to call. */
  execute(call: Json): void;
  onError(message: string): void;
  exchanged(exchange: Omit<WatchedExchange, "token">): void;
  /** Every update goes out a second time. */
  twice(): boolean;
  /** 23 hours of HTTP 410. */
  onGone(): void;
}

interface Retry {
  delaySeconds: number;
  fails: number;
}

const answerTimeoutMs = 60_000;
const day = 86_400_000;
const goneAfterMs = 23 * 3_600_000;

/**
 * Delivers the updates of one bot to its webhook the way Telegram's server does: one at a time per chat, the failed one
 * first, retried at once and then after 2, 4, 8 … up to 60–120 seconds or what Retry-After says, dropped after a day.
 */
export class WebhookSender {
  private readonly agent: Agent;
  /** Per chat, oldest first; the first one is on its way or waits for its retry. */
  private readonly queues = new Map<string, Pending[]>();
  /** Chats whose first update may go now. */
  private readonly ready: string[] = [];
  private readonly retries = new Map<number, Retry>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private running = 0;
  private firstGoneAt: number | undefined;
  private closed = false;

  constructor(
    private readonly settings: WebhookSettings,
    private readonly updates: Updates,
    private readonly hooks: Hooks,
  ) {
    this.agent = new Agent({ connections: settings.maxConnections, pipelining: 1 });
    updates.onAdded = (pending) => this.enqueue(pending);
    for (const pending of updates.list()) this.enqueue(pending);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.updates.onAdded = () => undefined;
    await this.agent.destroy();
  }

  private enqueue(pending: Pending): void {
    const queue = this.queues.get(pending.queue);
    if (queue) queue.push(pending);
    else {
      this.queues.set(pending.queue, [pending]);
      this.release(pending.queue);
    }
  }

  /** The first update of this chat may go. */
  private release(key: string): void {
    this.ready.push(key);
    this.pump();
  }

  private pump(): void {
    while (!this.closed && this.running < this.settings.maxConnections && this.ready.length > 0) {
      const key = this.ready.shift();
      const first = key === undefined ? undefined : this.queues.get(key)?.[0];
      if (first) void this.deliver(first);
    }
  }

  private async deliver(pending: Pending): Promise<void> {
    this.running += 1;
    const failure = await this.post(pending.update);
    if (failure === undefined && this.hooks.twice()) await this.post(pending.update);
    this.running -= 1;
    if (this.closed) return;
    const waitMs = failure === undefined ? undefined : this.retryIn(pending, failure);
    if (waitMs === undefined) this.done(pending);
    else {
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        this.release(pending.queue);
      }, waitMs);
      this.timers.add(timer);
    }
    this.pump();
  }

  private done(pending: Pending): void {
    this.updates.forget(pending.id);
    this.retries.delete(pending.id);
    const queue = this.queues.get(pending.queue) ?? [];
    queue.shift();
    if (queue.length > 0) this.release(pending.queue);
    else this.queues.delete(pending.queue);
  }

  /** undefined when it was taken. */
  private async post(update: Json): Promise<{ why: string; retryAfter: number } | undefined> {
    const headers: Record<string, string> = { "content-type": "application/json", "accept-encoding": "gzip, deflate" };
    if (this.settings.secretToken !== "") headers["X-Telegram-Bot-Api-Secret-Token"] = this.settings.secretToken;
    try {
      const answer = await request(this.settings.url, {
        method: "POST",
        headers,
        body: JSON.stringify(update),
        dispatcher: this.agent,
        headersTimeout: answerTimeoutMs,
        bodyTimeout: answerTimeoutMs,
      });
      const body = await answer.body.text();
      this.told(update, answer.statusCode, body);
      this.noteGone(answer.statusCode);
      if (answer.statusCode >= 200 && answer.statusCode <= 299) {
        this.runAnswer(body);
        return undefined;
      }
      const retryAfter = Number(answer.headers["retry-after"] ?? 0);
      const why = `Wrong response from the webhook: ${answer.statusCode} ${reasons[answer.statusCode] ?? ""}`.trim();
      return { why, retryAfter: Number.isInteger(retryAfter) ? Math.min(Math.max(retryAfter, 0), 3600) : 0 };
    } catch (error) {
      this.told(update, null, null);
      const refused = (error as { code?: string }).code === "ECONNREFUSED";
      return { why: refused ? "Connection refused" : "Webhook connection closed", retryAfter: 0 };
    }
  }

  private told(request: Json, status: number | null, response: unknown): void {
    this.hooks.exchanged({ kind: "webhook", method: "POST", url: this.settings.url, request, status, response });
  }

  private runAnswer(body: string): void {
    let call: unknown;
    try {
      call = JSON.parse(body);
    } catch {
      return;
    }
    if (typeof call !== "object" || call === null || !("method" in call) || typeof call.method !== "string") return;
    if (/^(get|deletewebhook$|setwebhook$|close$|logout$)/i.test(call.method)) return;
    this.hooks.execute(call);
  }

  private noteGone(status: number): void {
    if (status !== 410) this.firstGoneAt = undefined;
    else this.firstGoneAt ??= Date.now();
    if (this.firstGoneAt !== undefined && Date.now() - this.firstGoneAt > goneAfterMs * this.hooks.timeScale) {
      this.hooks.onGone();
    }
  }

  /** How long to wait before the next attempt; undefined when the update is dropped. */
  private retryIn(pending: Pending, { why, retryAfter }: { why: string; retryAfter: number }): number | undefined {
    this.hooks.onError(why);
    const before = this.retries.get(pending.id) ?? { delaySeconds: 1, fails: 0 };
    let delaySeconds = before.delaySeconds;
    let waitSeconds = retryAfter;
    if (retryAfter === 0 && before.fails > 0) {
      delaySeconds = Math.min(60 + Math.random() * 60, delaySeconds * 2);
      waitSeconds = delaySeconds;
    }
    const waitMs = waitSeconds * 1000 * this.hooks.timeScale;
    if (Date.now() + waitMs > pending.at + day * this.hooks.timeScale) return undefined;
    this.retries.set(pending.id, { delaySeconds, fails: before.fails + 1 });
    return waitMs;
  }
}

const reasons: Readonly<Record<number, string>> = {
  301: "Moved Permanently",
  302: "Found",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  410: "Gone",
  413: "Request Entity Too Large",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};
