import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerCall, type Deed, type Sent } from "./calls.js";
import { Faults } from "./faults.js";
import { pageHtml, version } from "./page.js";
import { PageLine, type Json } from "./pages.js";
import { Phone } from "./phone.js";

export type { Deed, Fault, Person, Phone, Sent };
import type { Fault } from "./faults.js";
import type { Person } from "./phone.js";

/** WhatsApp's servers, phones and web page, as far as a linked number meets them. */
export interface WhatsAppWebSimulator {
  /** Where the page and its servers are; give it to the adapter as its API root. */
  apiRoot: string;
  /** The phone of a number; made when it is not there yet. */
  phone(number: string, name?: string): Phone;
  /** Scans a QR code with the phone: `qr` is the text in the code. Throws when no page shows it. */
  scan(number: string, qr: string): void;
  /** Scans whichever code is shown; false when no page waits to be linked. */
  scanShown(number: string): boolean;
  /** Types the pairing code on the phone. Throws when it is not the one that a page shows for this number. */
  typeCode(number: string, code: string): void;
  /** Every page that waits to be linked shows a new QR code. */
  refreshCodes(): void;
  /** Every page that waits to be linked gives up showing codes until it is asked to go on. */
  giveUpCodes(): void;
  /** A file that lies with the servers; the path goes into a message as `directPath`. */
  file(bytes: Buffer): string;
  fileAt(directPath: string): Buffer | undefined;
  /** What pages sent, oldest first. */
  sent(): readonly Sent[];
  deeds(): readonly Deed[];
  faults: Faults;
  /** Pages that are open now. */
  pages(): number;
  close(): Promise<void>;
}

/** Starts the stand-in on 127.0.0.1. */
export async function startWhatsAppWebSimulator(): Promise<WhatsAppWebSimulator> {
  const phones = new Map<string, Phone>();
  const lines = new Map<string, PageLine>();
  const files = new Map<string, Buffer>();
  const sent: Sent[] = [];
  const deeds: Deed[] = [];
  const faults = new Faults();
  let root = "";

  const phoneOf = (line: PageLine) => [...phones.values()].find((phone) => phone.lines.has(line));
  const servers = { phones, phoneOf, sent, deeds, faults };

  function phone(number: string, name = "Shop"): Phone {
    const known = phones.get(number) ?? new Phone(number, name);
    phones.set(number, known);
    return known;
  }

  function keep(bytes: Buffer): string {
    const path = `/${randomUUID()}`;
    files.set(path, bytes);
    return path;
  }

  function open(url: URL, response: ServerResponse): void {
    const line = new PageLine(url.searchParams.get("page") ?? "", response);
    const device = url.searchParams.get("device") ?? "";
    lines.set(line.page, line);
    response.on("close", () => {
      if (lines.get(line.page) === line) lines.delete(line.page);
      for (const one of phones.values()) one.lines.delete(line);
    });
    const owner = [...phones.values()].find((one) => one.devices.has(device));
    if (owner) owner.welcome(line);
    else if (device !== "") line.tell({ type: "unpaired" });
    else line.refresh();
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://stand-in");
    const headers = { "access-control-allow-origin": "*", "access-control-allow-headers": "*" };
    const answer = (status: number, body: Json) =>
      response.writeHead(status, { ...headers, "content-type": "application/json" }).end(JSON.stringify(body));
    if (request.method === "OPTIONS") response.writeHead(204, headers).end();
    else if (url.pathname === "/version") answer(200, { version });
    else if (url.pathname === "/page") response.writeHead(200, { "content-type": "text/html" }).end(pageHtml(root));
    else if (url.pathname === "/page/events") open(url, response);
    else if (url.pathname === "/page/media") answer(200, { directPath: keep(await bodyOf(request)) });
    else if (url.pathname.startsWith("/page/media/")) {
      const bytes = files.get(url.pathname.slice("/page/media".length));
      if (bytes) response.writeHead(200, headers).end(bytes);
      else answer(404, { error: "gone" });
    } else if (url.pathname.startsWith("/page/call/")) {
      const body = JSON.parse((await bodyOf(request)).toString("utf8")) as Json;
      const line = lines.get(body.page as string);
      if (!line) return void answer(409, { error: "the page has no line" });
      const op = url.pathname.slice("/page/call/".length);
      await answerCall(servers, op, line, body).then(
        (result) => answer(200, result),
        (error: unknown) => answer(422, { error: error instanceof Error ? error.message : "refused" }),
      );
    } else answer(404, { error: "there is nothing here" });
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      console.error("whatsapp web simulator:", error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    apiRoot: root,
    phone,
    scan(number, qr) {
      const line = [...lines.values()].find((one) => qr.startsWith(`${one.ref},`));
      if (!line) throw new Error("no page shows this code");
      phone(number).link(line);
    },
    scanShown(number) {
      const line = [...lines.values()].find((one) => !phoneOf(one));
      if (line) phone(number).link(line);
      return line !== undefined;
    },
    typeCode(number, code) {
      const line = [...lines.values()].find((one) => one.code?.code === code && one.code.number === number);
      if (!line) throw new Error("no page shows this code for this number");
      phone(number).link(line);
    },
    refreshCodes() {
      for (const line of lines.values()) if (!phoneOf(line)) line.refresh();
    },
    giveUpCodes() {
      for (const line of lines.values()) if (!phoneOf(line)) line.tell({ type: "state", state: "UNPAIRED_IDLE" });
    },
    file: keep,
    fileAt: (path) => files.get(path),
    sent: () => sent,
    deeds: () => deeds,
    faults,
    pages: () => lines.size,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
