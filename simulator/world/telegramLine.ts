import type { Act, FaultKind, Line, Person, PhoneMessage } from "../../src/core/playedProvider.js";
import { Customer, type Bot, type TelegramSimulator } from "../telegram/index.js";
import { card, fileAbout, place, type Files } from "./files.js";
import { Phones, Unable } from "./line.js";

/** A bot at the played Bot API. */
export class TelegramLine implements Line {
  readonly kind = "telegram";
  readonly ref: string;
  readonly faults = new Set<FaultKind>();
  readonly supports = ["refuse_token", "rate_limit", "slow", "duplicate", "server_error"] as const;
  readonly phones = new Phones();
  private readonly known = new Map<string, Person>();
  private readonly bot: Bot;

  constructor(
    telegram: TelegramSimulator,
    readonly token: string,
    name: string,
    private readonly files: Files,
  ) {
    this.ref = token.slice(0, token.indexOf(":"));
    // Ten numbers a second since a fixed day: after a restart the numbering goes on above all that was given.
    const idsFrom = Math.floor((Date.now() - 1_700_000_000_000) / 100);
    telegram.addBot({ token, username: `simulated_${this.ref}_bot`, name, idsFrom });
    this.bot = telegram.bot(token)!;
  }

  people(): Person[] {
    return [...this.known.values()];
  }

  know(person: Person): void {
    this.known.set(person.id, person);
    const { chat, user } = this.customer(person);
    this.bot.chatOf(chat, user);
  }

  act(person: Person, act: Act): string | null {
    this.know(person);
    const customer = this.customer(person);
    const { at } = act;
    const keep = (messageId: number, text: string) => {
      this.phones.add(person.id, { id: String(messageId), from: "customer", text, at: at ?? Date.now() });
      return String(messageId);
    };
    switch (act.kind) {
      case "text":
        return keep(
          customer.write(act.text, { at, ...(act.replyTo === undefined ? {} : { replyTo: Number(act.replyTo) }) })
            .message_id,
          act.text,
        );
      case "image":
      case "voice":
      case "document":
      case "sticker": {
        const kind = act.kind === "image" ? "photo" : act.kind;
        const size = act.kind === "image" ? { width: 1024, height: 768 } : { duration: 4 };
        const caption = act.text === undefined ? {} : { caption: act.text };
        const file = { kind, bytes: this.files[act.kind], ...fileAbout[act.kind], ...size, ...caption } as const;
        return keep(customer.sendFile(file, { at }).message_id, act.text ?? `[${act.kind}]`);
      }
      case "location": {
        const location = { latitude: place.lat, longitude: place.lng };
        const venue = { location, title: place.label, address: place.address };
        return keep(customer.send({ location, venue }, { at }).message_id, place.label);
      }
      case "contact": {
        const contact = { phone_number: card.phone, first_name: card.first, last_name: card.last };
        return keep(customer.send({ contact }, { at }).message_id, card.first);
      }
      case "reaction":
        customer.react(Number(act.target), act.text, null, at);
        return null;
      case "edit":
        customer.edit(Number(act.target), act.text, at);
        this.phones.change(person.id, act.target, act.text);
        return null;
      case "choice":
        customer.pressButton(act.text);
        return null;
      case "remove":
        throw new Unable("Telegram tells bots nothing of what customers delete.");
    }
  }

  said(person: Person, text: string, at: number): string {
    this.know(person);
    const { chat, user } = this.customer(person);
    const message = this.bot.post(this.bot.chatOf(chat, user), this.bot.user, { text }, Math.floor(at / 1000));
    this.phones.add(person.id, { id: String(message.message_id), from: "business", text, at });
    return `${person.id}/${message.message_id}`;
  }

  phone(personId: string): PhoneMessage[] {
    return this.phones.of(personId);
  }

  fault(fault: FaultKind, on: boolean): void {
    if (on) this.faults.add(fault);
    else this.faults.delete(fault);
  }

  private customer({ id, name, language }: Person): Customer {
    const [firstName = name, ...last] = name.split(" ");
    const lastName = last.join(" ");
    const profile = { id: Number(id), firstName, ...(lastName ? { lastName } : {}), ...(language ? { language } : {}) };
    return new Customer(profile, this.bot);
  }
}
