import { validateHeaderName, validateHeaderValue } from "node:http";
import { OutboundError } from "./errors.js";

/** Longer ones are refused by most servers. */
const urlLengthMost = 8192;

export interface Target {
  url: URL;
  /** As names are resolved and compared: lower case, an IPv6 address without brackets. */
  host: string;
  port: number;
}

export const portOf = (protocol: string, port: string | number | null | undefined) =>
  Number(port) || (protocol === "https:" ? 443 : 80);

export const hostOf = (hostname: string) => hostname.replace(/^\[(.*)\]$/, "$1").toLowerCase();

const invalid = (why: string) => new OutboundError("invalid_url", why);

/**
 * Reads a URL that a user gave. The WHATWG parser repairs much (backslashes, tabs, missing slashes) in ways others do not;
 * what needs repair is refused. It also brings every written form of an IPv4 address (octal, hexadecimal, one number,
 * full-width digits) into the usual one.
 */
export function readTarget(text: string): Target {
  if (text.length > urlLengthMost) throw invalid("the URL is too long");
  if (!/^https?:\/\/[^/]/i.test(text)) throw invalid("the URL must begin with http:// or https://");
  if (/[\u0000-\u0020\u007f\\]/.test(text)) throw invalid("the URL contains characters that must be percent-encoded");
  if (!URL.canParse(text)) throw invalid("the URL is not valid");
  const url = new URL(text);
  if (/^[^/]*\/\/[^/?#]*@/.test(text)) throw invalid("the URL must not contain a user name or password");
  return { url, host: hostOf(url.hostname), port: portOf(url.protocol, url.port) };
}

/** Headers that belong to the connection or to proxies: a caller who sets them could smuggle requests or change the target. */
const refusedHeaders =
  /^(host|connection|keep-alive|transfer-encoding|content-length|te|trailer|upgrade|expect|http2-settings|proxy-.*|x-forwarded-.*|forwarded|via)$/i;

/** The headers as they are sent. Throws `invalid_url` for names and values that are none, or not for callers to set. */
export function readHeaders(headers: Record<string, string>): Record<string, string> {
  const read: Record<string, string> = { "accept-encoding": "identity" };
  for (const [name, value] of Object.entries(headers)) {
    if (refusedHeaders.test(name)) throw invalid(`the header ${name.slice(0, 60)} cannot be set`);
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch {
      throw invalid("a header has a name or value that cannot be sent");
    }
    read[name.toLowerCase()] = value;
  }
  return read;
}
