import type { Json, Message } from "./wire.js";

/** One call that a bot made and that was carried out. */
export interface Call {
  /** Counts from 1 in the order in which they were carried out. */
  n: number;
  /** The bot's username. */
  bot: string;
  method: string;
  chatId: number | undefined;
  /** Parameters as given, all as text. */
  params: Json;
  /** undefined for methods that only ask for something. */
  result: unknown;
}

/** A message that a bot sent. An album gives one for each of its messages. */
export interface Sent extends Call {
  message: Message;
  text: string | undefined;
}

/** What bots did, and those who wait to see it. */
export class Recorder {
  private readonly all: Call[] = [];
  private readonly messages: Sent[] = [];
  /** Called for every message that was sent. */
  onSent: (token: string, sent: Sent) => void = () => undefined;
  private readonly waiting = new Set<(sent: Sent) => void>();

  add(call: Omit<Call, "n">, token = ""): void {
    const numbered = { n: this.all.length + 1, ...call };
    this.all.push(numbered);
    if (!/^send/i.test(call.method)) return;
    for (const message of Array.isArray(call.result) ? call.result : [call.result]) {
      if (!isMessage(message)) continue;
      const text = typeof message.text === "string" ? message.text : undefined;
      const sent: Sent = { ...numbered, message, text };
      this.messages.push(sent);
      this.onSent(token, sent);
      for (const tell of this.waiting) tell(sent);
    }
  }

  calls(): readonly Call[] {
    return this.all;
  }

  sent(): readonly Sent[] {
    return this.messages;
  }

  /** The first sent message that fits, also one from before. Rejects after the time-out. */
  waitFor(fits: (sent: Sent) => boolean, timeoutMs: number): Promise<Sent> {
    const known = this.messages.find(fits);
    if (known) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(tell);
        reject(new Error(`No such message was sent within ${timeoutMs} ms; ${this.messages.length} others were.`));
      }, timeoutMs);
      const tell = (sent: Sent) => {
        if (!fits(sent)) return;
        clearTimeout(timer);
        this.waiting.delete(tell);
        resolve(sent);
      };
      this.waiting.add(tell);
    });
  }
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && "message_id" in value;
}
