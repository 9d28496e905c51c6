import type { IncomingMessage, ServerResponse } from "node:http";
import type { Customer, CustomerFile, CustomerProfile } from "./customer.js";
import type { TelegramSimulator } from "./index.js";
import type { Json } from "./wire.js";

type Control = Omit<TelegramSimulator, "apiRoot" | "close">;

/** What a customer does, from the body of a request. */
const acts: Readonly<Record<string, (customer: Customer, body: Json) => unknown>> = {
  write: (customer, { text, replyTo }) => customer.write(String(text), typeof replyTo === "number" ? { replyTo } : {}),
  start: (customer, { parameter }) => customer.start(typeof parameter === "string" ? parameter : undefined),
  send: (customer, { content }) => customer.send(content as Json),
  sendPhoto: (customer, { file }) => customer.sendPhoto(fileOf(file)),
  sendFile: (customer, { file }) => customer.sendFile(fileOf(file)),
  sendAlbum: (customer, { files, caption }) =>
    customer.sendAlbum((files as unknown[]).map(fileOf), typeof caption === "string" ? caption : undefined),
  edit: (customer, { messageId, text }) => customer.edit(Number(messageId), String(text)),
  pressButton: (customer, { button }) => ({ queryId: customer.pressButton(String(button)) }),
  react: (customer, { messageId, emoji }) =>
    customer.react(Number(messageId), typeof emoji === "string" ? emoji : null),
  block: (customer) => customer.block(),
  unblock: (customer) => customer.unblock(),
  messages: (customer) => customer.messages(),
};

/**
 * The controls over HTTP: `POST /__control/bots`, `/customers/<act>` with `{ customer, bot?, … }`, `/faults`,
 * `/updates` with `{ update, bot? }`;
 * `GET /__control/sent?after=<n>`, `/calls?after=<n>`, `/pending`.
 */
export async function handleControl(
  control: Control,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  try {
    const path = url.pathname.slice("/__control".length);
    const result = request.method === "POST" ? post(control, path, await readJson(request)) : get(control, path, url);
    answer(response, 200, { result: result ?? null });
  } catch (error) {
    answer(response, 400, { error: error instanceof Error ? error.message : "failed" });
  }
}

function post(control: Control, path: string, body: Json): unknown {
  const bot = typeof body.bot === "string" ? body.bot : undefined;
  if (path === "/bots") {
    const { id, token, username } = control.addBot(body as unknown as { token: string; username: string });
    return { id, token, username };
  }
  if (path === "/faults") {
    control.faults.next(body);
    return true;
  }
  if (path === "/updates") return control.push(body.update as Json, bot);
  const act = /^\/customers\/(\w+)$/.exec(path)?.[1];
  if (act === undefined || !Object.hasOwn(acts, act)) throw new Error(`There is no control ${path}.`);
  return acts[act]?.(control.customer(body.customer as CustomerProfile, bot), body);
}

function get(control: Control, path: string, url: URL): unknown {
  const after = Number(url.searchParams.get("after") ?? 0);
  if (path === "/sent") return control.sent().filter(({ n }) => n > after);
  if (path === "/calls") return control.calls().filter(({ n }) => n > after);
  if (path === "/pending") return { pending: control.pendingUpdates(url.searchParams.get("bot") ?? undefined) };
  throw new Error(`There is no control ${path}.`);
}

/** Bytes travel as base64. */
function fileOf(value: unknown): CustomerFile {
  const { base64, ...file } = (value ?? {}) as CustomerFile & { base64?: string };
  return base64 === undefined ? file : { ...file, bytes: Buffer.from(base64, "base64") };
}

async function readJson(request: IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString("utf8")) as Json);
}

function answer(response: ServerResponse, status: number, body: Json): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
