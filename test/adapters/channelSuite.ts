import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import fc from "fast-check";
import { Malformed, type Channel, type ChannelAdapter, type RawRequest } from "../../src/adapters/contract.js";
import { ProviderError, type Failure } from "../../src/core/errors.js";
import type { InboundEvent } from "../../src/core/events.js";
import type { MediaRef } from "../../src/core/message.js";
import { lengthIn } from "../../src/adapters/shared/splitText.js";
import { captureLog, type CapturedLog } from "./captureLog.js";
import { changed, jsonValue } from "./payloads.js";

/** One recorded situation: what the provider sent and what it means. `raw`, `v`, `channel` and `accountRef` are added. */
interface Fixture {
  about: string;
  payload: unknown;
  expect: Omit<InboundEvent, "raw" | "v" | "channel" | "accountRef">[];
}

/** A running stand-in of the provider with one connected account. */
export interface StandIn {
  channel: Channel;
  /** A chat that takes messages. */
  chat: string;
  /** Texts the provider took, oldest first. */
  takenTexts(): string[];
  close(): Promise<void>;
}

/** One way in which the provider refuses or fails. `provoke` must reject. */
export interface ErrorCase {
  name: string;
  provoke(standIn: StandIn): Promise<unknown>;
  failure: Failure;
}

export interface ChannelSuite<S> {
  adapter: ChannelAdapter<S>;
  self: string;
  /** A folder of `<event>__<situation>.json`. */
  fixtures: string;
  settings: S;
  /** Several payloads of the provider as one request of it. */
  join(payloads: readonly unknown[]): unknown;
  /** A genuine message with this text, as the provider sends it. */
  saying(text: string): unknown;
  /** What must never be seen in a log line or an error. */
  secrets: readonly string[];
  /** Entries of kinds that do not exist (yet). */
  unknown: readonly unknown[];
  webhook?: {
    /** A genuine request. */
    signed(settings: S, body: Buffer): RawRequest;
    /** Name of the header that proves it, in lower case. */
    header: string;
    /** Settings with another secret, and with the secret of `settings` as the previous one. */
    rotated: S;
  };
  /** Networks whose webhook address is entered by hand: the provider asks for a token first. */
  handshake?: { request(token: string, challenge: string): RawRequest; ownToken(settings: S): S };
  /** Files of customers that the provider does not have any more. */
  expired?(standIn: StandIn): MediaRef | Promise<MediaRef>;
  start(log: CapturedLog["log"]): Promise<StandIn>;
  errors: readonly ErrorCase[];
}

/**
 * What every channel must do. A channel's test file calls it once; situations are the JSON files of its folder, so a
 * recording nobody tests does not exist.
 */
export function channelSuite<S>(suite: ChannelSuite<S>): void {
  const { adapter, self } = suite;
  const files = readdirSync(suite.fixtures).sort();
  const fixtures = files.map((file) => ({
    file,
    ...(JSON.parse(readFileSync(join(suite.fixtures, file), "utf8")) as Fixture),
  }));

  describe(`${adapter.manifest.kind}: reading`, () => {
    afterEach(() => {
      jest.useRealTimers();
    });

    it("has recordings, named <event>__<situation>.json", () => {
      expect(files.length).toBeGreaterThan(0);
      expect(files.filter((file) => !/^[a-z_]+?__[a-z0-9_]+\.json$/.test(file))).toEqual([]);
    });

    it.each(fixtures)("$file", ({ payload, expect: expected }) => {
      const events = adapter.normalize(frozen(payload), self);
      const same = { v: 1, channel: adapter.manifest.kind, accountRef: self };
      expect(events.map(withoutRaw)).toEqual(expected.map((event) => ({ ...same, ...event })));
      for (const event of events) expect(event.raw).toBeDefined();
    });

    it("gives the same events whenever and however often it is asked, and asks nothing itself", () => {
      const request = jest.spyOn(globalThis, "fetch");
      const random = jest.spyOn(Math, "random");
      const readAll = () => JSON.stringify(fixtures.map(({ payload }) => adapter.normalize(payload, self)));
      jest.useFakeTimers({ now: 0 });
      const first = readAll();
      jest.setSystemTime(4_000_000_000_000);
      expect(readAll()).toBe(first);
      expect(request).not.toHaveBeenCalled();
      expect(random).not.toHaveBeenCalled();
      request.mockRestore();
      random.mockRestore();
    });

    it("gives different keys to different things", () => {
      const keys = fixtures.flatMap(({ payload }) => adapter.normalize(payload, self).map((event) => event.eventKey));
      expect(new Set(keys).size).toBe(keys.length);
    });

    it.each(suite.unknown.map((payload) => ({ payload, text: JSON.stringify(payload) })))(
      "shows what it does not know: $text",
      ({ payload }) => {
        const events = adapter.normalize(payload, self);
        expect(events).toHaveLength(1);
        expect(events[0]).toMatchObject({ type: "message", message: { content: { kind: "unsupported" } } });
      },
    );

    const keysOf = (payload: unknown) => adapter.normalize(payload, self).map((event) => event.eventKey);

    it("reads every recording of a batch, in order, and the same one twice as the same thing", () => {
      const payloads = fixtures.map(({ payload }) => payload);
      const apart = payloads.flatMap(keysOf);
      expect(keysOf(suite.join(payloads))).toEqual(apart);
      expect(keysOf(suite.join([...payloads, ...payloads]))).toEqual([...apart, ...apart]);
    });

    it("reads a batch in whatever order it comes", () => {
      const payloads = fixtures.map(({ payload }) => payload);
      fc.assert(
        fc.property(fc.shuffledSubarray(payloads, { minLength: 1 }), (some) => {
          expect(keysOf(suite.join(some))).toEqual(some.flatMap(keysOf));
        }),
        { numRuns: 50 },
      );
    });

    it("drops no entry of a batch because another one is odd", () => {
      const payloads = fixtures.map(({ payload }) => payload);
      const whole = new Set(payloads.flatMap(keysOf));
      fc.assert(
        fc.property(fc.shuffledSubarray(payloads, { minLength: 1, maxLength: 5 }), changed(payloads), (some, odd) => {
          let alone: string[];
          try {
            alone = keysOf(odd);
          } catch {
            return;
          }
          const keys = keysOf(suite.join([...some, odd]));
          expect(keys.slice(0, keys.length - alone.length)).toEqual(
            some.flatMap(keysOf).filter((key) => whole.has(key)),
          );
        }),
        { numRuns: 200 },
      );
    });

    it("takes a text of a hundred thousand characters and ten thousand entries, and leaves nothing out", () => {
      const long = "Ω".repeat(100_000);
      expect(adapter.normalize(suite.saying(long), self)).toMatchObject([{ message: { content: { text: long } } }]);
      const many = Array.from({ length: 10_000 }, (_, index) => suite.saying(`number ${index}`));
      const events = adapter.normalize(suite.join(many), self);
      expect(events.filter((event) => event.type === "message")).toHaveLength(10_000);
      expect(new Set(events.map((event) => event.eventKey)).size).toBe(10_000);
    });

    it("throws nothing but Malformed on any JSON", () => {
      fc.assert(fc.property(jsonValue(), (payload) => readable(adapter, payload, self)));
    });

    it("throws nothing but Malformed and drops nothing on recordings with parts missing or wrong", () => {
      const payloads = fixtures.map(({ payload }) => payload);
      fc.assert(
        fc.property(changed(payloads), (payload) => readable(adapter, payload, self)),
        { numRuns: 500 },
      );
    });
  });

  if (suite.webhook && adapter.verify) describe(`${adapter.manifest.kind}: proof of origin`, () => proof(suite));
  if (suite.handshake) describe(`${adapter.manifest.kind}: handshake`, () => handshake(suite));
  describe(`${adapter.manifest.kind}: sending`, () => sending(suite));
}

function proof<S>({ adapter, settings, secrets, webhook }: ChannelSuite<S>): void {
  const body = Buffer.from("{}");
  const verify = (request: RawRequest, list: readonly S[]) => adapter.verify!(request, list);
  const { signed, header, rotated } = webhook!;
  const genuine = signed(settings, body);
  const withHeader = (value: RawRequest["headers"][string]): RawRequest => ({
    ...genuine,
    headers: { ...genuine.headers, [header]: value },
  });

  it("accepts a genuine request", () => expect(verify(genuine, [settings])).toEqual({ kind: "accepted" }));

  it("accepts the old and the new secret while it is changed, in one setting or in two", () => {
    expect(verify(genuine, [rotated]).kind).toBe("accepted");
    expect(verify(signed(rotated, body), [rotated]).kind).toBe("accepted");
    expect(verify(genuine, [rotated, settings]).kind).toBe("accepted");
  });

  const good = genuine.headers[header] as string;
  it.each([
    ["a missing header", undefined],
    ["an empty header", ""],
    ["another secret of the same length", good.replace(/./g, "x")],
    ["a shorter one", good.slice(0, -1)],
    ["a longer one", `${good}x`],
    ["one with another case", good === good.toUpperCase() ? good.toLowerCase() : good.toUpperCase()],
    ["the header sent twice", [good, good]],
    ["the header sent twice, joined", `${good}, ${good}`],
  ])("refuses %s, and says why without the secret", (_name, value) => {
    const verdict = verify(withHeader(value), [settings]);
    expect(verdict.kind).toBe("refused");
    const why = verdict.kind === "refused" ? verdict.why : "";
    expect(why).not.toBe("");
    for (const secret of secrets) expect(why).not.toContain(secret);
  });

  it("refuses everything when there is no secret to compare with", () => {
    expect(verify(genuine, []).kind).toBe("refused");
  });
}

function handshake<S>({ adapter, settings, handshake: shake, secrets }: ChannelSuite<S>): void {
  const { request, ownToken } = shake!;
  const ask = (token: string, list: readonly S[], made?: string) =>
    adapter.verify!(request(token, "1158201444"), list, made);

  it("answers with the challenge when the token is the one we made, also for a draft", () => {
    const answer = { kind: "handshake", answer: "1158201444" };
    expect(ask("made-by-us", [], "made-by-us")).toEqual(answer);
    expect(ask("made-by-us", [settings], "made-by-us")).toEqual(answer);
  });

  it("takes a token of the owner's own as well", () => {
    expect(ask("chosen-by-owner", [ownToken(settings)], "made-by-us").kind).toBe("handshake");
  });

  it.each(["", "another", "made-by-u", "made-by-us "])(
    "refuses the token %j, without showing the right one",
    (token) => {
      const verdict = ask(token, [settings], "made-by-us");
      expect(verdict).toMatchObject({ kind: "refused", status: 403 });
      for (const secret of [...secrets, "made-by-us"]) expect(JSON.stringify(verdict)).not.toContain(secret);
    },
  );

  it("refuses everything when there is no token", () => {
    expect(ask("", []).kind).toBe("refused");
  });
}

function sending<S>({ adapter, secrets, start, errors, expired }: ChannelSuite<S>): void {
  const captured = captureLog();
  let standIn: StandIn;
  beforeAll(async () => {
    standIn = await start(captured.log);
  });
  afterAll(async () => {
    await standIn.channel.close();
    await standIn.close();
  });

  it("sends a text that is too long in parts that fit, in order and whole", async () => {
    const { max, unit } = adapter.manifest.can.text;
    const text = Array.from({ length: max / 4 }, (_, n) => `word${n} 👩‍👩‍👧‍👦`).join(" ");
    const before = standIn.takenTexts().length;
    const outcome = await standIn.channel.send({
      id: "msg_long",
      chat: standIn.chat,
      content: { kind: "text", text },
      byHuman: true,
    });
    const parts = standIn.takenTexts().slice(before);
    expect(outcome.externalIds).toHaveLength(parts.length);
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) expect(lengthIn(part, unit)).toBeLessThanOrEqual(max);
    expect(parts.join(" ").replace(/\s+/g, " ")).toBe(text);
  });

  it.each(errors)("error: $name", async ({ provoke, failure }) => {
    const error: unknown = await provoke(standIn).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ProviderError);
    expect((error as ProviderError).failure).toEqual(failure);
    const everything = allOf(error as ProviderError);
    for (const secret of secrets) expect(everything).not.toContain(secret);
  });

  if (expired) {
    it("says that a file of a customer is gone, instead of trying for ever", async () => {
      const opened = standIn.channel.openMedia!(await expired(standIn));
      await expect(opened).rejects.toMatchObject({ failure: { kind: "malformed" } });
    });
  }

  it("writes no secret into the log", () => {
    for (const secret of secrets) expect(captured.text()).not.toContain(secret);
  });
}

/** All of an error that a log could show: message, stack, own properties, causes. */
function allOf(error: Error): string {
  const own = JSON.stringify(error, Object.getOwnPropertyNames(error));
  return error.cause instanceof Error ? own + allOf(error.cause) : own;
}

/** Normalizes; fails on anything thrown but Malformed and on events that are not whole. */
function readable<S>(adapter: ChannelAdapter<S>, payload: unknown, self: string): void {
  let events: InboundEvent[];
  try {
    events = adapter.normalize(payload, self);
  } catch (error) {
    expect(error).toBeInstanceOf(Malformed);
    return;
  }
  if (!(Array.isArray(payload) && payload.length === 0)) expect(events.length).toBeGreaterThan(0);
  for (const event of events) {
    expect(event.eventKey).not.toBe("");
    expect(new Date(event.at).toISOString()).toBe(event.at);
    expect(typeof event.peer.chat).toBe("string");
    expect(typeof event.peer.user).toBe("string");
    if (event.type === "message") expect(event.message.externalId).not.toBe("");
  }
}

function withoutRaw({ raw: _raw, ...event }: InboundEvent): Omit<InboundEvent, "raw"> {
  return event;
}

/** Reading must not change what is kept for replay. */
function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}
