import { AppError } from "../core/errors.js";
import type { ChannelKind, InboundEvent } from "../core/events.js";
import { newId } from "../core/ids.js";
import type { Enqueue, Keyring, Log, QueuedJob } from "../core/ports.js";
import { Malformed, type ChannelAdapter, type RawRequest, type Verdict } from "./contract.js";

/** What intake must know about a connected account. `settings` are the opened credentials, newest first during rotation. */
export interface IntakeAccount {
  id: string;
  workspaceId: string;
  kind: ChannelKind;
  accountRef: string;
  enabled: boolean;
  /** Played by a stand-in, which may tell of what is said to have happened long ago. */
  simulated: boolean;
  /** What is wrong with it at the moment, as far as intake knows; null when nothing is. */
  trouble: string | null;
  settings: readonly unknown[];
  /** What a handshake at its address must bring. */
  verifyToken?: string | undefined;
}

/** What intake needs from the rest of the program. */
export interface IntakePorts {
  adapterFor(kind: ChannelKind): ChannelAdapter | undefined;
  /** Served from memory while fresh: a webhook should cost no database round trip. undefined = no such key. */
  findByEndpoint(kind: ChannelKind, endpointKey: string): Promise<IntakeAccount | undefined>;
  /**
   * The account that an event is of, when it came by the address of another one: one application may serve many pages and
   * numbers. An account nobody has connected yet becomes a draft, so that nothing is lost. Served from memory while fresh.
   */
  accountOf(receiver: IntakeAccount, accountRef: string): Promise<IntakeAccount>;
  /** Something was refused or could not be read; for the account's health. Never rejects. */
  reportTrouble(account: IntakeAccount, why: string): void;
  /** A genuine request was taken. Never rejects. */
  reportWell(account: IntakeAccount): void;
  /** Something for the account's log. Costs the request nothing; never rejects nor throws. */
  note(account: IntakeAccount, entry: IntakeNote): void;
  enqueue: Enqueue;
  keyring: Keyring;
  log: Log;
  now(): Date;
}

/** What happened at an account's address. Nothing of it is what a message says, and nothing is a secret. */
export interface IntakeNote {
  kind: "handshake" | "refused" | "event" | "quarantined";
  ok: boolean;
  sentence: string;
  details?: Record<string, string | number | boolean>;
}

/** The answer to a provider. The body is empty unless the provider asked for a challenge: Telegram executes bodies. */
export interface IntakeAnswer {
  status: 200 | 401 | 403 | 404;
  text?: string;
}

/** Where sealed payloads of jobs live, for the seal's binding to its place. */
export const inboundPlace = (workspaceId: string) => ({ workspaceId, collection: "jobs", field: "inbound" });
export const quarantinePlace = (workspaceId: string) => ({ workspaceId, collection: "quarantine", field: "raw" });

/** Entries of one payload that are put aside by themselves; where more cannot be read, the whole is no batch of ours. */
const apartMost = 20;

export interface Intake {
  /**
   * One request of a provider: verify, normalize, enqueue durably, and only then 200. Rejects with AppError
   * `unavailable` when the queue cannot take it (503: the provider will come again).
   */
  webhook(kind: ChannelKind, endpointKey: string, request: RawRequest, traceId: string): Promise<IntakeAnswer>;
  /** Payloads of a session (long polling, a browser): the same way in, without a signature. Resolves once durable. */
  session(account: IntakeAccount, payloads: readonly unknown[], traceId: string): Promise<void>;
}

/** The one way in, for webhooks and sessions alike. */
export function createIntake(ports: IntakePorts): Intake {
  const { enqueue, keyring, log } = ports;

  async function quarantined(account: IntakeAccount, raw: string, where: string, traceId: string): Promise<QueuedJob> {
    log.warn("payload_quarantined", { accountId: account.id, where, traceId });
    const why = `A payload could not be read (${where}); it is kept in quarantine.`;
    ports.note(account, { kind: "quarantined", ok: false, sentence: why, details: { where, trace_id: traceId } });
    ports.reportTrouble(account, why);
    const sealed = await keyring.seal(quarantinePlace(account.workspaceId), raw);
    return {
      name: "inbound.quarantine",
      payload: {
        v: 1,
        workspaceId: account.workspaceId,
        accountId: account.id,
        channel: account.kind,
        where,
        key: newId("deadLetter"),
        receivedAt: ports.now().toISOString(),
        traceId,
        raw: sealed.toString("base64"),
      },
    };
  }

  async function recorded(
    account: IntakeAccount,
    events: readonly InboundEvent[],
    traceId: string,
  ): Promise<QueuedJob> {
    const sealed = await keyring.seal(inboundPlace(account.workspaceId), JSON.stringify(events));
    return {
      // An account that is off takes everything and shows nothing: it is recorded once the account is on again.
      name: account.enabled ? "inbound.record" : "inbound.hold",
      payload: {
        v: 1,
        workspaceId: account.workspaceId,
        accountId: account.id,
        id: newId("accepted"),
        acceptedAt: ports.now().toISOString(),
        traceId,
        ...(account.simulated ? { simulated: true } : {}),
        events: sealed.toString("base64"),
      },
    };
  }

  /** One job for each account that the payload speaks of, or one that keeps what cannot be read. */
  async function jobsFor(
    adapter: ChannelAdapter,
    account: IntakeAccount,
    payload: unknown,
    raw: string,
    traceId: string,
  ): Promise<QueuedJob[]> {
    const { events, unread } = read(adapter, account, payload, raw, traceId);
    const refs = [...new Set(events.map((event) => event.accountRef))];
    return Promise.all([
      ...refs.map(async (ref) => {
        const owner = ref === account.accountRef ? account : await ports.accountOf(account, ref);
        return recorded(
          owner,
          events.filter((event) => event.accountRef === ref),
          traceId,
        );
      }),
      ...unread.map((part) => quarantined(account, part.raw, part.where, traceId)),
    ]);
  }

  /** What can be read of a payload, and what cannot. Of an array only the entries that cannot be read are put aside. */
  function read(
    adapter: ChannelAdapter,
    account: IntakeAccount,
    payload: unknown,
    raw: string,
    traceId: string,
  ): { events: InboundEvent[]; unread: { raw: string; where: string }[] } {
    const whole = attempt(adapter, account, payload, traceId);
    if ("events" in whole) return { events: whole.events, unread: [] };
    const asOne = [{ raw, where: whole.where }];
    if (!Array.isArray(payload)) return { events: [], unread: asOne };
    const events: InboundEvent[] = [];
    const unread: { raw: string; where: string }[] = [];
    for (const [index, entry] of payload.entries()) {
      const one = attempt(adapter, account, entry, traceId);
      if ("events" in one) events.push(...one.events);
      else {
        const text = unread.length < apartMost ? written(entry) : undefined;
        if (text === undefined) return { events: [], unread: asOne };
        unread.push({ raw: text, where: one.where === "/" ? `/${index}` : `/${index}${one.where}` });
      }
    }
    return { events, unread };
  }

  function attempt(
    adapter: ChannelAdapter,
    account: IntakeAccount,
    payload: unknown,
    traceId: string,
  ): { events: InboundEvent[] } | { where: string } {
    try {
      return { events: adapter.normalize(payload, account.accountRef) };
    } catch (error) {
      if (error instanceof Malformed) return { where: error.where };
      log.error("normalize_failed", { accountId: account.id, error: error as Error, traceId });
      return { where: "normalize" };
    }
  }

  function noteEvents(account: IntakeAccount, jobs: readonly QueuedJob[]): void {
    if (jobs.some((job) => job.name === "inbound.record")) {
      ports.note(account, { kind: "event", ok: true, sentence: "The provider told of something new." });
    }
    if (jobs.some((job) => job.name === "inbound.hold")) {
      const sentence = "The provider told of something new; it is kept until the account is on again.";
      ports.note(account, { kind: "event", ok: true, sentence });
    }
  }

  return {
    async webhook(kind, endpointKey, request, traceId) {
      const adapter = ports.adapterFor(kind);
      const account = adapter?.verify ? await ports.findByEndpoint(kind, endpointKey) : undefined;
      if (!adapter?.verify || !account) return { status: 404 };

      const verdict = adapter.verify(request, account.settings, account.verifyToken);
      if (verdict.kind === "refused") {
        log.warn("webhook_refused", { accountId: account.id, why: verdict.why, traceId });
        ports.note(account, refusedNote(request.method, verdict, traceId));
        ports.reportTrouble(account, verdict.why);
        return { status: verdict.status ?? 401 };
      }
      if (verdict.kind === "handshake") {
        ports.note(account, {
          kind: "handshake",
          ok: true,
          sentence: "The provider shook hands: it knows the address.",
        });
        return { status: 200, text: verdict.answer };
      }

      const raw = request.body.toString("utf8");
      const payload = parsed(raw);
      const jobs =
        payload === undefined
          ? [await quarantined(account, raw, "json", traceId)]
          : await jobsFor(adapter, account, payload, raw, traceId);
      if (jobs.length > 0) await enqueue.add(jobs);
      if (jobs.some((job) => job.name === "inbound.record")) ports.reportWell(account);
      noteEvents(account, jobs);
      return { status: 200 };
    },

    async session(account, payloads, traceId) {
      const adapter = ports.adapterFor(account.kind);
      if (!adapter) throw new AppError("not_found", `There is no channel kind ${account.kind}.`);
      const jobs = await Promise.all(
        payloads.map((payload) => jobsFor(adapter, account, payload, JSON.stringify(payload), traceId)),
      );
      if (jobs.flat().length > 0) await enqueue.add(jobs.flat());
      if (jobs.flat().some((job) => job.name === "inbound.record")) ports.reportWell(account);
      noteEvents(account, jobs.flat());
    },
  };
}

/** A refusal in words, with the beginnings of what was compared. */
function refusedNote(method: string, verdict: Extract<Verdict, { kind: "refused" }>, traceId: string): IntakeNote {
  const { why, compared } = verdict;
  const kind = method === "GET" ? "handshake" : "refused";
  if (compared === undefined) return { kind, ok: false, sentence: why, details: { trace_id: traceId } };
  const sentence = `The verify token did not match: got ${compared.got}, expected ${compared.expected}. ${why}`;
  return { kind, ok: false, sentence, details: { ...compared, trace_id: traceId } };
}

/** Something like a whole number too long for a double to hold, where a value stands. */
const longNumber = /[:[,]\s*-?\d{16}/;
/** A text of JSON, or such a number of up to 64 bits. */
const textOrLongNumber = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?[1-9]\d{15,18}(?![\d.eE])/g;

/**
 * What a provider sent; undefined when it is not JSON. Keys that could reach a prototype are dropped. Whole numbers that a
 * double cannot hold become texts: they are ids, and another id would be another person.
 */
export function parsed(raw: string): unknown {
  const safely = (text: string) =>
    JSON.parse(text, (key, value: unknown) => (key === "__proto__" ? undefined : value)) as unknown;
  try {
    const value = safely(raw);
    if (!longNumber.test(raw)) return value;
    return safely(
      raw.replace(textOrLongNumber, (token) =>
        token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `"${token}"`,
      ),
    );
  } catch {
    return undefined;
  }
}

/** undefined: nested so deep that it cannot be written down by itself. */
function written(entry: unknown): string | undefined {
  try {
    return JSON.stringify(entry);
  } catch {
    return undefined;
  }
}
