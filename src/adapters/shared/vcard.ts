import type { PostalAddress, SharedContact } from "../../core/message.js";
import { compact } from "./read.js";

/** One line of a card: its name without the group before it, what is said of its value, and the value as it stands there. */
interface Line {
  name: string;
  parameters: string;
  value: string;
}

/** A person as a vCard of any version says who they are; `waid` is their number on WhatsApp, where it names one. */
export interface Card extends Omit<SharedContact, "user"> {
  waid?: string | undefined;
}

/** What a vCard says; undefined when it names nobody and holds nothing to reach anybody by. */
export function readCard(card: string): Card | undefined {
  const lines = linesOf(card);
  const of = (name: string) => lines.filter((line) => line.name === name);
  const values = (name: string) => filled(of(name).map(({ value }) => unescaped(value).trim()));
  const phones = values("TEL").map((value) => value.replace(/^tel:/i, ""));
  const emails = values("EMAIL");
  const organization = text(parts(of("ORG")[0]?.value).join(", "));
  const [family, given, middle] = parts(of("N")[0]?.value, true);
  const name = values("FN")[0] ?? text(filled([given, middle, family]).join(" ")) ?? organization;
  if (name === undefined && phones.length === 0 && emails.length === 0) return undefined;
  return compact({
    name: name ?? phones[0] ?? emails[0] ?? "",
    phones,
    emails: some(emails),
    addresses: some(of("ADR").map(addressOf)),
    organization: organization === name ? undefined : organization,
    title: values("TITLE")[0],
    links: some(values("URL")),
    waid: /waid=(\d{5,15})/i.exec(
      of("TEL")
        .map(({ parameters }) => parameters)
        .join("\n"),
    )?.[1],
  });
}

/**
 * A person as a vCard. The numbers say that they are on WhatsApp, so that the receiver can write to them. Where a card may
 * have `most` bytes only, it holds what fits, the numbers first.
 */
export function writeCard(contact: SharedContact, most = Number.POSITIVE_INFINITY): string {
  const { name, phones, emails = [], addresses = [], organization, title, links = [] } = contact;
  const head = ["BEGIN:VCARD", "VERSION:3.0", `N:;${escaped(name)};;;`, `FN:${escaped(name)}`];
  const more = [
    ...phones.map((phone) => `TEL;type=CELL;waid=${phone.replace(/\D/g, "")}:${escaped(phone)}`),
    ...emails.map((email) => `EMAIL;type=INTERNET:${escaped(email)}`),
    ...(organization === undefined ? [] : [`ORG:${escaped(organization)}`]),
    ...(title === undefined ? [] : [`TITLE:${escaped(title)}`]),
    ...addresses.map(addressLine),
    ...links.map((link) => `URL:${escaped(link)}`),
  ];
  const foot = "END:VCARD";
  let bytes = Buffer.byteLength([...head, foot].join("\n"));
  const fits = more.filter((line) => {
    const size = Buffer.byteLength(line) + 1;
    if (bytes + size > most) return false;
    bytes += size;
    return true;
  });
  return [...head, ...fits, foot].join("\n");
}

/** Whether a card says more of somebody than their name and numbers. */
export function hasDetails({ emails, addresses, organization, title, links }: SharedContact): boolean {
  return [emails, addresses, organization, title, links].some((one) => one !== undefined && one.length > 0);
}

/** The list, or undefined when there is nothing in it. */
export const some = <T>(list: T[]): T[] | undefined => (list.length > 0 ? list : undefined);

const filled = (values: readonly (string | undefined)[]): string[] =>
  values.filter((one): one is string => one !== undefined && one !== "");
const text = (value: string): string | undefined => (value === "" ? undefined : value);

/** Long lines are folded: one that starts with a space goes on with the one before; quoted-printable ones end with `=`. */
function linesOf(card: string): Line[] {
  const lines: Line[] = [];
  let broken = false;
  for (const raw of card.split(/\r?\n/)) {
    const last = lines.at(-1);
    if (last && broken) last.value = last.value.slice(0, -1) + raw;
    else if (last && /^[ \t]/.test(raw)) last.value += raw.slice(1);
    else {
      const line = lineOf(raw);
      if (line === undefined) continue;
      lines.push(line);
    }
    broken = raw.endsWith("=") && isQuoted(lines.at(-1)!);
  }
  return lines.map((line) => (isQuoted(line) ? { ...line, value: unquoted(line.value) } : line));
}

function lineOf(raw: string): Line | undefined {
  const colon = raw.indexOf(":");
  if (colon < 0) return undefined;
  const [name = "", ...parameters] = raw.slice(0, colon).split(";");
  const parameter = parameters.join(";");
  return { name: name.replace(/^[^.]*\./, "").toUpperCase(), parameters: parameter, value: raw.slice(colon + 1) };
}

const isQuoted = ({ parameters }: Line) => /QUOTED-PRINTABLE/i.test(parameters);

function unquoted(value: string): string {
  // Letters beyond ASCII become the bytes of their own first, so that nothing of a half-encoded value is lost.
  const bytes = Buffer.from(value, "utf8").toString("latin1");
  const decoded = bytes.replace(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(decoded, "latin1").toString("utf8");
}

const unescaped = (value: string) =>
  value.replace(/\\([nN,;:\\])/g, (_all, sign: string) => (/n/i.test(sign) ? "\n" : sign));
const escaped = (value: string) => value.replace(/[\\,;]/g, "\\$&").replace(/\r?\n|\r/g, "\\n");

/** The parts of a value, each at its place where `placed`, else those that say something. */
function parts(value: string | undefined, placed = false): string[] {
  const all = [...(value ?? "").matchAll(/((?:\\.|[^;\\])*)(?:;|$)/gs)].map(([, one = ""]) => unescaped(one).trim());
  return placed ? all : filled(all);
}

function addressOf({ value }: Line): PostalAddress {
  const [box, extended, street, city, region, postcode, country] = parts(value, true);
  const line = text(filled([street, extended, box]).join(", "));
  return compact({
    street: line,
    city: city === "" ? undefined : city,
    region: region === "" ? undefined : region,
    postcode: postcode === "" ? undefined : postcode,
    country: country === "" ? undefined : country,
  });
}

function addressLine({ street = "", city = "", region = "", postcode = "", country = "" }: PostalAddress): string {
  return `ADR;type=HOME:;;${[street, city, region, postcode, country].map(escaped).join(";")}`;
}
