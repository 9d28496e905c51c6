import type { Act, FaultKind, Line, Person, PhoneMessage } from "../../src/core/playedProvider.js";
import type { Account, GraphCustomer, GraphSimulator, Json } from "../graph/index.js";
import { card, fileAbout, place, type Files } from "./files.js";
import { Phones, Unable } from "./line.js";

/** A page or a number at the played Graph API. */
export class GraphLine implements Line {
  readonly faults = new Set<FaultKind>();
  readonly supports = [
    ...(["refuse_token", "rate_limit", "window_closed", "slow"] as const),
    ...(["duplicate", "out_of_order", "server_error"] as const),
  ];
  readonly phones = new Phones();
  private readonly known = new Map<string, Person>();

  constructor(
    private readonly graph: GraphSimulator,
    readonly account: Account,
    private readonly files: Files,
  ) {}

  get kind() {
    return this.account.kind;
  }
  get ref() {
    return this.account.id;
  }

  people(): Person[] {
    return [...this.known.values()];
  }

  know(person: Person): void {
    this.known.set(person.id, person);
    this.customer(person);
    const { lastInbound } = this.account;
    if (person.wroteAt !== undefined) {
      lastInbound.set(person.id, Math.max(person.wroteAt, lastInbound.get(person.id) ?? 0));
    }
  }

  act(person: Person, act: Act): string | null {
    this.know(person);
    const customer = this.customer(person, act.at);
    const keep = (id: string, text: string) => {
      this.phones.add(person.id, { id, from: "customer", text, at: act.at ?? Date.now() });
      return id;
    };
    switch (act.kind) {
      case "text":
        return keep(customer.write(act.text, act.replyTo === undefined ? {} : { replyTo: act.replyTo }), act.text);
      case "image":
      case "document":
        return keep(customer.sendFile(this.file(act.kind), act.kind, act.text), act.text ?? `[${act.kind}]`);
      case "voice":
      case "sticker":
        return keep(customer.sendFile(this.file(act.kind), act.kind), `[${act.kind}]`);
      case "location":
        return keep(customer.send(this.account.kind === "messenger" ? placeAttachment : placeMessage), place.label);
      case "contact": {
        if (this.account.kind === "messenger") throw new Unable("Messenger has no shared contacts.");
        const name = { formatted_name: `${card.first} ${card.last}`, first_name: card.first, last_name: card.last };
        return keep(
          customer.send({ type: "contacts", contacts: [{ name, phones: [{ phone: card.phone }] }] }),
          card.first,
        );
      }
      case "reaction":
        customer.react(act.target, act.text);
        return null;
      case "edit":
        customer.edit(act.target, act.text);
        this.phones.change(person.id, act.target, act.text);
        return null;
      case "remove":
        if (this.account.kind === "messenger")
          throw new Unable("Messenger tells pages nothing of what customers delete.");
        customer.send({ type: "revoke", revoke: { original_message_id: act.target } });
        this.phones.change(person.id, act.target, "[removed]");
        return null;
      case "choice":
        return keep(customer.choose(...this.option(person, act.text)), act.text);
    }
  }

  said(person: Person, text: string, at: number): string {
    this.know(person);
    const random = Math.random().toString(36).slice(2);
    const id = `${this.kind === "messenger" ? "m_" : "wamid."}${Buffer.from(`${person.id}/${at}/${random}`).toString("base64url")}`;
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

  /** Has read everything until now; only Messenger tells it by itself. */
  read(personId: string): void {
    const person = this.known.get(personId);
    if (person && this.account.kind === "messenger") this.customer(person).read();
  }

  /** The newest button of ours with this label. */
  private option(person: Person, label: string): [string, string, { replyTo?: string }] {
    const found = this.graph
      .sent()
      .filter((sent) => sent.account === this.account.id && sent.to === person.id)
      .toReversed()
      .flatMap((sent) => buttonsIn(sent.body).map((button) => ({ ...button, message: sent.id })))
      .find((button) => button.label === label);
    if (!found) throw new Unable(`There is no button "${label}" in this chat.`);
    return [found.id, found.label, { replyTo: found.message }];
  }

  private file(kind: keyof Files) {
    return { bytes: this.files[kind], ...fileAbout[kind] };
  }

  private customer({ id, name }: Person, at?: number): GraphCustomer {
    return this.graph.customer({ id, name }, this.account, at === undefined ? undefined : () => at);
  }
}

const placeMessage = {
  type: "location",
  location: { latitude: place.lat, longitude: place.lng, name: place.label, address: place.address },
};
const placeAttachment = {
  attachments: [
    { type: "location", title: place.label, payload: { coordinates: { lat: place.lat, long: place.lng } } },
  ],
};

/** Every button, list row, quick reply or postback in a sent body, whatever the shape around it. */
function buttonsIn(value: unknown): { id: string; label: string }[] {
  if (Array.isArray(value)) return value.flatMap(buttonsIn);
  if (typeof value !== "object" || value === null) return [];
  const { id, payload, title } = value as Json;
  const key = typeof id === "string" ? id : payload;
  const own = typeof key === "string" && typeof title === "string" ? [{ id: key, label: title }] : [];
  return [...own, ...Object.values(value).flatMap(buttonsIn)];
}
