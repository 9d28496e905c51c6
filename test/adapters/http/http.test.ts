import { createHash } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { http } from "../../../src/adapters/http/index.js";
import type { AdapterTools } from "../../../src/adapters/contract.js";
import type { Failure } from "../../../src/core/errors.js";
import { ProviderError } from "../../../src/core/errors.js";
import { channelSuite, type ErrorCase, type StandIn } from "../channelSuite.js";
import type { CapturedLog } from "../captureLog.js";

const self = "my-system";
const secret = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString("base64")}`;
const settings = { accountId: self, deliveryUrl: "http://127.0.0.1:1/in", signingSecret: secret(1) };
const message = { id: "msg_1", chat: "customer-1", content: { kind: "text" as const, text: "hi" }, byHuman: true };

interface Took {
  headers: IncomingHttpHeaders;
  body: string;
}

/** Somebody's system that takes deliveries, and answers `next` once when it is set. */
async function system(log: CapturedLog["log"]) {
  const took: Took[] = [];
  const next: { status: number; headers?: Record<string, string> }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const answer = next.shift();
      if (answer) {
        response.writeHead(answer.status, answer.headers).end();
        return;
      }
      took.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(200).end(JSON.stringify({ id: `theirs-${took.length}` }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const tools: AdapterTools = {
    log,
    apiRoot: undefined,
    async postPublic(url, headers, body) {
      try {
        const answer = await fetch(url, { method: "POST", headers, body });
        return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
      } catch {
        throw new ProviderError({ kind: "unreachable", mayHaveBeenSent: false }, "no answer");
      }
    },
    linkUpload: (source) => Promise.resolve(source === "upload:1" ? "https://files.example/1" : undefined),
  };
  const deliveryUrl = `http://127.0.0.1:${port}/in`;
  const standIn: StandIn = {
    channel: http.connect({ ...settings, deliveryUrl }, tools),
    chat: "customer-1",
    takenTexts: () => took.map(({ body }) => (JSON.parse(body) as { content: { text: string } }).content.text),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return { standIn, took, next, tools };
}

let running: Awaited<ReturnType<typeof system>>;
const answered = (status: number, failure: Failure, headers?: Record<string, string>): ErrorCase => ({
  name: String(status),
  failure,
  provoke: ({ channel }) => {
    running.next.push({ status, ...(headers ? { headers } : {}) });
    return channel.send(message);
  },
});
const refused = (why: Extract<Failure, { kind: "refused" }>["why"]): Failure => ({ kind: "refused", why });
const signed = (own: typeof settings, body: Buffer, at = new Date()) => ({
  method: "POST",
  headers: {
    "webhook-id": "1",
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(own.signingSecret).sign("1", at, body.toString()),
  },
  query: {},
  body,
});

channelSuite({
  adapter: http,
  self,
  fixtures: join(import.meta.dirname, "fixtures"),
  settings,
  secrets: [settings.signingSecret],
  join: (payloads) => ({ events: payloads.flatMap((one) => (one as { events: unknown[] }).events) }),
  saying: (said) => ({
    events: [
      {
        type: "message",
        id: createHash("sha256").update(said).digest("hex"),
        from: { id: "customer-1" },
        content: { kind: "text", text: said },
      },
    ],
  }),
  unknown: [{ events: [{ type: "telepathy", from: { id: "customer-1" } }] }],
  webhook: {
    signed,
    header: "webhook-signature",
    rotated: {
      ...settings,
      signingSecret: secret(2),
      previousSigningSecret: settings.signingSecret,
    } as typeof settings,
  },
  async start(log) {
    running = await system(log);
    return running.standIn;
  },
  errors: [
    answered(429, { kind: "rate_limited", retryAfterMs: 7_000 }, { "retry-after": "7" }),
    answered(401, { kind: "auth_expired" }),
    answered(404, refused("recipient")),
    answered(410, { kind: "suspended" }),
    answered(422, refused("content")),
    answered(503, { kind: "unreachable", mayHaveBeenSent: false }),
    answered(302, { kind: "unexpected" }),
    {
      name: "a system that is away",
      failure: { kind: "unreachable", mayHaveBeenSent: false },
      provoke: () => http.connect(settings, running.tools).send(message),
    },
    {
      name: "a file that is gone",
      failure: refused("content"),
      provoke: ({ channel }) =>
        channel.send({ ...message, content: { kind: "media", media: { role: "image", source: "upload:2" } } }),
    },
  ],
});

describe("http: what is delivered", () => {
  let own: Awaited<ReturnType<typeof system>>;
  beforeAll(async () => {
    const silent = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent };
    own = await system(silent);
  });
  afterAll(() => own.standIn.close());

  it("is signed, names our id, and takes the name that the system gives it", async () => {
    const outcome = await own.standIn.channel.send({ ...message, replyTo: { externalId: "q" } });
    const [{ headers, body }] = own.took as [Took];
    expect(new Webhook(settings.signingSecret).verify(body, headers as Record<string, string>)).toEqual({
      type: "message",
      id: "msg_1",
      account: self,
      chat: "customer-1",
      content: { kind: "text", text: "hi" },
      by_human: true,
      reply_to: "q",
    });
    expect(outcome.externalIds).toEqual(["theirs-1"]);
  });

  it("gives files as addresses", async () => {
    const media = { role: "image" as const, source: "upload:1", mime: "image/png" };
    await own.standIn.channel.send({ ...message, content: { kind: "media", media, caption: "look" } });
    expect(JSON.parse(own.took.at(-1)!.body)).toMatchObject({
      content: { kind: "media", url: "https://files.example/1", caption: "look" },
    });
  });

  it("tells of edits, removals, reactions and typing", async () => {
    const { channel } = own.standIn;
    await channel.edit!("customer-1", "theirs-1", { kind: "text", text: "hello" });
    await channel.remove!("customer-1", "theirs-1");
    await channel.react!("customer-1", "theirs-1", "👍");
    await channel.typing!("customer-1");
    const types = own.took.slice(-4).map(({ body }) => (JSON.parse(body) as { type: string }).type);
    expect(types).toEqual(["edit", "removal", "reaction", "typing"]);
  });

  it("refuses what was signed long ago", () => {
    const body = Buffer.from("{}");
    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000);
    expect(http.verify!(signed(settings, body, at(-6)), [settings]).kind).toBe("refused");
    expect(http.verify!(signed(settings, body, at(6)), [settings]).kind).toBe("refused");
    expect(http.verify!(signed(settings, body, at(-4)), [settings]).kind).toBe("accepted");
  });
});
