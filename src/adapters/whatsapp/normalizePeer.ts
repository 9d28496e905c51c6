import type { Alias, Peer } from "../../core/events.js";
import type { ExternalId } from "../../core/ids.js";
import { compact, id, record, records, text, type Raw } from "../shared/read.js";

/** The ids of one person, whichever of them the payload has: phone, business-scoped id, parent id, username. */
export interface Person {
  phone: string | undefined;
  user: string | undefined;
  parent: string | undefined;
  /** An id of a form that nobody knows yet: it is kept as it is. */
  other?: string | undefined;
}

/** Business-scoped ids: `US.1349…`, of a parent portfolio `US.ENT.…`. */
const scopedId = /^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/;

/** A person's phone as digits; undefined for anything that is no number. */
export function phoneOf(value: unknown): string | undefined {
  const digits = (id(value) ?? "").replace(/^\+/, "");
  return /^\d{3,20}$/.test(digits) ? digits : undefined;
}

export const scopedIdOf = (value: unknown): string | undefined => {
  const given = text(value);
  return given !== undefined && scopedId.test(given) ? given : undefined;
};

/** Who wrote a message. `from` may hold a phone, a business-scoped id, or be missing. */
export function writerOf(message: Raw): Person {
  return {
    phone: phoneOf(message.from),
    user: scopedIdOf(message.from_user_id) ?? scopedIdOf(message.user_id) ?? scopedIdOf(message.from),
    parent: scopedIdOf(message.from_parent_user_id),
    other: id(message.from),
  };
}

/** Whom a status, or a message of the business itself, is for. */
export function recipientOf(given: Raw): Person {
  return {
    phone: phoneOf(given.recipient_id) ?? phoneOf(given.to),
    user: scopedIdOf(given.recipient_user_id) ?? scopedIdOf(given.to_user_id) ?? scopedIdOf(given.recipient_id),
    parent:
      scopedIdOf(given.recipient_parent_user_id) ??
      scopedIdOf(given.parent_recipient_user_id) ??
      scopedIdOf(given.to_parent_user_id),
    other: id(given.recipient_id) ?? id(given.to),
  };
}

/** The contact of a person, matched by id: the order of the list says nothing. Of one that names nobody, the only one. */
function contactOf(contacts: readonly Raw[], person: Person): Raw | undefined {
  const nobody = [person.phone, person.user, person.parent, person.other].every((one) => one === undefined);
  if (nobody) return contacts.length === 1 ? contacts[0] : undefined;
  return contacts.find(
    (one) =>
      (person.phone !== undefined && phoneOf(one.wa_id) === person.phone) ||
      (person.user !== undefined && text(one.user_id) === person.user) ||
      (person.other !== undefined && id(one.wa_id) === person.other),
  );
}

/**
 * The other side. Answers go to the phone where it is known, else to the business-scoped id; both stay known as aliases,
 * so that a message with only one of them finds the same person.
 */
export function peerOf(value: Raw, person: Person, group?: string): Peer | undefined {
  const contact = contactOf(records(value.contacts), person);
  const profile = record(contact?.profile);
  const phone = person.phone ?? phoneOf(contact?.wa_id);
  const user = person.user ?? scopedIdOf(contact?.user_id);
  const parent = person.parent ?? scopedIdOf(contact?.parent_user_id);
  const own: ExternalId | undefined = phone ?? user ?? parent ?? person.other;
  if (own === undefined) return undefined;
  // Some write the sign before it, others do not; it is the same name.
  const username = text((text(profile?.username) ?? text(contact?.username))?.replace(/^@/, ""));
  const aliases: Alias[] = [];
  if (phone !== undefined) aliases.push({ kind: "phone", value: phone });
  if (user !== undefined) aliases.push({ kind: "user", value: user });
  if (parent !== undefined) aliases.push({ kind: "parent", value: parent });
  if (username !== undefined) aliases.push({ kind: "username", value: username });
  return compact({
    chat: group ?? own,
    user: own,
    aliases: group === undefined ? aliases : undefined,
    name: text(profile?.name) ?? username,
    group: group === undefined ? undefined : { title: group },
  });
}
