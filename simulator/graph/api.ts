import { createHmac, randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { echoOf, checkedSend, newMid, entryOf } from "./messenger.js";
import type { MediaStore } from "./media.js";
import { checkedRecipient, checkTemplate, newWamid, PairLimit } from "./whatsapp.js";
import type { GraphCustomerProfile } from "./customer.js";
import { readBody, type Upload } from "./form.js";
import { Refusal, type Account, type Call, type Fault, type Json, type Sent, type Watch } from "./wire.js";

/** What the API works on. */
export interface State {
  accounts: Account[];
  media: MediaStore;
  people: Map<string, GraphCustomerProfile>;
  faults: { fault: Fault; left: number }[];
  calls: Call[];
  sent: Sent[];
  now(): number;
  base(): string;
  deliver(account: Account, payload: Json): void;
  handshake(url: string, verifyToken: string): Promise<boolean>;
  /** A WhatsApp message was taken: its statuses follow. */
  accepted(account: Account, sent: Sent): void;
  /** Somebody waits for what was sent. */
  told(sent: Sent): void;
  watch: Watch;
}

/** The Graph API over HTTP, as far as messaging needs it. */
export class Api {
  private readonly hanging = new Set<ServerResponse>();
  private readonly pairs = new PairLimit();

  constructor(private readonly state: State) {}

  close(): void {
    for (const response of this.hanging) response.destroy();
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const media = /^\/__media\/(\w+)$/.exec(url.pathname)?.[1];
    if (media !== undefined) {
      this.giveFile(response, media);
      return;
    }
    const path = decodeURIComponent(url.pathname).replace(/^\/v\d+\.\d+/, "");
    const { body, upload } = await readBody(request);
    const caller = this.callerOf(request);
    const fault = (caller && this.state.watch.faultOf?.(caller, path)) ?? this.fault(path);
    if (fault?.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    if (fault?.hang) {
      this.hanging.add(response);
      return;
    }
    if (fault?.dropBeforeAccept) {
      request.socket.resetAndDestroy();
      return;
    }
    const trace = randomBytes(8).toString("base64url");
    const told = (status: number, answered: unknown) => {
      if (caller === undefined) return;
      const asked = upload === undefined ? body : { file: upload.name, mime: upload.mime, bytes: upload.bytes.length };
      const [kind, method] = ["call" as const, request.method ?? "GET"];
      this.state.watch.exchanged?.({
        account: caller,
        kind,
        method,
        url: path,
        request: asked,
        status,
        response: answered,
      });
    };
    try {
      if (fault?.code !== undefined || fault?.status !== undefined) {
        throw new Refusal(fault.status ?? 400, fault.code ?? 0, fault.message ?? "simulated", {
          ...(fault.subcode === undefined ? {} : { subcode: fault.subcode }),
          ...(fault.transient ? { transient: true } : {}),
        });
      }
      const result = await this.carryOut(request, url, path, body, upload);
      if (fault?.dropAfterAccept) {
        request.socket.resetAndDestroy();
        return;
      }
      told(200, result);
      answer(response, 200, result, fault?.headers);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      told(error.status, error.body(trace));
      // Without a code the answer is what a broken proxy gives.
      if (error.code === 0 && error.status >= 500) answer(response, error.status, {});
      else answer(response, error.status, error.body(trace));
    }
  }

  private fault(path: string): Fault | undefined {
    const { faults } = this.state;
    const found = faults.find(({ fault }) => fault.path === undefined || path.endsWith(fault.path));
    if (!found) return undefined;
    found.left -= 1;
    if (found.left <= 0) faults.splice(faults.indexOf(found), 1);
    return found.fault;
  }

  private giveFile(response: ServerResponse, key: string): void {
    const file = this.state.media.at(key);
    if (!file) {
      answer(response, 404, { error: { message: "URL has expired", code: 100 } });
      return;
    }
    response.writeHead(200, { "content-type": file.mime, "content-length": file.bytes.length });
    response.end(file.bytes);
  }

  private callerOf(request: IncomingMessage): Account | undefined {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    return this.state.accounts.find((one) => one.token === token && !one.revoked);
  }

  /** The account whose token it is. */
  private accountOf(request: IncomingMessage, url: URL): Account {
    if (url.searchParams.has("access_token")) throw new Refusal(400, 100, "The token belongs into the header");
    const account = this.callerOf(request);
    if (!account) throw new Refusal(401, 190, "Invalid OAuth access token - Cannot parse access token");
    if (account.expired) {
      throw new Refusal(401, 190, "Error validating access token: Session has expired", { subcode: 463 });
    }
    const proof = url.searchParams.get("appsecret_proof");
    if (proof !== null && proof !== createHmac("sha256", account.appSecret).update(account.token).digest("hex")) {
      throw new Refusal(400, 100, "Invalid appsecret_proof provided in the API argument");
    }
    return account;
  }

  private async carryOut(
    request: IncomingMessage,
    url: URL,
    path: string,
    body: Json,
    upload: Upload | undefined,
  ): Promise<Json> {
    const method = request.method ?? "GET";
    const app = /^\/(\d+)\/subscriptions$/.exec(path);
    if (app?.[1] && method === "POST") return this.subscribeApp(body, app[1]);
    if (app?.[1] && method === "GET") return this.subscriptionsOf(request, app[1]);
    const account = this.accountOf(request, url);
    const [node = "", edge = ""] = path.slice(1).split("/");
    this.state.calls.push({ n: this.state.calls.length + 1, method, path, account: account.id, body });
    if (edge === "" && method === "GET") return this.read(account, node, url);
    switch (`${method} ${edge}`) {
      case "POST messages":
        return account.kind === "messenger" ? this.sendMessenger(account, body) : this.sendWhatsApp(account, body);
      case "POST message_attachments":
        return { attachment_id: this.keep(upload) };
      case "POST media":
        return { id: this.keep(upload) };
      case "POST subscribed_apps":
        return this.subscribe(account, body);
      case "GET subscribed_apps":
        return { data: account.webhook === undefined ? [] : [subscribedApp(account)] };
      case "DELETE subscribed_apps":
        account.webhook = undefined;
        return { success: true };
      case "GET phone_numbers":
        return this.numbersOf(node);
      case "GET message_templates":
        return templatePage(account, url);
      case "POST block_users":
      case "DELETE block_users":
        return block(account, body, method === "POST");
      default:
        throw new Refusal(400, 100, `Unsupported ${method.toLowerCase()} request.`, { subcode: 33 });
    }
  }

  private keep(upload: Upload | undefined): string {
    if (!upload) throw new Refusal(400, 100, "(#100) A file is required");
    return this.state.media.add(upload);
  }

  /** The numbers of a business account, as whoever may see it. */
  private numbersOf(business: string): Json {
    const numbers = this.state.accounts.filter((one) => one.kind === "whatsapp" && one.business === business);
    if (numbers.length === 0) {
      throw new Refusal(400, 100, "Unsupported get request. Object does not exist", { subcode: 33 });
    }
    return { data: numbers.map(({ id, phone }) => ({ id, display_phone_number: phone })) };
  }

  private read(account: Account, node: string, url: URL): Json {
    if (node === "me" || node === account.id) {
      if (account.person && /\bcategory\b/.test(url.searchParams.get("fields") ?? "")) {
        throw new Refusal(400, 100, "(#100) Tried accessing nonexisting field (category) on node type (User)");
      }
      return account.kind === "messenger"
        ? { id: account.id, name: account.name }
        : {
            id: account.id,
            verified_name: account.name,
            display_phone_number: account.phone,
            quality_rating: "GREEN",
            status: "CONNECTED",
          };
    }
    const media = this.state.media.about(node, this.state.base());
    if (media) return media;
    const person = this.state.people.get(node);
    if (!person) throw new Refusal(400, 100, "Unsupported get request. Object does not exist", { subcode: 33 });
    const [first = "", ...last] = person.name.split(" ");
    return { id: node, first_name: first, last_name: last.join(" ") };
  }

  /** The application's own address, for all its pages. */
  private async subscribeApp(body: Json, app: string): Promise<Json> {
    const { callback_url: url, verify_token: token } = body;
    await this.shakeHands(String(url), String(token));
    for (const account of this.state.accounts) {
      const belongs = account.app === undefined || account.app === app;
      if (account.kind === "messenger" && belongs) account.webhook = String(url);
    }
    return { success: true };
  }

  /** The application's addresses; told to whoever has its secret. */
  private subscriptionsOf(request: IncomingMessage, app: string): Json {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    const own = this.state.accounts.filter((one) => appOf(one) === app && token === `${app}|${one.appSecret}`);
    if (own.length === 0) throw new Refusal(400, 190, "Invalid OAuth access token signature.");
    const page = own.find((one) => one.kind === "messenger")?.webhook;
    return { data: page === undefined ? [] : [{ object: "page", callback_url: page, active: true, fields: [] }] };
  }

  private async subscribe(account: Account, body: Json): Promise<Json> {
    if (typeof body.override_callback_uri === "string") {
      await this.shakeHands(body.override_callback_uri, String(body.verify_token));
      for (const one of this.state.accounts) {
        if (one.business === account.business) one.webhook = body.override_callback_uri;
      }
    }
    return { success: true };
  }

  private async shakeHands(url: string, token: string): Promise<void> {
    if (await this.state.handshake(url, token)) return;
    throw new Refusal(400, 2200, "(#2200) Callback verification failed");
  }

  private sendMessenger(account: Account, body: Json): Json {
    const now = this.state.now();
    const to = checkedSend(account, body, now);
    if (body.sender_action !== undefined) return { recipient_id: to };
    const message = body.message as Json;
    const mid = newMid();
    const { metadata, ...said } = message;
    this.record(account, body, mid, to, typeof said.text === "string" ? said.text : undefined);
    const echo = { mid, ...said, ...(metadata === undefined ? {} : { metadata }) };
    this.state.deliver(account, entryOf(account, [echoOf(account, to, echo, now, 1)], now));
    const delivery = { mids: [mid], watermark: now };
    const event = { sender: { id: to }, recipient: { id: account.id }, timestamp: now, delivery };
    this.state.deliver(account, entryOf(account, [event], now));
    return { recipient_id: to, message_id: mid };
  }

  private sendWhatsApp(account: Account, body: Json): Json {
    if (body.status === "read") return { success: true };
    const to = checkedRecipient(body);
    checkTemplate(account, body);
    this.pairs.take(`${account.id}/${to}`, this.state.now());
    const wamid = newWamid();
    const text = (body.text as { body?: string } | undefined)?.body;
    const sent = this.record(account, body, wamid, to, text);
    this.state.accepted(account, sent);
    return {
      messaging_product: "whatsapp",
      contacts: [{ input: to, wa_id: to }],
      messages: [{ id: wamid, message_status: "accepted" }],
    };
  }

  private record(account: Account, body: Json, id: string, to: string, text: string | undefined): Sent {
    const sent: Sent = {
      n: this.state.sent.length + 1,
      method: "POST",
      path: "/messages",
      account: account.id,
      body,
      id,
      to,
      text,
    };
    this.state.sent.push(sent);
    this.state.told(sent);
    this.state.watch.sent?.(account, sent);
    return sent;
  }
}

const pageSize = 2;

/** Few at a time, so that whoever asks must go on. */
function templatePage(account: Account, url: URL): Json {
  const after = Number(url.searchParams.get("after") ?? 0);
  const data = account.templates.slice(after, after + pageSize);
  const end = after + data.length;
  const more = end < account.templates.length;
  return {
    data,
    paging: {
      cursors: { before: String(after), after: String(end) },
      ...(more ? { next: `${url.pathname}?after=${end}` } : {}),
    },
  };
}

function block(account: Account, body: Json, on: boolean): Json {
  const users = (body.block_users ?? []) as { user: string }[];
  for (const { user } of users) {
    if (on) account.blocked.add(user);
    else account.blocked.delete(user);
  }
  const done = users.map(({ user }) => ({ input: user, wa_id: user }));
  return { messaging_product: "whatsapp", block_users: on ? { added_users: done } : { removed_users: done } };
}

function answer(response: ServerResponse, status: number, body: Json, headers: Record<string, string> = {}): void {
  if (response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

/** An account of a test belongs to this application when it names none. */
const usualApp = "900000000000001";
const appOf = (account: Account) => account.app ?? usualApp;

/** An application that hears of the account, as the account's own list has it. */
function subscribedApp(account: Account): Json {
  const app = { id: appOf(account), name: "Switchboard" };
  if (account.kind === "messenger") return { ...app, subscribed_fields: ["messages"] };
  return { whatsapp_business_api_data: app, override_callback_uri: account.webhook };
}
