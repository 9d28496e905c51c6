import { lookup as systemLookup } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import { Agent, buildConnector, request as send, type Dispatcher } from "undici";
import type { Log } from "../../core/ports.js";
import { allowList, isLiteral, isLocalhost, isPublic } from "./addresses.js";
import { outboundError, refusedAddress, timedOut } from "./errors.js";
import { hostOf, portOf, readHeaders, readTarget } from "./target.js";

export { OutboundError, type OutboundErrorKind } from "./errors.js";

export interface OutboundRequest {
  method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | undefined;
  headers?: Record<string, string> | undefined;
  body?: Buffer | string | undefined;
  /** For everything, from the look-up of the name to the last byte. */
  timeoutMs?: number | undefined;
  /** What comes beyond is cut off. */
  maxBytes?: number | undefined;
  /** The longest silence while the body comes. */
  idleMs?: number | undefined;
}

export interface OutboundResponse {
  status: number;
  /** Names in lower case; repeated ones are joined by commas. */
  headers: Record<string, string>;
  /** As it came: we ask for it without compression and undo none. */
  body: Buffer;
  /** True when there was more than `maxBytes`. */
  truncated: boolean;
  ms: number;
}

/** Requests to addresses that users gave. Both reject with OutboundError and nothing else. */
export interface Outbound {
  /** Redirects are not followed: a 3xx is an answer like any other. Certificates are always verified. */
  request(url: string, options?: OutboundRequest): Promise<OutboundResponse>;
  /** Would `request` ask this URL, as names resolve now? For the moment a user saves it; `request` checks for itself. */
  check(url: string): Promise<void>;
  /** Closes the connections that are kept open. */
  close(): Promise<void>;
}

/** All addresses of a name, in order of preference. */
export type LookupAll = (host: string) => Promise<{ address: string; family: number }[]>;

export interface OutboundOptions {
  /** Private targets to let through: host names, IPs, CIDRs, each with an optional `:port` (see `allowList`). */
  allow: readonly string[];
  log: Log;
  /** How names are resolved; the system's resolver when absent. */
  lookup?: LookupAll | undefined;
}

const timeoutMsDefault = 15_000;
const maxBytesDefault = 1_000_000;
const connectMsMost = 10_000;

/**
 * A client that reaches the public internet only. The address is checked where the connection is made, for every
 * connection: a literal address as written, of a name every address it resolves to at that moment, and only those that
 * passed are tried. A name that changes its address after it was checked gains nothing.
 */
export function createOutbound({ allow, log, lookup = lookupAll }: OutboundOptions): Outbound {
  const list = allowList(allow);

  function refuse(host: string, port: number): never {
    log.warn("outbound_refused", { host, port });
    throw refusedAddress();
  }

  function guardAddress(host: string, port: number, address: string): boolean {
    const reachable = isPublic(address) || list.host(host, port) || list.address(address, port);
    return reachable && list.port(host, port, address);
  }

  /** The addresses of a host that may be reached. Throws when there are none. */
  async function addressesOf(host: string, port: number): Promise<{ address: string; family: number }[]> {
    if (isLocalhost(host) && !guardAddress(host, port, "127.0.0.1")) refuse(host, port);
    const found = await lookup(host);
    const passed = found.filter(({ address }) => guardAddress(host, port, address));
    return passed.length > 0 || found.length === 0 ? passed : refuse(host, port);
  }

  /** Node asks this for names only, never for literal addresses. */
  const lookupFor =
    (port: number): LookupFunction =>
    (host, options, callback) => {
      addressesOf(host, port).then(
        (addresses) => {
          const [first] = addresses;
          if (!first) callback(Object.assign(new Error("no address"), { code: "ENODATA" }), "");
          else if (options.all) callback(null, addresses);
          else callback(null, first.address, first.family);
        },
        (error: unknown) => callback(error as Error, ""),
      );
    };

  const agent = new Agent({
    pipelining: 1,
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 10_000,
    connect(options, callback) {
      const host = hostOf(options.hostname);
      const port = portOf(options.protocol, options.port);
      try {
        if (isLiteral(host) && !guardAddress(host, port, host)) refuse(host, port);
        const connector = buildConnector({
          lookup: lookupFor(port),
          timeout: connectMsMost,
          rejectUnauthorized: true,
          allowH2: false,
        });
        connector(options, callback);
      } catch (error) {
        callback(error as Error, null);
      }
    },
  });

  return {
    async request(url, options = {}) {
      const began = performance.now();
      const { timeoutMs = timeoutMsDefault, maxBytes = maxBytesDefault, idleMs = timeoutMs } = options;
      const whole = new AbortController();
      const timer = setTimeout(() => whole.abort(timedOut()), timeoutMs);
      try {
        const target = readTarget(url);
        const headers = readHeaders(options.headers ?? {});
        if (isLiteral(target.host) && !guardAddress(target.host, target.port, target.host)) {
          refuse(target.host, target.port);
        }
        const answer = await send(target.url, {
          dispatcher: agent,
          method: options.method ?? "GET",
          headers,
          body: options.body ?? null,
          signal: whole.signal,
          headersTimeout: timeoutMs,
          bodyTimeout: idleMs,
        });
        const { body, truncated } = await readBody(answer.body, maxBytes);
        const ms = Math.round(performance.now() - began);
        return { status: answer.statusCode, headers: flat(answer.headers), body, truncated, ms };
      } catch (error) {
        throw outboundError(error);
      } finally {
        clearTimeout(timer);
      }
    },

    async check(url) {
      try {
        const { host, port } = readTarget(url);
        if (!isLiteral(host)) await addressesOf(host, port);
        else if (!guardAddress(host, port, host)) refuse(host, port);
      } catch (error) {
        throw outboundError(error);
      }
    },

    close: () => agent.destroy(),
  };
}

const lookupAll: LookupAll = (host) => systemLookup(host, { all: true, verbatim: true });

/** Reads up to `maxBytes` and lets go of the connection when there is more. */
async function readBody(
  stream: Dispatcher.ResponseData["body"],
  maxBytes: number,
): Promise<{ body: Buffer; truncated: boolean }> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stream as AsyncIterable<Buffer>) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > maxBytes) break;
  }
  return { body: Buffer.concat(pieces).subarray(0, maxBytes), truncated: bytes > maxBytes };
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]),
  );
}
