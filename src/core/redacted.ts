/** Names whose values are words of a protocol, not of people; they are shown so that a payload can be understood. */
const names = new Set(["type", "kind", "object", "field", "event", "status", "direction", "channel", "v", "about"]);
const word = /^[a-z_]{1,40}$/i;

/**
 * The shape of a payload without what it says: every name stays, every text and number is replaced by what it is. For
 * whoever must find out why something could not be read and may not read what customers wrote.
 */
export function redacted(value: unknown, name = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => redacted(item, name));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [shownName(key), redacted(part, key)]));
  }
  if (typeof value === "string") {
    return names.has(name) && word.test(value) ? value : `<text of ${value.length}>`;
  }
  if (typeof value === "number") return name === "v" ? value : "<number>";
  return value;
}

/** A map may have ids or addresses as its keys. */
const shownName = (key: string) => (/^[A-Za-z_][\w.-]{0,63}$/.test(key) ? key : `<name of ${key.length}>`);

/** The same for bytes that may be no JSON at all: then only their number is told. */
export function redactedText(raw: string): string {
  try {
    return JSON.stringify(redacted(JSON.parse(raw)), null, 2);
  } catch {
    return `<${Buffer.byteLength(raw)} bytes that are no JSON>`;
  }
}
