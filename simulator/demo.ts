/**
 * `npm run demo`: starts a gateway of its own beside your data, connects an account of every channel on stand-ins of the
 * providers, plays customers and an agent, and prints what happened at every hop. Nothing leaves this machine and nothing is left behind.
 */
import { fork, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { MongoClient } from "mongodb";
import { startGraphSimulator } from "./graph/index.js";
import { startOwnSystem } from "./ownSystem.js";
import { startTelegramSimulator } from "./telegram/index.js";
import { startWhatsAppWebSimulator } from "./whatsapp-web/index.js";

const token = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1";
const webNumber = "491510000009";
const database = `switchboard_demo_${process.pid}`;
const started = Date.now();

function say(hop: string, text: string): void {
  console.log(`${String(Date.now() - started).padStart(6)} ms  ${hop.padEnd(12)} ${text}`);
}

interface Ready {
  url: string;
  firstKey: string;
}

/** The gateway as its own process, on a free port, with a database and a queue of its own. */
async function startGateway(
  telegram: string,
  graph: string,
  ownSystem: string,
  whatsappWeb: string,
): Promise<{ child: ChildProcess; ready: Ready }> {
  const main = fileURLToPath(new URL("../src/main.js", import.meta.url));
  const child = fork(main, [], {
    env: {
      ...process.env,
      PORT: "0",
      MONGODB_DATABASE: database,
      REDIS_PREFIX: database,
      TELEGRAM_API_ROOT: telegram,
      GRAPH_API_ROOT: graph,
      WHATSAPP_WEB_API_ROOT: whatsappWeb,
      OUTBOUND_ALLOW: ownSystem,
      PUBLIC_URL: "",
      LOG_LEVEL: "warn",
    },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.on("message", (message: { type?: string } & Ready) => {
      if (message.type === "ready") resolve(message);
    });
    child.once("exit", (code) => reject(new Error(`the gateway ended with code ${code}`)));
  });
  return { child, ready };
}

async function until<T>(what: string, look: () => Promise<T | undefined>, seconds = 5): Promise<T> {
  for (let tries = 0; tries < seconds * 40; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(25);
  }
  throw new Error(`${what} did not happen within ${seconds} seconds`);
}

interface Page<T> {
  data: T[];
}
interface Conversation {
  id: string;
  channel: string;
  contact: { name: string | null };
  unread: number;
  last_message: { preview: string } | null;
}
interface BinRequest {
  headers: Record<string, string>;
  body: string;
  signature_valid: boolean;
}
interface Message {
  id: string;
  direction: string;
  status: string;
  provider_id: string | null;
  content: { kind: string; text?: string };
}

async function play(): Promise<void> {
  const telegram = await startTelegramSimulator({ port: 0 });
  telegram.addBot({ token, username: "demo_shop_bot", name: "Demo shop" });
  say("telegram", `stand-in listens at ${telegram.apiRoot}`);
  const graph = await startGraphSimulator({ port: 0 });
  say("meta", `stand-in listens at ${graph.apiRoot}`);
  const own = await startOwnSystem();
  const web = await startWhatsAppWebSimulator();
  const { child, ready } = await startGateway(telegram.apiRoot, graph.apiRoot, own.host, web.apiRoot);
  say("gateway", `ready at ${ready.url}, with a database of its own`);

  const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${ready.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${ready.firstKey}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  };

  try {
    const account = await api<{ name: string; webhook_url: string; health: { state: string } }>("POST", "/channels", {
      kind: "telegram",
      settings: { token, mode: "webhook" },
    });
    say("channel", `${account.name} connected, webhook registered, health ${account.health.state}`);

    // Without a server of one's own, a request bin takes the webhooks and checks their signature.
    const bin = await api<{ id: string; url: string; secret: string }>("POST", "/webhook-bins");
    await api("POST", "/webhook-endpoints", { url: bin.url, secret: bin.secret, events: ["message.*"] });
    say("integrator", "a signed webhook for every message goes to a request bin");

    const ana = telegram.customer({ id: 420001, firstName: "Ana", lastName: "Pérez" });
    const question = "Hola, do you have the blue one in size M?";
    say("customer", `Ana writes: ${question}`);
    ana.write(question);

    const conversation = await until("the conversation", async () => {
      const page = await api<Page<Conversation>>("GET", "/conversations");
      return page.data.find((one) => one.last_message?.preview === question);
    });
    say(
      "inbox",
      `conversation with ${conversation.contact.name}, ${conversation.unread} unread: “${conversation.last_message?.preview}”`,
    );

    const answer = "Yes, two left. Shall I put one aside for you?";
    const reply = await api<Message>("POST", `/conversations/${conversation.id}/messages`, {
      content: { kind: "text", text: answer },
    });
    say("agent", `replies: ${answer}`);
    say("queue", `stored as ${reply.status}, ${reply.id}`);

    const sent = await until("the delivery", async () => {
      const message = await api<Message>("GET", `/messages/${reply.id}`);
      return message.status === "sent" ? message : undefined;
    });
    say("telegram", `sendMessage accepted: provider id ${sent.provider_id}`);
    say("customer", `Ana reads: ${String(telegram.sent().at(-1)?.params.text)}`);

    const thread = await api<Page<Message>>("GET", `/conversations/${conversation.id}/messages`);
    say("inbox", "the thread now:");
    for (const message of thread.data.toReversed()) {
      console.log(
        `${" ".repeat(24)}${message.direction === "in" ? "Ana  " : "agent"}  ${message.status.padEnd(8)}  ${message.content.text}`,
      );
    }
    const hooks = await until("the webhooks", async () => {
      const { data } = await api<Page<BinRequest>>("GET", `/webhook-bins/${bin.id}/requests`);
      const arrived = data.map((request) => ({ ...request, event: JSON.parse(request.body) as { type: string } }));
      return arrived.some(({ event }) => event.type === "message.status.updated") ? arrived : undefined;
    });
    say("integrator", "the webhooks that arrived:");
    for (const { event, headers, signature_valid: valid } of hooks.toReversed()) {
      const signature = headers["webhook-signature"] ?? "";
      console.log(
        `${" ".repeat(24)}${event.type.padEnd(24)}${signature.slice(0, 14)}…  ${valid ? "signature valid" : "NOT SIGNED BY US"}`,
      );
    }

    const number = graph.addNumber({ name: "Demo shop" });
    const page = graph.addPage({ name: "Demo shop" });
    const connect = async (kind: string, settings: Record<string, string | boolean>) => {
      const account = await api<{ id: string; name: string; webhook_url: string }>("POST", "/channels", {
        kind,
        settings,
      });
      say("channel", `${kind} connected as ${account.name}`);
      return account;
    };
    await connect("whatsapp", {
      accessToken: number.token,
      appSecret: number.appSecret,
      phoneNumberId: number.id,
      businessAccountId: number.business,
    });
    await connect("messenger", { pageAccessToken: page.token, appSecret: page.appSecret, appId: "1" });
    const system = await connect("http", own.settings);
    const linkedState = async (id: string) => {
      web.scanShown(webNumber);
      const { health } = await api<{ health: { state: string; cause: string | null } }>("GET", `/channels/${id}`);
      const open = web.phone(webNumber).lines.size > 0;
      return (open && health.state === "ok") || health.cause?.includes("Chromium") ? health.state : undefined;
    };
    graph.customer({ id: "4915112345678", name: "Bo" }, number).write("Is the blue one back on WhatsApp, too?");
    graph.customer({ id: "7315550001", name: "Cem Kaya" }, page).write("I saw it on your page. How much is it?");
    await own.say(system.webhook_url, { id: "42", name: "Dana" }, "Asking through our own app.");
    const linked = await connect("whatsapp_web", { number: webNumber, riskAccepted: true });
    const state = await until("WhatsApp Web in a browser", () => linkedState(linked.id), 90);
    if (state === "ok") {
      say("channel", "whatsapp_web linked by a QR code, in a browser of its own");
      web
        .phone(webNumber)
        .receive({ phone: "4915199990000@c.us", name: "Eve Adams" }, { type: "chat", body: "Do you deliver?" });
    } else say("channel", "whatsapp_web is left out: there is no Chromium on this machine");
    const channels = state === "ok" ? 5 : 4;
    const inbox = await until(
      "a conversation of every channel, each with its name",
      async () => {
        const { data } = await api<Page<Conversation>>("GET", "/conversations");
        const whole = data.every((one) => one.contact.name !== null && one.last_message);
        return data.length === channels && whole ? data : undefined;
      },
      20,
    );
    say("inbox", "one inbox for all of them:");
    for (const one of inbox) {
      console.log(
        `${" ".repeat(24)}${one.channel.padEnd(12)} ${(one.contact.name ?? "").padEnd(10)} ${one.last_message?.preview}`,
      );
    }
    const thanks = "Thank you for asking! It is 29 euros.";
    for (const one of inbox.filter(({ channel }) => channel !== "telegram")) {
      await api("POST", `/conversations/${one.id}/messages`, { content: { kind: "text", text: thanks } });
    }
    await graph.waitFor((sent) => sent.account === number.id && sent.text === thanks);
    await graph.waitFor((sent) => sent.account === page.id && sent.text === thanks);
    await until("the delivery to the own system", () => Promise.resolve(own.delivered[0]));
    if (state === "ok") {
      await until(
        "the answer in the browser",
        () => Promise.resolve(web.sent().find(({ body }) => body === thanks)),
        20,
      );
    }
    say(
      "customer",
      `Bo, Cem${state === "ok" ? ", Dana and Eve" : " and Dana"} have their answers, each on their own channel`,
    );
  } finally {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
    await telegram.close();
    await graph.close();
    await own.close();
    await web.close();
    await forget();
  }
  say("demo", "done; its database is removed. `npm start` runs the real thing.");
}

/** Removes what the demo stored. Its jobs are gone by themselves: none is left when the gateway has drained. */
async function forget(): Promise<void> {
  const uri = process.env.MONGODB_URI;
  if (!uri) return;
  const client = await MongoClient.connect(uri);
  await client.db(database).dropDatabase();
  await client.close();
}

await play();
