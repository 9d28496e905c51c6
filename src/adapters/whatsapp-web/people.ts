import type { Alias, Peer } from "../../core/events.js";
import type { ExternalId } from "../../core/ids.js";
import { compact, record, text, type Raw } from "../shared/read.js";

/** An address as the library writes it: a string, or an object that carries the string. */
export function addressOf(value: unknown): string | undefined {
  return text(value) ?? text(record(value)?._serialized);
}

export const isGroup = (address: string): boolean => address.endsWith("@g.us");
export const isLid = (address: string): boolean => address.endsWith("@lid");

/** The number of a phone address as people write it, with a plus; undefined for any other address. */
export function phoneOf(address: string | undefined): string | undefined {
  const digits = /^(\d{5,15})(?::\d+)?@(?:c\.us|s\.whatsapp\.net)$/.exec(address ?? "")?.[1];
  return digits === undefined ? undefined : `+${digits}`;
}

/**
 * One address for one person: with the phone address when it is known, else with the LID that hides it. WhatsApp uses both
 * for the same chat, sometimes within minutes.
 */
export function personOf(address: string, known: unknown): { address: string; aliases: Alias[] | undefined } {
  const both = record(known);
  const candidates = [address, addressOf(both?.phone), addressOf(both?.lid)];
  const phone = candidates.find((candidate) => phoneOf(candidate) !== undefined);
  const lid = candidates.find((candidate) => candidate !== undefined && isLid(candidate));
  const aliases: Alias[] = [];
  if (phone !== undefined) aliases.push({ kind: "phone", value: phoneOf(phone)! });
  if (lid !== undefined) aliases.push({ kind: "lid", value: lid });
  return {
    address: phone === undefined ? address : `${phoneOf(phone)!.slice(1)}@c.us`,
    aliases: aliases.length > 0 ? aliases : undefined,
  };
}

/** Who a payload is about. A name beside the addresses is the one the phone's address book has. `chat` is the chat's address, `writer` who wrote in it when that is a group. */
export function peerOf(payload: Raw, chat: string, writer: string | undefined, nameOfWriter?: string): Peer {
  const known = record(payload.person);
  const name = text(known?.name) ?? nameOfWriter;
  if (!isGroup(chat)) {
    const { address, aliases } = personOf(chat, known);
    const namedBy = text(known?.name) === undefined ? undefined : ("address_book" as const);
    return compact({ chat: address, user: address, aliases, name, namedBy });
  }
  const { address, aliases } = personOf(writer ?? chat, known);
  return compact({
    chat,
    user: address,
    aliases,
    name,
    group: { title: text(record(payload.chat)?.title) ?? chat },
  });
}

/** Where payloads go that name nobody at all: one conversation with the service itself. */
export function servicePeer(self: ExternalId): Peer {
  return { chat: self, user: self, name: "WhatsApp" };
}
