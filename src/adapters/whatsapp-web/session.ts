import { fork, type ChildProcess, type ForkOptions } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { ProviderError } from "../../core/errors.js";
import type { AdapterTools, SessionSink } from "../contract.js";
import { endError, endings, notReady } from "./failures.js";
import { can, type WhatsAppWebSettings } from "./manifest.js";
import {
  usualTimings,
  type ChildOptions,
  type EndReason,
  type FromChild,
  type Outcome,
  type Part,
  type SessionRequest,
  type Timings,
  type ToChild,
  type VaultAsk,
} from "./protocol.js";

/** What a number may use before it is started anew. */
const childMb = 512;
const browserMb = 1_536;
/** How long a child may take to end by itself. */
const goodbyeMs = 25_000;
/** Tries to store what was heard, before the session is given up and starts over. */
const deliverTries = 6;

/**
 * Runs one number until `stop`: a process of its own with a browser of its own. Resolves after `stop`; rejects when the
 * session cannot go on, so that it is started anew with a growing pause. What it hears is delivered in order.
 */
export async function runSession(
  own: WhatsAppWebSettings,
  tools: AdapterTools,
  sink: SessionSink,
  stop: AbortSignal,
  timings: Timings = usualTimings,
): Promise<void> {
  const { session, workDir, browserPath } = tools;
  if (!session || !tools.vault || workDir === undefined) {
    throw new ProviderError(
      { kind: "unsupported", feature: "sessions" },
      "Sessions need a working folder and a vault.",
    );
  }
  if (browserPath === undefined) {
    const why = "WhatsApp Web needs Chromium on this machine.";
    await sink.state("degraded", why);
    throw new ProviderError({ kind: "unsupported", feature: "browser" }, why);
  }
  const dir = join(workDir, own.number);
  // What a session before this one left half done.
  await rm(join(dir, "files"), { recursive: true, force: true });
  await mkdir(join(dir, "files"), { recursive: true, mode: 0o700 });
  const cursor = Number((await sink.loadCursor()) ?? "");
  const options: ChildOptions = {
    ...{ number: own.number, pairing: own.pairing, dir, timings, browserMb, apiRoot: tools.apiRoot },
    browserPath,
    sandbox: tools.browserSandbox ?? true,
    since: Number.isSafeInteger(cursor) && cursor > 0 ? cursor : undefined,
  };
  if (stop.aborted) return;

  const run = new Run(fork(childFile(), [], forkOptions(tools.environment ?? {})), options, tools, sink, stop);
  let release: (() => Promise<void>) | undefined;
  try {
    release = await session.hold(own.number, (request) => run.answer(request as SessionRequest));
    await run.untilOver();
  } finally {
    await run.kill();
    await release?.();
  }
}

/** One child process and what belongs to it. */
class Run {
  private readonly waiting = new Map<number, (outcome: Outcome) => void>();
  private lastId = 0;
  private line: Promise<void> = Promise.resolve();
  /** The version that is being kept. */
  private keeping: Promise<unknown> = Promise.resolve();
  private browser: number | undefined;
  private reason: EndReason | undefined;
  private failed: Error | undefined;
  private heardAt = Date.now();
  private readonly exited: Promise<void>;
  /** Unix seconds up to which everything is stored. */
  private told: number;

  constructor(
    private readonly child: ChildProcess,
    private readonly options: ChildOptions,
    private readonly tools: AdapterTools,
    private readonly sink: SessionSink,
    private readonly stop: AbortSignal,
  ) {
    this.told = options.since ?? 0;
    child.on("message", (message: FromChild) => this.hear(message));
    // What could not even be started never exits.
    this.exited = new Promise((resolve) => {
      child.once("exit", () => resolve());
      child.on("error", () => child.pid === undefined && resolve());
    });
    this.tell({ t: "start", options });
  }

  async untilOver(): Promise<void> {
    const { child, stop, options } = this;
    const ask = () => this.tell({ t: "stop" });
    if (stop.aborted) ask();
    stop.addEventListener("abort", ask, { once: true });
    // A child that does not beat although its own watch should have noticed: the process itself hangs.
    const { beatMs, beatTimeoutMs } = options.timings;
    const watch = setInterval(() => {
      if (Date.now() - this.heardAt > 120_000 + 3 * (beatMs + beatTimeoutMs)) child.kill("SIGKILL");
    }, beatMs);
    const impatient = new AbortController();
    const late = async () => {
      await new Promise<void>((resolve) => {
        if (stop.aborted) resolve();
        stop.addEventListener("abort", () => resolve(), { once: true });
        impatient.signal.addEventListener("abort", () => resolve(), { once: true });
      });
      await sleep(goodbyeMs, undefined, { signal: impatient.signal }).then(
        () => child.kill("SIGKILL"),
        () => undefined,
      );
    };
    const lateness = late();
    await this.exited;
    impatient.abort();
    await lateness;
    clearInterval(watch);
    stop.removeEventListener("abort", ask);
    await this.endBrowser();
    for (const settle of this.waiting.values()) {
      settle({ ok: false, failure: { kind: "unreachable", mayHaveBeenSent: true }, message: "The session ended." });
    }
    await this.line;
    if (this.reason === "logged_out" || this.reason === "other_number") await this.forget();
    if (stop.aborted) return;
    if (this.failed) throw this.failed;
    const reason = this.reason ?? "browser";
    await this.quietly(this.sink.progress?.({ phase: reason === "banned" ? "banned" : "lost" }));
    await this.quietly(this.sink.state(endings[reason].state, endings[reason].cause));
    throw endError(reason);
  }

  /** A link that is gone is offered no more. The child may not have come to it, or a version was still being kept. */
  private async forget(): Promise<void> {
    await this.keeping;
    await this.quietly(this.tools.vault!.markDeleted(this.options.number));
  }

  /** The child must not outlive what runs it, whatever went wrong. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exited;
    await this.endBrowser();
  }

  /** Answers a request from any process of the program. */
  async answer(request: SessionRequest): Promise<unknown> {
    if (request.op === "send") return this.answerSend(request);
    if (request.op === "media") return this.answerMedia(request.target);
    return this.ask(request);
  }

  /** Files of ours are laid where the browser can read them, for as long as it takes. */
  private async answerSend(request: Extract<SessionRequest, { op: "send" }>): Promise<unknown> {
    const laid: string[] = [];
    const lay = async (part: Part): Promise<Part> => {
      if (part.kind !== "media") return part;
      const file = this.newFile();
      laid.push(file);
      const { stream, name } = await this.tools.openUpload!(part.file);
      await pipeline(stream, createWriteStream(file, { mode: 0o600 }));
      return { ...part, file, name: name ?? part.name };
    };
    try {
      const parts: Part[] = [];
      for (const part of request.parts) parts.push(await lay(part));
      return await this.ask({ ...request, parts });
    } finally {
      await Promise.all(laid.map((file) => rm(file, { force: true })));
    }
  }

  private async answerMedia(target: string): Promise<unknown> {
    const { spool } = this.tools;
    if (!spool) throw notReady("There is no place to hand files over.");
    const file = this.newFile();
    try {
      const facts = (await this.ask({ op: "media", target, file })) as object;
      const most = Math.max(...Object.values(can.media).map((media) => media.maxBytes)) * 8;
      return { ...facts, key: await spool.put(createReadStream(file), most) };
    } finally {
      await rm(file, { force: true });
    }
  }

  private newFile(): string {
    return join(this.options.dir, "files", randomUUID());
  }

  private async ask(request: SessionRequest): Promise<unknown> {
    if (!this.child.connected) throw notReady("The session of this number is just ending.");
    const id = ++this.lastId;
    const outcome = await new Promise<Outcome>((resolve) => {
      this.waiting.set(id, resolve);
      this.tell({ t: "request", id, request });
    });
    this.waiting.delete(id);
    if (outcome.ok) return outcome.value;
    throw new ProviderError(outcome.failure, outcome.message, outcome.code, outcome.sentParts);
  }

  private tell(message: ToChild): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  private hear(message: FromChild): void {
    this.heardAt = Date.now();
    switch (message.t) {
      case "browser":
        this.browser = message.pid;
        return;
      case "progress":
        void this.quietly(this.sink.progress?.(message.progress));
        if (message.progress.phase === "scan") {
          void this.quietly(this.sink.state("needs_reauth", "The number waits to be linked on the phone."));
        }
        return;
      case "state": {
        const lost = `WhatsApp Web is not connected (${message.state}).`;
        void this.quietly(message.connected ? this.sink.state("ok") : this.sink.state("degraded", lost));
        return;
      }
      case "payloads":
        this.line = this.line.then(() => this.deliver(message.payloads, message.until));
        return;
      case "answer":
        this.waiting.get(message.id)?.(message.outcome);
        return;
      case "vault":
        void this.answerVault(message.id, message.ask);
        return;
      case "ended":
        this.reason = message.reason;
    }
  }

  /** Stores what was heard; when that fails for long, the session starts over and catches up. */
  private async deliver(payloads: readonly unknown[], until: number | undefined): Promise<void> {
    for (let tries = 1; !this.failed; tries++) {
      try {
        if (payloads.length > 0) await this.sink.deliver(payloads);
        if (until !== undefined && until > this.told) {
          await this.sink.saveCursor(String(until));
          this.told = until;
        }
        return;
      } catch (error) {
        this.tools.log.warn("whatsapp_web_not_delivered", { tries });
        if (tries >= deliverTries) {
          this.failed = error instanceof Error ? error : new Error("what was heard could not be stored");
          this.child.kill("SIGTERM");
        } else await sleep(250 * 2 ** tries);
      }
    }
  }

  private async answerVault(id: number, ask: VaultAsk): Promise<void> {
    const { number, dir } = this.options;
    const vault = this.tools.vault!;
    const inDir = (path: string) => {
      if (dirname(path) !== dir) throw new Error("not in the number's folder");
      return path;
    };
    try {
      let value: unknown = null;
      if (ask.op === "versions") value = (await vault.versions(number)).map((version) => version.id);
      else if (ask.op === "save") {
        const work = vault.save(number, createReadStream(inDir(ask.path)));
        this.keeping = work.catch(() => undefined);
        value = (await work).id;
      } else if (ask.op === "delete") await vault.markDeleted(number);
      else await pipeline(await vault.open(number, ask.version), createWriteStream(inDir(ask.path), { mode: 0o600 }));
      this.tell({ t: "vault", id, value });
    } catch (error) {
      this.tools.log.warn("whatsapp_web_vault_failed", { op: ask.op, error: error as Error });
      this.tell({ t: "vault", id, value: null, error: "the vault did not answer" });
    }
  }

  /** A browser whose process was killed hard may outlive it; its profile could then not be used again. */
  private async endBrowser(): Promise<void> {
    const pid = this.browser;
    this.browser = undefined;
    if (pid === undefined) return;
    await readFile(`/proc/${pid}/cmdline`, "utf8").then(
      (line) => line.includes(this.options.dir) && process.kill(pid, "SIGKILL"),
      () => undefined,
    );
  }

  /** The account's health and the pairing view are a courtesy: the session goes on without them. */
  private async quietly(work: Promise<void> | undefined): Promise<void> {
    await work?.catch((error: unknown) =>
      this.tools.log.warn("whatsapp_web_state_not_told", { error: error as Error }),
    );
  }
}

/** Nothing of our environment but what any program needs: the child opens pages of strangers. */
function forkOptions(environment: Readonly<Record<string, string>>): ForkOptions {
  return {
    env: { ...environment },
    execArgv: [`--max-old-space-size=${childMb}`],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  };
}

/** The compiled child, also when this file runs from its source. */
function childFile(): string {
  const beside = join(import.meta.dirname, "child.js");
  if (existsSync(beside)) return beside;
  let root = import.meta.dirname;
  while (!existsSync(join(root, "package.json"))) root = dirname(root);
  return join(root, "dist", "src", "adapters", "whatsapp-web", "child.js");
}
