import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Api, type State } from "./api.js";
import { handleControl } from "./control.js";
import { GraphCustomer, type GraphCustomerProfile } from "./customer.js";
import { MediaStore } from "./media.js";
import { echoOf, entryOf, newMid } from "./messenger.js";
import { changeOf, laterError } from "./whatsapp.js";
import { Webhooks } from "./webhook.js";
import type { Account, Call, Fault, Json, Sent, Watch } from "./wire.js";

export { GraphCustomer, type GraphCustomerProfile } from "./customer.js";
export { signatureOf } from "./webhook.js";
export type { Account, Call, Fault, Json, Sent, Watch, WatchedExchange } from "./wire.js";

export interface GraphSimulatorOptions {
  /** 0 or missing: a free one. */
  port?: number;
  /** Multiplies Meta's waiting times before a webhook is tried again. */
  timeScale?: number;
  /** Whoever is on this machine may use `/__control`; true when missing. */
  control?: boolean;
  /** When a WhatsApp message's sent, delivered and read come, in ms; all at once when missing. */
  statusesAfterMs?: readonly [number, number, number];
  watch?: Watch;
}

/** What a page or a number of a test is. What is missing is made up. */
export interface NewAccount {
  id?: string;
  name?: string;
  phone?: string;
  business?: string;
  token?: string;
  appSecret?: string;
  webhook?: string;
  app?: string;
}

/** How the statuses of WhatsApp messages come. */
export type StatusOrder = "as they happen" | "backwards" | "none";

/** A stand-in of Meta's Graph API for Messenger and WhatsApp on this machine, and the hands of the customers. */
export interface GraphSimulator {
  /** To be given to GRAPH_API_ROOT. */
  apiRoot: string;
  addPage(page: NewAccount): Account;
  addNumber(number: NewAccount): Account;
  /** `at`: when the customer does what they do next; now when missing. */
  customer(profile: GraphCustomerProfile, account: Account, at?: () => number): GraphCustomer;
  /** An account is gone. */
  forget(account: Account): void;
  /** Signs and delivers any payload as it is. */
  push(account: Account, payload: Json): void;
  /** The business writes by itself: on its phone, or in the page's own inbox. Gives the message's id. */
  writeAsBusiness(account: Account, to: string, text: string): string;
  addTemplate(account: Account, template: Json): void;
  /** Which statuses WhatsApp messages get from now on. */
  statuses(order: StatusOrder): void;
  sent(): readonly Sent[];
  calls(): readonly Call[];
  /** The first sent message that fits, also one from before. Rejects after `timeoutMs` (10 s). */
  waitFor(fits: (sent: Sent) => boolean, timeoutMs?: number): Promise<Sent>;
  fault(fault: Fault): void;
  /** Webhooks that nobody took yet. */
  pending(): number;
  /** The simulator's clock: windows, limits and addresses go by it. */
  now(): number;
  advance(ms: number): void;
  close(): Promise<void>;
}

const digits = (count: number) =>
  Array.from(randomBytes(count), (byte, index) => String(index === 0 ? (byte % 9) + 1 : byte % 10)).join("");

/** Starts the simulator on 127.0.0.1. The same controls are under `/__control` for other processes. */
export async function startGraphSimulator(options: GraphSimulatorOptions = {}): Promise<GraphSimulator> {
  let ahead = 0;
  let base = "";
  let order: StatusOrder = "as they happen";
  const now = () => Date.now() + ahead;
  const webhooks = new Webhooks(options.timeScale ?? 1, options.watch);
  const waiting = new Set<(sent: Sent) => void>();
  const media = new MediaStore(now);
  const state: State = {
    accounts: [],
    media,
    people: new Map(),
    faults: [],
    calls: [],
    sent: [],
    now,
    base: () => base,
    watch: options.watch ?? {},
    deliver: (account, payload) => webhooks.deliver(account, payload),
    handshake: (url, token) => webhooks.handshake(url, token),
    accepted: statuses,
    told: (sent) => {
      for (const tell of waiting) tell(sent);
    },
  };
  const api = new Api(state);

  function statuses(account: Account, sent: Sent): void {
    if (order === "none") return;
    const at = now();
    const data = sent.body.biz_opaque_callback_data;
    const common = {
      id: sent.id,
      timestamp: String(Math.floor(at / 1000)),
      recipient_id: sent.to,
      ...(data === undefined ? {} : { biz_opaque_callback_data: data }),
    };
    const tooLate = laterError(account, sent.to, sent.body, at);
    const pricing = { billable: sent.body.type === "template", pricing_model: "PMP", category: "service" };
    const list: Json[] = tooLate
      ? [{ ...common, status: "failed", errors: [tooLate] }]
      : ["sent", "delivered", "read"].map((status) => ({ ...common, status, pricing }));
    (order === "backwards" ? list.reverse() : list).forEach((status, index) => {
      const waitMs = options.statusesAfterMs?.[index] ?? 0;
      const then = Math.floor((at + waitMs) / 1000);
      const tell = () => {
        webhooks.deliver(
          account,
          changeOf(account, "messages", { statuses: [{ ...status, timestamp: String(then) }] }, at),
        );
      };
      if (waitMs === 0) tell();
      else later(tell, waitMs);
    });
  }

  const timers = new Set<NodeJS.Timeout>();
  function later(work: () => void, ms: number): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
  }

  function add(kind: Account["kind"], given: NewAccount): Account {
    const id = given.id ?? digits(15);
    const account: Account = {
      kind,
      id,
      name: given.name ?? "A shop",
      phone: given.phone ?? "15550001111",
      business: given.business ?? (kind === "messenger" ? id : digits(15)),
      token: given.token ?? `EAA${randomBytes(30).toString("hex")}`,
      appSecret: given.appSecret ?? randomBytes(16).toString("hex"),
      revoked: false,
      webhook: given.webhook,
      app: given.app,
      templates: [],
      blocked: new Set(),
      lastInbound: new Map(),
    };
    state.accounts.push(account);
    return account;
  }

  const simulator: Omit<GraphSimulator, "apiRoot" | "close"> = {
    addPage: (page) => add("messenger", page),
    addNumber: (number) => add("whatsapp", number),
    customer: (profile, account, at) => new GraphCustomer(profile, account, at ? { ...state, now: at } : state),
    forget: (account) => {
      state.accounts = state.accounts.filter((one) => one !== account);
    },
    push: (account, payload) => webhooks.deliver(account, payload),
    writeAsBusiness(account, to, text) {
      const at = now();
      if (account.kind === "messenger") {
        const mid = newMid();
        webhooks.deliver(account, entryOf(account, [echoOf(account, to, { mid, text }, at)], at));
        return mid;
      }
      const id = `wamid.${randomBytes(24).toString("base64")}`;
      const timestamp = String(Math.floor(at / 1000));
      const echo = { from: account.phone, to, id, timestamp, type: "text", text: { body: text } };
      webhooks.deliver(account, changeOf(account, "smb_message_echoes", { message_echoes: [echo] }, at));
      return id;
    },
    addTemplate: (account, template) => account.templates.push({ id: digits(15), status: "APPROVED", ...template }),
    statuses: (wanted) => {
      order = wanted;
    },
    sent: () => state.sent,
    calls: () => state.calls,
    waitFor: (fits, timeoutMs = 10_000) => waitFor(state.sent, waiting, fits, timeoutMs),
    fault: (fault) => state.faults.push({ fault, left: fault.times ?? 1 }),
    pending: () => webhooks.pending,
    now,
    advance: (ms) => {
      ahead += ms;
    },
  };

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://simulator");
    const work =
      options.control !== false && url.pathname.startsWith("/__control/")
        ? handleControl(simulator, state, request, response, url)
        : api.handle(request, response, url);
    work.catch((error: unknown) => {
      console.error("graph simulator:", error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...simulator,
    apiRoot: base,
    async close() {
      for (const timer of timers) clearTimeout(timer);
      await webhooks.close();
      api.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function waitFor(
  all: readonly Sent[],
  waiting: Set<(sent: Sent) => void>,
  fits: (sent: Sent) => boolean,
  timeoutMs: number,
): Promise<Sent> {
  const known = all.find(fits);
  if (known) return Promise.resolve(known);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      waiting.delete(tell);
      reject(new Error(`No such message was sent within ${timeoutMs} ms; ${all.length} others were.`));
    }, timeoutMs);
    const tell = (sent: Sent) => {
      if (!fits(sent)) return;
      clearTimeout(timer);
      waiting.delete(tell);
      resolve(sent);
    };
    waiting.add(tell);
  });
}
