import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { SessionSink } from "../../../src/adapters/contract.js";
import { createClient } from "../../../src/adapters/telegram/client.js";
import { poll } from "../../../src/adapters/telegram/poll.js";
import type { ProviderError } from "../../../src/core/errors.js";
import { captureLog, type CapturedLog } from "../captureLog.js";
import { connected, token, type Connected } from "./standIn.js";

/** What a gateway would keep, and what may go wrong in it. */
class Sink implements SessionSink {
  readonly texts: string[] = [];
  readonly states: string[] = [];
  cursor: string | null = null;
  failing = 0;
  mute = false;

  deliver(payloads: readonly unknown[]): Promise<void> {
    if (this.failing > 0) {
      this.failing -= 1;
      return Promise.reject(new Error("the queue is away"));
    }
    this.texts.push(...(payloads as { message: { text: string } }[]).map(({ message }) => message.text));
    return Promise.resolve();
  }

  state(state: string, cause?: string): Promise<void> {
    if (this.mute) return Promise.reject(new Error("the database is away"));
    this.states.push(cause === undefined ? state : `${state}: ${cause}`);
    return Promise.resolve();
  }

  loadCursor(): Promise<string | null> {
    return Promise.resolve(this.cursor);
  }

  saveCursor(cursor: string): Promise<void> {
    this.cursor = cursor;
    return Promise.resolve();
  }
}

let world: Connected;
let sink: Sink;
let stop: AbortController;
let log: CapturedLog;

beforeEach(async () => {
  world = await connected({ mode: "polling" });
  sink = new Sink();
  stop = new AbortController();
  log = captureLog();
});
afterEach(async () => {
  stop.abort();
  await world.close();
});

const quick = { holdSeconds: 20, backoff: { first: 20, most: 50 } };
const listen = (options = quick) =>
  poll(createClient(token, world.simulator.apiRoot), log.log, sink, stop.signal, options);
async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("telegram: long polling", () => {
  it("hears what waited and what comes, in order, and ends at once", async () => {
    const running = listen();
    await until(() => sink.texts.length === 1);
    world.ana.write("two");
    world.ana.write("three");
    await until(() => sink.texts.length === 3);
    stop.abort();
    await running;
    expect(sink.texts).toEqual(["/start", "two", "three"]);
    expect(sink.states).toEqual(["ok"]);
  });

  it("takes the bot over from a webhook and keeps what waited for it", async () => {
    await fetch(`${world.simulator.apiRoot}/bot${token}/setWebhook?url=http://127.0.0.1:1/x`);
    const running = listen();
    await until(() => sink.texts.length === 1);
    stop.abort();
    await running;
  });

  it("confirms only what was delivered: a failed delivery comes again", async () => {
    sink.failing = 2;
    const running = listen();
    await until(() => sink.texts.length === 1);
    expect(sink.states).toContain("degraded: Updates could not be taken in; Telegram keeps them meanwhile.");
    await until(() => sink.states.at(-1) === "ok");
    stop.abort();
    await running;
    expect(sink.texts).toEqual(["/start"]);
  });

  it("goes on after a restart where it was", async () => {
    const first = listen();
    await until(() => sink.cursor !== null);
    stop.abort();
    await first;
    world.ana.write("later");
    stop = new AbortController();
    const second = listen();
    await until(() => sink.texts.length === 2);
    stop.abort();
    await second;
    expect(sink.texts).toEqual(["/start", "later"]);
  });

  it("asks for reactions too, which Telegram leaves out by default", async () => {
    const running = listen();
    await until(() => sink.texts.length === 1);
    stop.abort();
    await running;
    const { params } = world.simulator.calls().find(({ method }) => method === "getUpdates")!;
    expect(JSON.parse(params.allowed_updates as string)).toEqual(
      expect.arrayContaining(["message", "guest_message", "message_reaction", "my_chat_member", "callback_query"]),
    );
  });

  it("waits out lost connections, limits and errors of the server", async () => {
    for (const fault of [{ dropBeforeAccept: true }, { status: 502 }, { status: 429, retryAfter: 0 }]) {
      world.simulator.faults.next({ method: "getUpdates", ...fault });
    }
    const running = listen();
    await until(() => sink.texts.length === 1);
    stop.abort();
    await running;
    expect(sink.states.at(-1)).toBe("ok");
    expect(log.text()).not.toContain(token.split(":")[1]);
  });

  it("says that another program polls, and goes on when it stops", async () => {
    world.simulator.faults.next({ method: "getUpdates", status: 409 });
    const running = listen();
    await until(() => sink.states.length >= 2);
    stop.abort();
    await running;
    expect(sink.states).toEqual(["degraded: Another program polls with the same bot token; only one may.", "ok"]);
  });

  it("says that a webhook was set meanwhile", async () => {
    const description =
      "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
    world.simulator.faults.next({ method: "getUpdates", status: 409, description });
    const running = listen();
    await until(() => sink.states.length >= 1);
    stop.abort();
    await running;
    expect(sink.states[0]).toBe(
      "degraded: A webhook was set for this bot elsewhere; Telegram tells news only to that.",
    );
  });

  it("goes on when its state cannot be told", async () => {
    sink.mute = true;
    world.simulator.faults.next({ method: "getUpdates", status: 409 });
    const running = listen();
    await until(() => sink.texts.length === 1);
    stop.abort();
    await running;
    expect(log.text()).toContain("telegram_state_not_told");
  });

  it("gives up when the token is revoked", async () => {
    world.simulator.faults.next({ method: "getUpdates", status: 401 });
    const error: unknown = await listen().catch((reason: unknown) => reason);
    expect((error as ProviderError).failure).toEqual({ kind: "auth_expired" });
    expect(sink.states).toEqual(["needs_reauth: Telegram does not accept the bot token any more."]);
  });

  it("ends at once while it waits for a retry", async () => {
    world.simulator.faults.next({ method: "deleteWebhook", status: 500 });
    const running = listen({ holdSeconds: 20, backoff: { first: 600_000, most: 600_000 } });
    await until(() => log.text().includes("telegram_poll_failed"));
    stop.abort();
    await running;
  });
});
