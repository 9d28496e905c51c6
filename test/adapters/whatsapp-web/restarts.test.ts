import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { ProviderError } from "../../../src/core/errors.js";
import type { InboundEvent } from "../../../src/core/events.js";
import { captureLog } from "../captureLog.js";
import { eventually } from "../../support/gateway.js";
import { runSession } from "../../../src/adapters/whatsapp-web/session.js";
import { ada, number, openShop, processesOf, sessionProcess, timings, type Running, type Shop } from "./shop.js";

const captured = captureLog();
let shop: Shop;

beforeEach(async () => {
  shop = await openShop(captured.log);
}, 60_000);
afterEach(async () => {
  await shop.close();
}, 60_000);

const phone = () => shop.simulator.phone(number);
const words = (text: string) => ({ id: "m", chat: ada.phone, content: { kind: "text" as const, text }, byHuman: true });
const texts = (session: Running) =>
  session.events.flatMap((event) =>
    event.type === "message" && event.message.content.kind === "text" ? [event.message.content.text] : [],
  );
const hears = (text: string) => (event: InboundEvent) =>
  event.type === "message" && event.message.content.kind === "text" && event.message.content.text === text;
const kept = () =>
  eventually("a kept version", async () => ((await shop.tools.vault!.versions(number)).length > 0 ? true : undefined));
const failureOf = (error: Error | undefined) => (error instanceof ProviderError ? error.failure.kind : error);

/** The folder that the processes of a machine speak of. */
const folderOf = (machine: string) => join(shop.tools.workDir!, "..", machine, number);

/** It goes on without anybody linking it anew. */
async function goesOn(options: Parameters<Shop["run"]>[0]): Promise<Running> {
  const session = shop.run(options);
  await session.phase("ready");
  expect(session.progress.map((progress) => progress.phase)).not.toContain("scan");
  return session;
}

describe("a session that ends", () => {
  it("goes on after its browser crashed, and hears what came meanwhile", async () => {
    const first = await shop.linked();
    phone().receive(ada, { type: "chat", body: "before" });
    await first.event("the message before", hears("before"));
    const browser = processesOf(folderOf("machine"));
    expect(browser.length).toBeGreaterThan(0);
    for (const pid of browser) process.kill(pid, "SIGKILL");
    expect(failureOf(await first.over)).toBe("unreachable");
    expect(first.states.at(-1)).toMatchObject({ state: "degraded" });
    expect(first.progress.at(-1)).toEqual({ phase: "lost" });

    phone().receive(ada, { type: "chat", body: "while it was down" });
    phone().writes(ada, "written on the phone meanwhile");
    const second = await goesOn({ cursor: first.cursor() });
    await second.event("what came meanwhile", hears("while it was down"));
    expect(texts(second)).toContain("written on the phone meanwhile");
    await shop.channel().send(words("back again"));
    expect(shop.simulator.sent().at(-1)).toMatchObject({ body: "back again" });
  }, 120_000);

  it("goes on after its own process was killed, and leaves no browser behind", async () => {
    const first = await shop.linked();
    process.kill(sessionProcess(), "SIGKILL");
    expect(failureOf(await first.over)).toBe("unreachable");
    await eventually("the browser's end", () => (processesOf(folderOf("machine")).length === 0 ? true : undefined));
    await goesOn({ cursor: first.cursor() });
  }, 120_000);

  it("is started anew when its page hangs", async () => {
    const first = await shop.linked();
    phone().hang();
    const error = await first.over;
    expect(error).toMatchObject({ providerCode: "hung", failure: { kind: "unreachable" } });
    await goesOn({ cursor: first.cursor() });
  }, 120_000);

  it("is taken over by another machine from the vault", async () => {
    const first = await shop.linked();
    await kept();
    await first.stop();
    const second = await goesOn({ machine: "another", cursor: first.cursor() });
    phone().receive(ada, { type: "chat", body: "to the other machine" });
    await second.event("the message", hears("to the other machine"));
  }, 120_000);
});

describe("a page that loads itself anew", () => {
  it("is looked into again, and everything is heard and said once", async () => {
    const session = await shop.linked();
    phone().receive(ada, { type: "chat", body: "before" });
    await session.event("the message before", hears("before"));
    const phases = session.progress.length;
    phone().reload();
    await eventually("being ready again", () => session.progress.slice(phases).find(({ phase }) => phase === "ready"));
    expect(session.progress.slice(phases)[0]).toEqual({ phase: "starting" });
    expect(session.states.at(-1)).toMatchObject({ state: "ok" });
    phone().receive(ada, { type: "chat", body: "after" });
    await session.event("the message after", hears("after"));
    await shop.channel().send(words("still the same browser"));
    expect(shop.simulator.sent().filter(({ body }) => body === "still the same browser")).toHaveLength(1);
    phone().receive(ada, { type: "chat", body: "last" });
    await session.event("the last message", hears("last"));
    for (const text of ["after", "last"]) expect(texts(session).filter((one) => one === text)).toHaveLength(1);
  }, 120_000);
});

describe("a profile that broke", () => {
  const breakProfile = () =>
    rm(join(folderOf("machine"), `RemoteAuth-${number}`, "Default", "IndexedDB"), { recursive: true });

  it("is replaced by the kept version", async () => {
    const first = await shop.linked();
    await kept();
    await first.stop();
    await breakProfile();
    await goesOn({ cursor: first.cursor() });
  }, 120_000);

  it("is replaced by an older version when the newest is broken too", async () => {
    const { vault } = shop.tools;
    const first = await shop.linked();
    await kept();
    await first.stop();
    const good = await buffer(await vault!.open(number, (await vault!.versions(number))[0]!.id));
    await breakProfile();
    const empty = Buffer.from("504b0506".padEnd(44, "0"), "hex");
    for (const content of [good, empty, Buffer.from("no archive at all")])
      await vault!.save(number, Readable.from([content]));
    await goesOn({ cursor: first.cursor() });
  }, 120_000);
});

describe("a connection that is lost", () => {
  it("waits out a time-out without ending", async () => {
    const session = await shop.linked();
    phone().state("TIMEOUT");
    await eventually("the trouble", () => session.states.find(({ state }) => state === "degraded"));
    phone().state("CONNECTED");
    await eventually("the recovery", () => (session.states.at(-1)?.state === "ok" ? true : undefined));
    phone().receive(ada, { type: "chat", body: "still here" });
    await session.event("the message", hears("still here"));
  }, 120_000);

  it.each(["CONFLICT", "PROXYBLOCK"])(
    "ends on %s, deletes nothing and goes on",
    async (state) => {
      const first = await shop.linked();
      await kept();
      phone().state(state);
      expect(failureOf(await first.over)).toBe("unreachable");
      expect(await shop.tools.vault!.versions(number)).not.toHaveLength(0);
      await goesOn({ cursor: first.cursor() });
    },
    120_000,
  );

  it("asks for a new link once the number was unlinked on the phone", async () => {
    const first = await shop.linked();
    await kept();
    const [version] = await shop.tools.vault!.versions(number);
    phone().logOut();
    expect(failureOf(await first.over)).toBe("auth_expired");
    expect(first.states.at(-1)).toMatchObject({ state: "needs_reauth" });
    // It is offered no more, but it is still there.
    expect(await shop.tools.vault!.versions(number)).toEqual([]);
    const stream = await shop.tools.vault!.open(number, version!.id);
    stream.destroy();
    const second = shop.run({ cursor: first.cursor() });
    expect((await second.phase("scan")).qr).toBeDefined();
  }, 120_000);

  it("asks for a new link when it was unlinked while nobody listened", async () => {
    const first = await shop.linked();
    await kept();
    await first.stop();
    phone().logOut();
    const next = shop.run({ cursor: first.cursor() });
    // The first start notices, by itself, whichever of the two the page says first.
    const noticed = await Promise.race([
      next.over.then(failureOf),
      next.phase("scan").then(
        () => "scan",
        () => "nothing",
      ),
    ]);
    expect(["auth_expired", "scan"]).toContain(noticed);
    await eventually("the forgetting", async () =>
      (await shop.tools.vault!.versions(number)).length === 0 ? true : undefined,
    );
    await next.stop();
    const last = shop.run({ cursor: first.cursor() });
    expect((await last.phase("scan")).qr).toBeDefined();
  }, 120_000);

  it("tells that the number was banned", async () => {
    const session = await shop.linked();
    phone().state("TOS_BLOCK");
    expect(failureOf(await session.over)).toBe("suspended");
    expect(session.states.at(-1)).toMatchObject({ state: "suspended" });
    expect(session.progress.at(-1)).toEqual({ phase: "banned" });
  }, 120_000);
});

describe("linking", () => {
  it("links by a code that is typed on the phone", async () => {
    const session = shop.run({ pairing: "phone" });
    const { code } = await session.phase("scan");
    expect(code).toMatch(/^[A-Z]{8}$/);
    shop.simulator.typeCode(number, code!);
    await session.phase("ready");
  }, 120_000);

  it("shows every new QR code", async () => {
    const session = shop.run();
    const { qr } = await session.phase("scan");
    shop.simulator.refreshCodes();
    const next = await eventually("another code", () =>
      session.progress.find((progress) => progress.qr !== undefined && progress.qr !== qr),
    );
    shop.simulator.scan(number, next.qr!);
    await session.phase("ready");
  }, 120_000);

  it("goes on showing codes when the page gave it up", async () => {
    const session = shop.run();
    const { qr } = await session.phase("scan");
    shop.simulator.giveUpCodes();
    await eventually("another code", () =>
      session.progress.find((progress) => progress.qr !== undefined && progress.qr !== qr),
    );
  }, 120_000);

  it("says that WhatsApp gave no code", async () => {
    shop.simulator.faults.next({ kind: "refuse", says: "rate-overlimit" });
    const session = shop.run({ pairing: "phone" });
    expect(await session.over).toMatchObject({ providerCode: "no_code", failure: { kind: "auth_expired" } });
    expect(session.states.at(-1)).toMatchObject({ state: "needs_reauth" });
  }, 120_000);

  it("leaves no process behind when it cannot be reached", async () => {
    const session = { hold: () => Promise.reject(new Error("Redis is away")), call: () => Promise.reject(new Error()) };
    const sink = {
      deliver: () => Promise.resolve(),
      state: () => Promise.resolve(),
      loadCursor: () => Promise.resolve(null),
      saveCursor: () => Promise.resolve(),
    };
    const run = runSession(shop.settings, { ...shop.tools, session }, sink, new AbortController().signal, timings);
    await expect(run).rejects.toThrow("Redis is away");
    expect(() => sessionProcess()).toThrow("no session process");
  }, 120_000);

  it("says in words that this machine has no browser", async () => {
    const states: unknown[] = [];
    const sink = {
      deliver: () => Promise.resolve(),
      state: (...state: unknown[]) => Promise.resolve(void states.push(state)),
      loadCursor: () => Promise.resolve(null),
      saveCursor: () => Promise.resolve(),
    };
    const tools = { ...shop.tools, browserPath: undefined };
    await expect(runSession(shop.settings, tools, sink, new AbortController().signal, timings)).rejects.toMatchObject({
      failure: { kind: "unsupported" },
    });
    expect(states).toEqual([["degraded", expect.stringContaining("needs Chromium")]]);
  });

  it("does not take another number than the one in the settings", async () => {
    const session = shop.run();
    const { qr } = await session.phase("scan");
    shop.simulator.scan("491519999999", qr!);
    expect(await session.over).toMatchObject({ providerCode: "other_number", failure: { kind: "auth_expired" } });
    expect(shop.simulator.phone("491519999999").devices.size).toBe(0);
  }, 120_000);

  it("rests when nobody links it", async () => {
    const session = shop.run({ timings: { pairingMs: 500 } });
    expect(await session.over).toMatchObject({ providerCode: "not_linked_in_time" });
    await eventually("the browser's end", () => (processesOf(folderOf("machine")).length === 0 ? true : undefined));
  }, 120_000);
});
