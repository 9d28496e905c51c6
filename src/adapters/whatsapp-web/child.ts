/**
 * The process of one number: a browser and the library that drives it. It is told what to do by the process that started
 * it, keeps nothing that it cannot lose, and has no secret of the program in its environment.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { ProviderError } from "../../core/errors.js";
import type { SessionProgress } from "../contract.js";
import { openWebClient, type WebClient } from "./client.js";
import { notReady, outcomeOf } from "./failures.js";
import { memoryOfTree } from "./memory.js";
import type { ChildOptions, EndReason, FromChild, SessionRequest, ToChild, VaultAsk } from "./protocol.js";

let client: WebClient | undefined;
let options: ChildOptions | undefined;
let phase: SessionProgress["phase"] = "starting";
let movedAt = Date.now();
let stopping = false;
let pairing: NodeJS.Timeout | undefined;
const asked = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
let lastAsk = 0;

function tell(message: FromChild): void {
  if (process.connected) process.send?.(message);
}

function askVault(ask: VaultAsk): Promise<unknown> {
  const id = ++lastAsk;
  return new Promise((resolve, reject) => {
    asked.set(id, { resolve, reject });
    tell({ t: "vault", id, ask });
  });
}

async function start(given: ChildOptions): Promise<void> {
  options = given;
  client = await openWebClient(given, askVault, {
    progress(progress) {
      movedAt = Date.now();
      phase = progress.phase;
      if (progress.phase === "scan")
        pairing ??= setTimeout(() => void end("not_linked_in_time"), given.timings.pairingMs);
      else if (progress.phase !== "starting") {
        clearTimeout(pairing);
        pairing = undefined;
      }
      tell({ t: "progress", progress });
    },
    payloads: (payloads, until) => tell({ t: "payloads", payloads, ...(until === undefined ? {} : { until }) }),
    browser: (pid) => tell({ t: "browser", pid }),
    state: (state) => tell({ t: "state", state, connected: state === "CONNECTED" }),
    ended: (reason) => void end(reason),
  });
  await client.start();
  void beat(given);
}

/** Looks again and again whether the page answers and how much the browser holds. */
async function beat({ timings, browserMb }: ChildOptions): Promise<void> {
  let missed = 0;
  while (!stopping) {
    await sleep(timings.beatMs);
    const pid = client?.browserPid();
    const mb = pid === undefined ? 0 : await memoryOfTree(pid);
    if (mb > browserMb) return end("memory");
    const state = await within(timings.beatTimeoutMs, client!.state()).catch(() => undefined);
    missed = state === undefined ? missed + 1 : 0;
    // Once may be a page that is just loading.
    if (missed >= 2) return end("hung");
    if (phase !== "ready" && phase !== "scan" && Date.now() - movedAt > timings.stuckMs) return end("stuck");
    if (missed === 0) tell({ t: "beat", browserMb: mb });
  }
}

async function end(reason: EndReason): Promise<void> {
  if (stopping) return;
  stopping = true;
  // A page that hangs cannot be closed, and what it holds is not worth keeping; the browser ends with this process.
  if (client && reason !== "hung") await within(10_000, client.close(false)).catch(() => undefined);
  if (client && (reason === "logged_out" || reason === "other_number")) {
    await within(10_000, client.forget()).catch(() => undefined);
  }
  tell({ t: "ended", reason });
  leave();
}

async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await within(20_000, client?.close(true) ?? Promise.resolve()).catch(() => undefined);
  leave();
}

/** Once everything that was told has left. */
function leave(): void {
  if (process.connected) process.disconnect();
  setTimeout(() => process.exit(0), 500).unref();
}

/** Messages go out one at a time and with the pauses of somebody who types. */
let outgoing: Promise<unknown> = Promise.resolve();
let nextSendAt = 0;

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = outgoing.then(work, work);
  outgoing = turn.catch(() => undefined);
  return turn;
}

async function sendAll(
  request: Extract<SessionRequest, { op: "send" }>,
): Promise<{ externalIds: string[]; at: number }> {
  const externalIds = [...request.done];
  for (const [index, part] of request.parts.entries()) {
    if (index < request.done.length) continue;
    const { sendGapMs, sendTimeoutMs } = options!.timings;
    await sleep(Math.max(0, nextSendAt - Date.now()));
    nextSendAt = Date.now() + sendGapMs * (1 + Math.random());
    try {
      // Only the first message answers the other one.
      const sending = client!.send(request.chat, part, index === 0 ? request.replyTo : undefined);
      externalIds.push(await within(sendTimeoutMs, sending));
    } catch (error) {
      if (error instanceof ProviderError && externalIds.length > 0) {
        throw new ProviderError(error.failure, error.message, error.providerCode, externalIds);
      }
      const outcome = outcomeOf(error);
      if (outcome.ok) throw error;
      throw new ProviderError(outcome.failure, outcome.message, outcome.code, externalIds);
    }
  }
  return { externalIds, at: Date.now() };
}

async function answer(request: SessionRequest): Promise<unknown> {
  if (request.op === "state") return { state: await within(options!.timings.beatTimeoutMs, client!.state()) };
  if (phase !== "ready" || stopping || !client) throw notReady("The number is not connected at the moment.");
  const one = client;
  switch (request.op) {
    case "send":
      return inTurn(() => sendAll(request));
    case "media":
      // A file is whole in memory on its way: one at a time.
      return inTurn(() => one.download(request.target, request.file!));
    case "edit":
      return inTurn(() => one.edit(request.target, request.text)).then(() => null);
    case "remove":
      return inTurn(() => one.remove(request.target)).then(() => null);
    case "react":
      return inTurn(() => one.react(request.target, request.emoji)).then(() => null);
    case "typing":
      return one.typing(request.chat).then(() => null);
    case "seen":
      return one.seen(request.chat).then(() => null);
  }
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_resolve, reject) => {
    const failure = { kind: "unreachable", mayHaveBeenSent: true } as const;
    timer = setTimeout(() => reject(new ProviderError(failure, "WhatsApp did not answer in time.")), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function hear(message: ToChild): void {
  switch (message.t) {
    case "start":
      start(message.options).catch(() => end("browser"));
      return;
    case "stop":
      void stop();
      return;
    case "vault": {
      const waiting = asked.get(message.id);
      asked.delete(message.id);
      if (message.error === undefined) waiting?.resolve(message.value);
      else waiting?.reject(new Error(message.error));
      return;
    }
    case "request":
      answer(message.request).then(
        (value) => tell({ t: "answer", id: message.id, outcome: { ok: true, value } }),
        (error: unknown) => tell({ t: "answer", id: message.id, outcome: outcomeOf(error) }),
      );
  }
}

process.on("message", hear);
// Whoever started this is gone: nobody hears the number any more.
process.on("disconnect", () => (stopping ? undefined : process.exit(0)));
// The library leaves calls alone that fail when a page goes away; the heartbeat tells whether the page is still there.
process.on("unhandledRejection", () => undefined);
process.on("uncaughtException", () => void (client ? end("browser") : process.exit(1)));
