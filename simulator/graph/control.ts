import type { IncomingMessage, ServerResponse } from "node:http";
import type { State } from "./api.js";
import type { GraphCustomer, GraphCustomerProfile } from "./customer.js";
import { readBody } from "./form.js";
import type { GraphSimulator, StatusOrder } from "./index.js";
import type { Account, Json } from "./wire.js";

type Control = Omit<GraphSimulator, "apiRoot" | "close">;

const option = (value: unknown) => (typeof value === "string" ? { replyTo: value } : {});

/** What a customer does, from the body of a request. */
const acts: Readonly<Record<string, (customer: GraphCustomer, body: Json) => unknown>> = {
  write: (customer, { text, replyTo }) => customer.write(String(text), option(replyTo)),
  send: (customer, { content }) => customer.send(content as Json),
  event: (customer, { event, list }) => customer.event(event as Json, typeof list === "string" ? list : undefined),
  choose: (customer, { id, label, replyTo }) => customer.choose(String(id), String(label), option(replyTo)),
  edit: (customer, { messageId, text }) => customer.edit(String(messageId), String(text)),
  react: (customer, { messageId, emoji }) =>
    customer.react(String(messageId), typeof emoji === "string" ? emoji : null),
  read: (customer) => customer.read(),
};

/**
 * The controls over HTTP: `POST /__control/pages`, `/numbers`, `/customers/<act>` with `{ customer, account, … }`,
 * `/faults`, `/payloads` with `{ account, payload }`, `/templates`, `/statuses`, `/advance` with `{ ms }`;
 * `GET /__control/sent?after=<n>`, `/calls?after=<n>`, `/pending`.
 */
export async function handleControl(
  control: Control,
  state: State,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const path = url.pathname.slice("/__control".length);
  let status = 200;
  let body: Json;
  try {
    const asked = request.method === "POST";
    const result = asked ? post(control, state, path, (await readBody(request)).body) : get(control, path, url);
    body = { result: result ?? null };
  } catch (error) {
    status = 400;
    body = { error: error instanceof Error ? error.message : "failed" };
  }
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

const shown = ({ kind, id, name, business, token, appSecret, webhook }: Account) => ({
  kind,
  id,
  name,
  business,
  token,
  appSecret,
  webhook,
});

function post(control: Control, state: State, path: string, body: Json): unknown {
  const account = () => {
    const found = state.accounts.find((one) => one.id === body.account);
    if (!found) throw new Error(`There is no account ${String(body.account)}.`);
    return found;
  };
  switch (path) {
    case "/pages":
      return shown(control.addPage(body));
    case "/numbers":
      return shown(control.addNumber(body));
    case "/faults":
      return control.fault(body);
    case "/payloads":
      return control.push(account(), body.payload as Json);
    case "/templates":
      return control.addTemplate(account(), body.template as Json);
    case "/statuses":
      return control.statuses(body.order as StatusOrder);
    case "/advance":
      return control.advance(Number(body.ms));
  }
  const act = /^\/customers\/(\w+)$/.exec(path)?.[1];
  if (act === undefined || !Object.hasOwn(acts, act)) throw new Error(`There is no control ${path}.`);
  return acts[act]?.(control.customer(body.customer as GraphCustomerProfile, account()), body);
}

function get(control: Control, path: string, url: URL): unknown {
  const after = Number(url.searchParams.get("after") ?? 0);
  if (path === "/sent") return control.sent().filter(({ n }) => n > after);
  if (path === "/calls") return control.calls().filter(({ n }) => n > after);
  if (path === "/pending") return { pending: control.pending() };
  throw new Error(`There is no control ${path}.`);
}
