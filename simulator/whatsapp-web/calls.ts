import { randomInt } from "node:crypto";
import type { Faults } from "./faults.js";
import type { Json, PageLine } from "./pages.js";
import type { Phone, StoredMessage } from "./phone.js";

/** A message that a page sent, as the servers took it. */
export interface Sent {
  number: string;
  chat: string;
  id: string;
  type: string;
  body: string;
  message: StoredMessage;
}

/** What happened to messages besides sending. */
export interface Deed {
  op: "edit" | "revoke" | "react" | "seen" | "typing";
  id: string;
  value: string;
}

export interface Servers {
  phones: Map<string, Phone>;
  phoneOf(line: PageLine): Phone | undefined;
  sent: Sent[];
  deeds: Deed[];
  faults: Faults;
}

const digits = (address: string) => address.slice(0, address.indexOf("@"));

/** What a page asks of the servers. Throws what the page is told as a refusal. */
export async function answerCall(servers: Servers, op: string, line: PageLine, body: Json): Promise<Json> {
  const phone = servers.phoneOf(line);
  const text = (name: string) => textOf(body[name]);
  switch (op) {
    case "refreshQr":
      line.refresh();
      return {};
    case "linkByNumber": {
      await servers.faults.meet();
      const code = Array.from({ length: 8 }, () => "ABCDEFGHJKLMNPQR"[randomInt(16)]).join("");
      line.code = { code, number: text("number") };
      return { code };
    }
    case "pairingDone": {
      const owner = [...servers.phones.values()].find((one) => one.devices.has(text("device")));
      if (!owner) throw new Error("no such device");
      owner.welcome(line);
      return {};
    }
    case "exists":
      return { exists: reachable(text("id")) };
  }
  if (!phone) throw new Error("not linked");
  switch (op) {
    case "logOut":
      phone.logOut();
      return {};
    case "findChat": {
      const id = text("id");
      const known = phone.chats.has(id) || reachable(id) || phone.people.some((one) => one.lid === id);
      if (!known) return { chat: null };
      const { messages: _messages, ...chat } = phone.chatOf(id);
      return { chat };
    }
    case "send": {
      await servers.faults.meet();
      const message = body.message as StoredMessage;
      const remote = message.id.remote as string | { _serialized: string };
      const chat = typeof remote === "string" ? remote : remote._serialized;
      const stored = { ...message, id: { ...message.id, remote: chat } } as StoredMessage;
      phone.keep(stored);
      servers.sent.push({
        number: digits(phone.me.pn),
        chat,
        id: stored.id._serialized,
        type: stored.type,
        body: textOf(stored.body),
        message: stored,
      });
      return { t: Math.trunc(Date.now() / 1000) };
    }
    case "seen":
      phone.seen(text("chat"));
      servers.deeds.push({ op, id: text("chat"), value: "" });
      return {};
    case "typing":
      servers.deeds.push({ op, id: text("chat"), value: "" });
      return {};
    case "edit":
    case "revoke":
    case "react":
      servers.deeds.push({ op, id: text("id"), value: textOf(body.body ?? body.reaction) });
      return {};
  }
  throw new Error(`there is no call ${op}`);
}

const textOf = (value: unknown) => (typeof value === "string" ? value : "");

/** Numbers that have WhatsApp: all but those of an area code that nobody has. */
function reachable(id: string): boolean {
  return id.endsWith("@g.us") ? false : !id.startsWith("999");
}
