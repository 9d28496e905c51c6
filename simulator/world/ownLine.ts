import type { Act, Exchange, FaultKind, Line, Person, PhoneMessage } from "../../src/core/playedProvider.js";
import { createHmac, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { request } from "undici";
import { card, fileAbout, place, type Files } from "./files.js";
import { Phones } from "./line.js";

export interface OwnSettings {
  accountId: string;
  signingSecret: string;
  /** Where what people write is posted to. */
  webhook?: string | undefined;
}

type Json = Record<string, unknown>;
interface Answer {
  status: number;
  body: Json;
  headers?: Record<string, string>;
}

/** A system of somebody's own behind the custom HTTP channel. */
export class OwnLine implements Line {
  readonly kind = "http";
  readonly faults = new Set<FaultKind>();
  readonly supports = ["refuse_token", "rate_limit", "slow", "duplicate", "server_error"] as const;
  readonly phones = new Phones();
  private readonly known = new Map<string, Person>();
  private readonly kept = new Map<string, keyof Files>();
  private line: Promise<void> = Promise.resolve();

  constructor(
    readonly own: OwnSettings,
    private readonly base: () => string,
    private readonly files: Files,
    private readonly hooks: { exchanged(exchange: Exchange): void; sent(personId: string, text: string): void },
  ) {}

  get ref() {
    return this.own.accountId;
  }

  people(): Person[] {
    return [...this.known.values()];
  }

  know(person: Person): void {
    this.known.set(person.id, person);
  }

  act(person: Person, act: Act): string | null {
    this.know(person);
    const id = randomUUID();
    const at = act.at === undefined ? {} : { at: new Date(act.at).toISOString() };
    const from = { from: { id: person.id, name: person.name }, ...at };
    const say = (content: Json, text: string, more: Json = {}) => {
      this.phones.add(person.id, { id, from: "customer", text, at: act.at ?? Date.now() });
      this.tell({ type: "message", id, ...from, content, ...more });
      return id;
    };
    switch (act.kind) {
      case "text":
        return say({ kind: "text", text: act.text }, act.text, act.replyTo ? { reply_to: act.replyTo } : {});
      case "image":
      case "voice":
      case "document":
      case "sticker": {
        const url = this.keep(act.kind);
        const caption = act.text === undefined ? {} : { caption: act.text };
        return say(
          { kind: "media", role: act.kind, url, ...fileAbout[act.kind], ...caption },
          act.text ?? `[${act.kind}]`,
        );
      }
      case "location":
        return say({ kind: "location", ...place }, place.label);
      case "contact":
        return say(
          { kind: "contacts", contacts: [{ name: `${card.first} ${card.last}`, phones: [card.phone] }] },
          card.first,
        );
      case "reaction":
        this.tell({ type: "reaction", target: act.target, emoji: act.text, ...from });
        return null;
      case "edit":
        this.tell({ type: "edit", id, target: act.target, ...from, content: { kind: "text", text: act.text } });
        this.phones.change(person.id, act.target, act.text);
        return null;
      case "remove":
        this.tell({ type: "removal", target: act.target, ...from });
        this.phones.change(person.id, act.target, "[removed]");
        return null;
      case "choice":
        return say({ kind: "choice_made", option_id: act.text, label: act.text }, act.text);
    }
  }

  said(person: Person, text: string, at: number): string {
    this.know(person);
    const id = randomUUID();
    this.phones.add(person.id, { id, from: "business", text, at });
    return id;
  }

  phone(personId: string): PhoneMessage[] {
    return this.phones.of(personId);
  }

  fault(fault: FaultKind, on: boolean): void {
    if (on) this.faults.add(fault);
    else this.faults.delete(fault);
  }

  /** A delivery of the program arrives. */
  async take(headers: Record<string, unknown>, body: string): Promise<Answer> {
    if (this.faults.has("slow")) await sleep(slowMs);
    const answer = this.answerTo(headers, body);
    this.hooks.exchanged({
      ...this.about("out", `/own/${this.ref}`, parsed(body)),
      status: answer.status,
      response: answer.body,
    });
    return answer;
  }

  fileOf(key: string): { bytes: Buffer; mime: string } | undefined {
    const kind = this.kept.get(key);
    return kind && { bytes: this.files[kind], mime: fileAbout[kind].mime };
  }

  private answerTo(headers: Record<string, unknown>, body: string): Answer {
    if (this.faults.has("refuse_token")) return { status: 401, body: { error: "The signature is not accepted." } };
    if (this.faults.has("server_error")) return { status: 500, body: { error: "Out of order." } };
    if (this.faults.has("rate_limit")) {
      return { status: 429, body: { error: "Too many requests." }, headers: { "retry-after": "5" } };
    }
    const expected = this.signature(String(headers["webhook-id"]), String(headers["webhook-timestamp"]), body);
    const given = Buffer.from(String(headers["webhook-signature"]));
    if (given.length !== expected.length || !timingSafeEqual(given, Buffer.from(expected))) {
      return { status: 401, body: { error: "The signature is wrong." } };
    }
    const { type, chat, id, content } = parsed(body) as { type?: string; chat?: string; id?: string; content?: Json };
    if (type === "message" && chat !== undefined && id !== undefined) {
      const text = typeof content?.text === "string" ? content.text : `[${String(content?.kind)}]`;
      this.phones.add(chat, { id, from: "business", text, at: Date.now() });
      this.hooks.sent(chat, text);
    }
    return { status: 200, body: { id } };
  }

  /** Tells the program, one after the other. */
  private tell(event: Json): void {
    const times = this.faults.has("duplicate") ? 2 : 1;
    for (let n = 0; n < times; n++) this.line = this.line.then(() => this.post(event));
  }

  private async post(event: Json): Promise<void> {
    const { webhook } = this.own;
    if (webhook === undefined) return;
    const [id, time] = [randomUUID(), String(Math.floor(Date.now() / 1000))];
    const body = JSON.stringify({ events: [event] });
    const headers = {
      "webhook-id": id,
      "webhook-timestamp": time,
      "webhook-signature": this.signature(id, time, body),
    };
    for (let tries = 0; tries < 8; tries++) {
      const status = await request(webhook, { method: "POST", headers, body }).then(
        async (answer) => {
          await answer.body.dump();
          return answer.statusCode;
        },
        () => null,
      );
      this.hooks.exchanged({ ...this.about("in", webhook, { events: [event] }), status, response: null });
      if (status !== null && status < 500) return;
      await sleep(250 * 2 ** tries);
    }
  }

  private about(direction: "in" | "out", url: string, asked: unknown) {
    return { kind: this.kind, ref: this.ref, direction, method: "POST", url, request: asked } as const;
  }

  private keep(kind: keyof Files): string {
    const key = randomBytes(12).toString("hex");
    this.kept.set(key, kind);
    return `${this.base()}/own/${this.ref}/files/${key}`;
  }

  private signature(id: string, time: string, body: string): string {
    const key = Buffer.from(this.own.signingSecret.replace(/^whsec_/, ""), "base64");
    return `v1,${createHmac("sha256", key).update(`${id}.${time}.${body}`).digest("base64")}`;
  }
}

export const slowMs = 4_000;

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}
