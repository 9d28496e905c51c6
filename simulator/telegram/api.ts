import type { IncomingMessage, ServerResponse } from "node:http";
import { Args, readArgs } from "./args.js";
import type { Bot } from "./bot.js";
import type { Fault, Faults } from "./faults.js";
import { methodOf } from "./methods/index.js";
import type { Watch } from "./watch.js";
import type { Recorder } from "./record.js";
import { Refusal, type Answer, type Json } from "./wire.js";

interface Deps {
  bots: ReadonlyMap<string, Bot>;
  faults: Faults;
  recorder: Recorder;
  timeScale: number;
  watch: Watch;
}

type Outcome = { answer: Answer } | { refusal: Refusal };

/** The Bot API over HTTP: `/bot<token>/<method>` and `/file/bot<token>/<path>`. */
export class Api {
  private readonly hanging = new Set<ServerResponse>();

  constructor(private readonly deps: Deps) {}

  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const path = decodeURIComponent(url.pathname);
    const file = /^\/file\/bot([^/]+)\/(.+)$/.exec(path);
    if (file?.[1] && file[2]) {
      this.sendFile(response, file[1], file[2]);
      return;
    }
    const call = /^\/bot([^/]+)\/([^/]*)$/.exec(path);
    if (call?.[1] && call[2] !== undefined) await this.call(request, response, url, call[1], call[2]);
    else reply(response, { refusal: new Refusal(404, "Not Found") });
  }

  /** Breaks every connection that was left hanging. */
  close(): void {
    for (const response of this.hanging) response.destroy();
  }

  /** Runs a call that came as the answer to a webhook. Its result goes nowhere. */
  execute(bot: Bot, call: Json): void {
    const gone = new AbortController().signal;
    this.run(bot, String(call.method), Args.fromJson(call), gone).catch(() => undefined);
  }

  private async call(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    token: string,
    method: string,
  ): Promise<void> {
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    // A fault concerns what was asked for, so the request is read before it strikes.
    const args = await readArgs(request, url).catch((error: unknown) =>
      request.errored ? undefined : asRefusal(error),
    );
    // The client went away while it was still talking.
    if (!args) return;
    const fault = this.deps.watch.faultOf?.(token, method) ?? this.deps.faults.take(method);
    if (fault?.delayMs !== undefined) await sleep(fault.delayMs);
    if (fault?.hang) {
      this.hanging.add(response);
      return;
    }
    if (fault?.dropBeforeAccept) {
      response.destroy();
      return;
    }
    const refusal = fault && refusalOf(fault);
    if (refusal) {
      this.exchanged(token, method, args, { refusal });
      reply(response, { refusal });
      return;
    }
    const outcome = args instanceof Refusal ? { refusal: args } : await this.outcome(token, method, args, gone.signal);
    this.exchanged(token, method, args, outcome);
    if (fault?.dropAfterAccept) response.destroy();
    else reply(response, outcome);
  }

  private exchanged(token: string, method: string, args: Args | Refusal, outcome: Outcome): void {
    this.deps.watch.exchanged?.({
      token,
      kind: "call",
      method: "POST",
      url: `/bot[token]/${method}`,
      request: args instanceof Refusal ? null : args.all(),
      ...answerOf(outcome),
    });
  }

  private async outcome(token: string, method: string, args: Args, gone: AbortSignal): Promise<Outcome> {
    try {
      return { answer: await this.run(this.botOf(token), method, args, gone) };
    } catch (error) {
      return { refusal: asRefusal(error) };
    }
  }

  private async run(bot: Bot, name: string, args: Args, gone: AbortSignal): Promise<Answer> {
    const context = {
      bot,
      args,
      gone,
      timeScale: this.deps.timeScale,
      execute: (caller: Bot, call: Json) => this.execute(caller, call),
      watch: this.deps.watch,
    };
    const answer = await methodOf(name)(context);
    const chatId = args.text("chat_id");
    const call = {
      bot: bot.user.username ?? "",
      method: name,
      chatId: /^-?\d+$/.test(chatId) ? Number(chatId) : undefined,
      params: args.all(),
      // What was asked for is not what was done, and batches of updates would pile up.
      result: /^get/i.test(name) ? undefined : answer.result,
    };
    this.deps.recorder.add(call, bot.token);
    return answer;
  }

  private botOf(token: string): Bot {
    if (!/^[1-9]\d*:/.test(token) || token.length > 80) throw new Refusal(404, "Not Found");
    const bot = this.deps.bots.get(token);
    if (!bot || bot.revoked) throw new Refusal(401, "Unauthorized");
    return bot;
  }

  private sendFile(response: ServerResponse, token: string, path: string): void {
    const bot = this.deps.bots.get(token);
    const file = bot && !bot.revoked ? [...bot.files.values()].find((one) => one.path === path) : undefined;
    const fault = this.deps.faults.take("file");
    const refusal = fault && refusalOf(fault);
    if (refusal) reply(response, { refusal });
    else if (!file) reply(response, { refusal: new Refusal(404, "Not Found") });
    else {
      const bytes = file.bytes ?? Buffer.alloc(file.size);
      response.writeHead(200, { "content-type": "application/octet-stream", "content-length": bytes.length });
      response.end(bytes);
    }
  }
}

const usualDescriptions: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden: bot was blocked by the user",
  404: "Not Found",
  409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
  413: "Request Entity Too Large",
  500: "Internal Server Error",
  502: "Bad Gateway",
  504: "Gateway Timeout",
};

function refusalOf(fault: Fault): Refusal | undefined {
  const { status, retryAfter, description, migrateTo } = fault;
  if (status === undefined && migrateTo === undefined) return undefined;
  if (migrateTo !== undefined) {
    const why = "Bad Request: group chat was upgraded to a supergroup chat";
    return new Refusal(400, description ?? why, { migrate_to_chat_id: migrateTo });
  }
  if (status === 429) {
    const seconds = retryAfter ?? 1;
    return new Refusal(429, description ?? `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });
  }
  return new Refusal(status ?? 500, description ?? usualDescriptions[status ?? 500] ?? "Error");
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  console.error("telegram simulator:", error);
  return new Refusal(500, "Internal Server Error");
}

function reply(response: ServerResponse, outcome: Outcome): void {
  if (response.destroyed || response.headersSent) return;
  const seconds = "refusal" in outcome ? outcome.refusal.parameters?.retry_after : undefined;
  if (typeof seconds === "number") response.setHeader("retry-after", String(seconds));
  const { status, response: body } = answerOf(outcome);
  write(response, status, body);
}

/** What goes over the wire. */
function answerOf(outcome: Outcome): { status: number; response: Json } {
  if ("answer" in outcome) return { status: 200, response: { ok: true, ...outcome.answer } };
  const { code, description, parameters } = outcome.refusal;
  const body = { ok: false, error_code: code, description, ...(parameters ? { parameters } : {}) };
  return { status: code, response: body };
}

function write(response: ServerResponse, status: number, body: Json): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
