import { domainToASCII } from "node:url";
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [Address, number];

/** Where IPv6 addresses of the public internet are assigned from (RFC 4291); all else is of some special kind. */
const publicIpv6 = ipaddr.IPv6.parseCIDR("2000::/3");
/** Looks public and is none: the host side of a large cloud, with metadata of the machine that asks. */
const cloudHost = "168.63.129.16";

/**
 * True for ordinary addresses of the public internet. Everything with a special purpose is not (the IANA registries as
 * ipaddr.js knows them): loopback, private, link-local (so the metadata services), carrier-grade NAT, benchmarking,
 * documentation, multicast, broadcast, unspecified, and every form that carries an IPv4 address inside (mapped, compatible,
 * NAT64, 6to4, Teredo), because what they reach is decided elsewhere.
 */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== "unicast") return false;
  return parsed instanceof ipaddr.IPv6 ? parsed.match(publicIpv6) : parsed.toString() !== cloudHost;
}

export const isLiteral = (host: string) => ipaddr.isValid(host);

/**
 * Ports that no web server has and that other services trust too much: those the Fetch standard blocks ("bad ports"), and
 * databases, queues, caches and control planes, some of which answer to HTTP.
 */
const refusedPorts = new Set([
  ...[0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109],
  ...[
    110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 445, 465, 512, 513, 514, 515, 526, 530,
  ],
  ...[531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 873, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045],
  ...[4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080],
  ...[1433, 1521, 2181, 2375, 2376, 2379, 2380, 3306, 3389, 4369, 5432, 5433, 5671, 5672, 5900, 5984, 6379, 6380, 7000],
  ...[7001, 7199, 9042, 9092, 9160, 9200, 9300, 10250, 10255, 11211, 15672, 16379, 26379, 27017, 27018, 27019, 28017],
]);

interface Entry {
  host?: string;
  range?: Range;
  port?: number;
}

/** What an operator lets through although it is private. */
export interface AllowList {
  /** May this host be asked on this port whatever address its name has? */
  host(host: string, port: number): boolean;
  /** May this address be reached on this port? */
  address(address: string, port: number): boolean;
  /** Is the port one that may be asked at all, of this host (and address, once known)? */
  port(host: string, port: number, address?: string): boolean;
}

/**
 * Reads entries such as `crm.internal`, `crm.internal:8080`, `10.1.2.3`, `10.0.0.0/8`, `[fd00::1]:443`. An entry without a
 * port stands for every port but the refused ones; those have to be named. Throws a TypeError that names a wrong entry.
 */
export function allowList(entries: readonly string[]): AllowList {
  const parsed = entries.map(entryOf);
  const names = (entry: Entry, host: string, address: string | undefined) =>
    entry.host === undefined ? address !== undefined && within(address, entry.range!) : entry.host === bare(host);
  const allowed = (host: string, port: number, address: string | undefined) =>
    parsed.some((entry) => names(entry, host, address) && (entry.port === undefined || entry.port === port));
  return {
    host: (host, port) => allowed(host, port, undefined),
    address: (address, port) => allowed("", port, address),
    port: (host, port, address) =>
      !refusedPorts.has(port) || parsed.some((entry) => names(entry, host, address) && entry.port === port),
  };
}

/** This machine, whatever a resolver makes of the name (RFC 6761). */
export const isLocalhost = (host: string): boolean => /(^|\.)localhost$/.test(bare(host));

/** Names are compared without the dot that ends a fully qualified one. */
const bare = (host: string) => host.replace(/\.$/, "").toLowerCase();

function within(address: string, [network, bits]: Range): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  return parsed.kind() === network.kind() && parsed.match(network, bits);
}

function entryOf(text: string): Entry {
  const wrong = () => new TypeError(`"${text}" is no host name, IP address or CIDR range with an optional :port`);
  const many = text.split(":").length > 2;
  const brackets = text.startsWith("[") ? text.includes("]") : !text.includes("]");
  if (!brackets) throw wrong();
  const match =
    many && !text.startsWith("[") ? [text, text] : /^\[?([^\]:]+|(?<=\[)[^\]]+)\]?(?::(\d{1,5}))?$/.exec(text);
  if (!match?.[1]) throw wrong();
  const port = match[2] === undefined ? undefined : Number(match[2]);
  if (port !== undefined && port > 65535) throw wrong();
  const place = match[1];
  const at = port === undefined ? {} : { port };
  if (ipaddr.isValidCIDR(place)) return { range: ipaddr.parseCIDR(place), ...at };
  if (ipaddr.isValid(place)) {
    const address = ipaddr.parse(place);
    return { range: [address, address.kind() === "ipv4" ? 32 : 128], ...at };
  }
  if (/[/[\]]/.test(place)) throw wrong();
  const host = domainToASCII(bare(place));
  if (!/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(host)) throw wrong();
  return { host, ...at };
}
