import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type {
  Exchange,
  FaultKind,
  Line,
  LineSettings,
  PlayedKind,
  World,
  WorldHooks,
} from "../../src/core/playedProvider.js";
import { startGraphSimulator, type Fault as GraphFault, type GraphSimulator } from "../graph/index.js";
import { startTelegramSimulator, type Fault as TelegramFault, type TelegramSimulator } from "../telegram/index.js";
import { files } from "./files.js";
import { GraphLine } from "./graphLine.js";
import { OwnLine, slowMs } from "./ownLine.js";
import { TelegramLine } from "./telegramLine.js";
import { templates } from "./templates.js";

export { Unable } from "./line.js";

/** How soon a WhatsApp message is sent, delivered and read, and how soon a page's message is read. */
const ticksAfterMs = [150, 700, 2_200] as const;
const readAfterMs = 2_000;

export async function startWorld(hooks: WorldHooks): Promise<World> {
  const drawn = await files();
  const lines = new Map<string, Line>();
  const keyOf = (kind: string, ref: string) => `${kind}/${ref}`;
  const timers = new Set<NodeJS.Timeout>();
  const botOf = (token: string) => lines.get(keyOf("telegram", token.slice(0, token.indexOf(":"))));

  const telegram: TelegramSimulator = await startTelegramSimulator({
    control: false,
    timeScale: 0.1,
    watch: {
      exchanged({ token, kind, ...rest }) {
        const line = botOf(token);
        const nothing = rest.url.endsWith("/getUpdates") && isEmpty(rest.response);
        if (line && !nothing) told(line, kind, rest);
      },
      sent(token, { message, text, chatId }) {
        const line = botOf(token);
        if (!(line instanceof TelegramLine) || chatId === undefined) return;
        const words = text ?? "[file]";
        line.phones.add(String(chatId), {
          id: String(message.message_id),
          from: "business",
          text: words,
          at: Date.now(),
        });
        hooks.sent(line, String(chatId), words);
      },
      faultOf: (token, method) => telegramFault(botOf(token), method),
      twice: (token) => botOf(token)?.faults.has("duplicate") ?? false,
    },
  });
  const graph: GraphSimulator = await startGraphSimulator({
    control: false,
    timeScale: 0.1,
    statusesAfterMs: ticksAfterMs,
    watch: {
      exchanged({ account, kind, ...rest }) {
        const line = lines.get(keyOf(account.kind, account.id));
        if (line) told(line, kind, rest);
      },
      sent(account, { id, to, text }) {
        const line = lines.get(keyOf(account.kind, account.id));
        if (!(line instanceof GraphLine)) return;
        line.phones.add(to, { id, from: "business", text: text ?? "[file]", at: Date.now() });
        later(() => line.read(to), readAfterMs);
        hooks.sent(line, to, text ?? "[file]");
      },
      faultOf: (account, path) => graphFault(lines.get(keyOf(account.kind, account.id)), path),
      deliveries(account) {
        const faults = lines.get(keyOf(account.kind, account.id))?.faults;
        return faults?.has("duplicate") ? "twice" : faults?.has("out_of_order") ? "swapped" : "usual";
      },
    },
  });
  const own = createServer((request, response) => {
    serveOwn(lines, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => own.listen(0, "127.0.0.1", resolve));
  const ownRoot = `http://127.0.0.1:${(own.address() as AddressInfo).port}`;

  function told(
    line: Line,
    kind: "call" | "webhook",
    rest: Pick<Exchange, "method" | "url" | "request" | "status" | "response">,
  ) {
    hooks.exchanged({ kind: line.kind, ref: line.ref, direction: kind === "webhook" ? "in" : "out", ...rest });
  }

  function later(work: () => void, ms: number): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
  }

  function make({ kind, name, settings, webhook }: LineSettings): Line {
    const text = (key: string) => (typeof settings[key] === "string" ? settings[key] : "");
    if (kind === "telegram") return new TelegramLine(telegram, text("token"), name, drawn);
    if (kind === "http") {
      const given = { accountId: text("accountId"), signingSecret: text("signingSecret"), webhook };
      return new OwnLine(given, () => ownRoot, drawn, {
        exchanged: hooks.exchanged,
        sent: (personId, words) => {
          const line = lines.get(keyOf("http", given.accountId));
          if (line) hooks.sent(line, personId, words);
        },
      });
    }
    const common = { name, appSecret: text("appSecret"), app: text("appId") || "0" };
    const account =
      kind === "whatsapp"
        ? graph.addNumber({
            ...common,
            id: text("phoneNumberId"),
            business: text("businessAccountId"),
            token: text("accessToken"),
          })
        : graph.addPage({ ...common, id: text("pageId"), token: text("pageAccessToken") });
    if (kind === "whatsapp") for (const template of templates) graph.addTemplate(account, template);
    return new GraphLine(graph, account, drawn);
  }

  return {
    roots: { telegram: telegram.apiRoot, graph: graph.apiRoot, own: ownRoot },
    learn(given) {
      const { kind, settings, webhook } = given;
      const ref = refOf(kind, settings);
      const known = lines.get(keyOf(kind, ref));
      if (known instanceof OwnLine && webhook !== undefined) known.own.webhook = webhook;
      if (known) return known;
      const line = make(given);
      lines.set(keyOf(kind, ref), line);
      return line;
    },
    line: (kind, ref) => lines.get(keyOf(kind, ref)),
    forget(kind, ref) {
      const line = lines.get(keyOf(kind, ref));
      if (line instanceof GraphLine) graph.forget(line.account);
      lines.delete(keyOf(kind, ref));
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      own.closeAllConnections();
      await Promise.all([telegram.close(), graph.close(), new Promise((resolve) => own.close(resolve))]);
    },
  };
}

/** The provider's id of the account, as its credentials tell it. */
function refOf(kind: PlayedKind, settings: Record<string, unknown>): string {
  if (kind === "telegram") return String(settings.token).split(":")[0]!;
  const field = { whatsapp: "phoneNumberId", messenger: "pageId", http: "accountId" }[kind];
  return String(settings[field]);
}

const isEmpty = (answer: unknown) =>
  Array.isArray((answer as { result?: unknown } | null)?.result) &&
  (answer as { result: unknown[] }).result.length === 0;

function telegramFault(line: Line | undefined, method: string): TelegramFault | undefined {
  const on = (fault: FaultKind) => line?.faults.has(fault) ?? false;
  const sends = /^(send|edit)(?!ChatAction)/i.test(method);
  if (on("refuse_token")) return { status: 401 };
  if (on("server_error") && sends) return { status: 502 };
  if (on("rate_limit") && sends) return { status: 429, retryAfter: 5 };
  return on("slow") && sends ? { delayMs: slowMs } : undefined;
}

function graphFault(line: Line | undefined, path: string): GraphFault | undefined {
  const on = (fault: FaultKind) => line?.faults.has(fault) ?? false;
  const sends = path.endsWith("/messages");
  const whatsapp = line?.kind === "whatsapp";
  if (on("refuse_token")) return { status: 401, code: 190, message: "Invalid OAuth access token." };
  if (on("server_error") && sends)
    return { status: 500, code: 2, message: "Service temporarily unavailable", transient: true };
  if (on("rate_limit") && sends) {
    return whatsapp
      ? { status: 400, code: 131056, message: "(#131056) Pair rate limit hit" }
      : { status: 400, code: 4, subcode: 2018022, message: "(#4) Application request limit reached" };
  }
  if (on("window_closed") && sends) {
    return whatsapp
      ? { status: 400, code: 131047, message: "(#131047) Re-engagement message" }
      : { status: 403, code: 10, subcode: 2018278, message: "(#10) This message is sent outside of allowed window." };
  }
  return on("slow") && sends ? { delayMs: slowMs } : undefined;
}

async function serveOwn(
  lines: ReadonlyMap<string, Line>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, room, ref = "", , key] = (request.url ?? "").split("/");
  const line = room === "own" ? lines.get(`http/${ref}`) : undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  if (!(line instanceof OwnLine)) {
    response.writeHead(404).end();
    return;
  }
  const file = key === undefined ? undefined : line.fileOf(key);
  if (request.method === "GET" && file) {
    response.writeHead(200, { "content-type": file.mime }).end(file.bytes);
    return;
  }
  const { status, body, headers } = await line.take(request.headers, Buffer.concat(chunks).toString());
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}
