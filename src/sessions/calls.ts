import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { SessionAnswerer, SessionPort } from "../adapters/contract.js";
import { ProviderError, type Failure } from "../core/errors.js";
import type { Keyring, Log } from "../core/ports.js";

interface Deps {
  /** For short commands. */
  redis: Redis;
  /** A connection of its own, which may wait. Called once for asking and once for each account that is held. */
  connect(): Redis;
  prefix: string;
  keyring: Keyring;
  log: Log;
}

export interface SessionCalls {
  /** The way to sessions of one kind of channel in one workspace. */
  port(workspaceId: string, kind: string): SessionPort;
  /** Ends what waits; calls under way are rejected. */
  close(): Promise<void>;
}

/** What travels. Request and answer are sealed: messages do not stand in Redis in clear. */
interface Envelope {
  id: string;
  replyTo: string;
  until: number;
  sealed: string;
}
type Answer =
  | { ok: true; value: unknown }
  | { ok: false; failure: Failure; message: string; code: string | null; sentParts: readonly string[] };

/** Whoever holds a session says so for this long, again and again. */
const heldMs = 10_000;
/** A wait is cut into pieces, so that closing does not take long. */
const waitSeconds = 1;
/** A request that nobody takes within this time is taken back. */
const takeMs = 10_000;

/** Calls between processes over Redis: a list of requests per holder, a list of answers per asking process. */
export function createSessionCalls(deps: Deps): SessionCalls {
  const { redis, keyring, log } = deps;
  const answersKey = `${deps.prefix}:session:answers:${randomUUID()}`;
  const pending = new Map<string, (answer: Promise<Answer>) => void>();
  const loops = new Set<Promise<void>>();
  const waiters = new Set<Redis>();
  let asking = false;
  let closed = false;

  const place = (workspaceId: string, field: string) => ({ workspaceId, collection: "session_calls", field });
  const seal = async (workspaceId: string, field: string, value: unknown) =>
    (await keyring.seal(place(workspaceId, field), JSON.stringify(value ?? null))).toString("base64");
  const unseal = async (workspaceId: string, field: string, sealed: string): Promise<unknown> =>
    JSON.parse(await keyring.open(place(workspaceId, field), Buffer.from(sealed, "base64")));

  /** Takes from a list, one after the other, until `over`. */
  function takeFrom(key: string, over: () => boolean, take: (entry: string) => void): void {
    const waiter = deps.connect();
    waiters.add(waiter);
    const loop = (async () => {
      while (!closed && !over()) {
        try {
          const entry = await waiter.blpop(key, waitSeconds);
          if (entry) take(entry[1]);
        } catch (error) {
          if (closed || over()) break;
          log.warn("session_calls_waiting_failed", { error: error as Error });
          await new Promise((resolve) => setTimeout(resolve, 500));
        }
      }
    })().finally(() => {
      waiters.delete(waiter);
      if (!closed) waiter.disconnect();
      loops.delete(loop);
    });
    loops.add(loop);
  }

  function startAsking(): void {
    if (asking) return;
    asking = true;
    takeFrom(
      answersKey,
      () => false,
      (entry) => {
        const { id, workspaceId, sealed } = JSON.parse(entry) as { id: string; workspaceId: string; sealed: string };
        pending.get(id)?.(unseal(workspaceId, "answer", sealed) as Promise<Answer>);
      },
    );
  }

  async function call(workspaceId: string, name: string, request: unknown, timeoutMs: number): Promise<unknown> {
    const holder = await redis.get(`${name}:holder`).catch(() => null);
    if (closed || holder === null) throw nobody();
    startAsking();
    const id = randomUUID();
    const list = `${name}:requests:${holder}`;
    const sealed = await seal(workspaceId, "request", request);
    const entry = JSON.stringify({ id, replyTo: answersKey, until: Date.now() + timeoutMs, sealed } satisfies Envelope);
    const answered = new Promise<Answer>((resolve) => pending.set(id, resolve));
    try {
      // It outlives the wait: what is gone by itself could not be told from what was taken.
      await redis
        .multi()
        .rpush(list, entry)
        .pexpire(list, timeoutMs + 60_000)
        .exec();
      const early = await within(Math.min(takeMs, timeoutMs), answered);
      if (early) return opened(early);
      // Taking it back succeeds only when nobody took it before: then it surely was not carried out.
      if ((await redis.lrem(list, 1, entry)) === 1) throw nobody();
      const late = await within(Math.max(0, timeoutMs - takeMs), answered);
      if (late) return opened(late);
    } catch (error) {
      if (error instanceof ProviderError) throw error;
      log.warn("session_call_failed", { error: error as Error });
    } finally {
      pending.delete(id);
    }
    throw new ProviderError({ kind: "unreachable", mayHaveBeenSent: true }, "The session did not answer in time.");
  }

  async function hold(workspaceId: string, name: string, answer: SessionAnswerer): Promise<() => Promise<void>> {
    const token = randomUUID();
    const key = `${name}:holder`;
    const claim = () => redis.set(key, token, "PX", heldMs);
    let over = false;
    await claim();
    const timer = setInterval(() => void claim().catch(() => undefined), heldMs / 3);
    const respond = async (entry: string) => {
      const { id, replyTo, until, sealed } = JSON.parse(entry) as Envelope;
      if (Date.now() > until) return;
      const outcome = await unseal(workspaceId, "request", sealed).then(answer).then(done, refused);
      const reply = JSON.stringify({ id, workspaceId, sealed: await seal(workspaceId, "answer", outcome) });
      await redis.multi().rpush(replyTo, reply).pexpire(replyTo, 60_000).exec();
    };
    takeFrom(
      `${name}:requests:${token}`,
      () => over,
      (entry) =>
        void respond(entry).catch((error: unknown) => log.warn("session_answer_failed", { error: error as Error })),
    );
    return async () => {
      over = true;
      clearInterval(timer);
      // Another process may hold it by now.
      if ((await redis.get(key).catch(() => null)) === token) await redis.del(key).catch(() => undefined);
    };
  }

  return {
    port(workspaceId, kind) {
      const nameOf = (accountRef: string) => `${deps.prefix}:session:${workspaceId}:${kind}:${accountRef}`;
      return {
        call: (accountRef, request, timeoutMs) => call(workspaceId, nameOf(accountRef), request, timeoutMs),
        hold: (accountRef, answer) => hold(workspaceId, nameOf(accountRef), answer),
      };
    },
    async close() {
      closed = true;
      for (const waiter of waiters) waiter.disconnect();
      await Promise.all(loops);
    },
  };
}

const nobody = () =>
  new ProviderError(
    { kind: "unreachable", mayHaveBeenSent: false },
    "No process holds this session at the moment; it may just be starting.",
  );

const done = (value: unknown): Answer => ({ ok: true, value });

function refused(error: unknown): Answer {
  if (!(error instanceof ProviderError)) {
    return { ok: false, failure: { kind: "unexpected" }, message: "The session failed.", code: null, sentParts: [] };
  }
  const { failure, message, providerCode, sentParts } = error;
  return { ok: false, failure, message, code: providerCode ?? null, sentParts };
}

function opened(answer: Answer): unknown {
  if (answer.ok) return answer.value;
  throw new ProviderError(answer.failure, answer.message, answer.code ?? undefined, answer.sentParts);
}

/** The value when it comes in time. */
async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
