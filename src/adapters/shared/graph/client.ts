import { createHmac } from "node:crypto";
import type { Readable } from "node:stream";
import { Agent, request } from "undici";
import { ProviderError, type Failure } from "../../../core/errors.js";
import { networkCode, networkFailure } from "../network.js";
import { record, type Raw } from "../read.js";
import { graphErrorOf, graphProviderError, type CodeTable } from "./failures.js";
import { formOf, type Form } from "./form.js";
import { createUsage } from "./usage.js";

/** Where the Graph API lives, version included. */
export const publicGraphRoot = "https://graph.facebook.com/v25.0";

export interface GraphOptions {
  token: string;
  /** With it every call proves that it comes from the app's owner (`appsecret_proof`). */
  appSecret?: string | undefined;
  /** Base with version, such as https://graph.facebook.com/v25.0. */
  apiRoot?: string | undefined;
  codes: CodeTable;
  now(): Date;
}

export type Query = Record<string, string>;

/** The Graph API for one token. Everything rejects with ProviderError whose text never holds the token or the secret. */
export interface GraphClient {
  get(path: string, query?: Query): Promise<Raw>;
  /** JSON, or a form with a file. Held back while Meta's own usage headers say that the budget is nearly used. */
  post(path: string, body: Raw | Form, query?: Query): Promise<Raw>;
  delete(path: string, query?: Query, body?: Raw): Promise<Raw>;
  /** The bytes behind an address that the Graph API gave, with the token. A refusal has the HTTP status as its code. */
  download(url: string): Promise<{ stream: Readable; mime: string | undefined; bytes: number | undefined }>;
  /** True for addresses of the API itself: a stand-in gives files there too. */
  owns(url: string): boolean;
}

const callTimeoutMs = 30_000;
const uploadTimeoutMs = 10 * 60_000;

// Idle connections are closed by us before Meta does it: a request written into a closing one would be "unknown".
const agent = new Agent({ keepAliveTimeout: 20_000, keepAliveMaxTimeout: 20_000, connect: { timeout: 10_000 } });

export function createGraphClient({ token, appSecret, apiRoot, codes, now }: GraphOptions): GraphClient {
  const root = (apiRoot ?? publicGraphRoot).replace(/\/$/, "");
  const proof = appSecret === undefined ? undefined : createHmac("sha256", appSecret).update(token).digest("hex");
  const usage = createUsage();
  const secrets = [token, appSecret, proof].filter((one) => one !== undefined);
  const scrub = (said: string) => secrets.reduce((rest, secret) => rest.replaceAll(secret, "[secret]"), said);

  function urlOf(path: string, query: Query = {}): URL {
    const url = new URL(`${root}/${path.split("/").map(encodeURIComponent).join("/")}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    if (proof !== undefined) url.searchParams.set("appsecret_proof", proof);
    return url;
  }

  async function call(method: "GET" | "POST" | "DELETE", url: URL, body?: Raw | Form): Promise<Raw> {
    const form = body !== undefined && isForm(body) ? formOf(body) : undefined;
    const json = body !== undefined && !form ? JSON.stringify(body) : undefined;
    const timeout = AbortSignal.timeout(form ? uploadTimeoutMs : callTimeoutMs);
    let status: number;
    let answer: string;
    try {
      const response = await request(url, {
        method,
        dispatcher: agent,
        signal: timeout,
        headersTimeout: 0,
        headers: {
          authorization: `Bearer ${token}`,
          accept: "application/json",
          ...(json === undefined ? {} : { "content-type": "application/json" }),
          ...form?.headers,
        },
        body: form?.stream ?? json ?? null,
      });
      usage.observe(response.headers, now().getTime());
      status = response.statusCode;
      answer = await response.body.text();
    } catch (error) {
      if (form?.broken()) {
        // A form without its end is no request.
        throw new ProviderError({ kind: "unreachable", mayHaveBeenSent: false }, "The file to send could not be read.");
      }
      const why = timeout.aborted ? "no answer in time" : (networkCode(error) ?? "no readable answer");
      throw new ProviderError(networkFailure(error), `Meta could not be reached: ${why}`, networkCode(error));
    } finally {
      form?.stream.destroy();
    }
    const parsed = parse(answer);
    // Some errors come with 200.
    if (status >= 300 || record(parsed?.error)) {
      const error = graphErrorOf(status, parsed);
      throw graphProviderError({ ...error, message: scrub(error.message) }, codes);
    }
    if (!parsed) {
      throw new ProviderError({ kind: "unreachable", mayHaveBeenSent: true }, "Meta's answer could not be read.");
    }
    return parsed;
  }

  return {
    get: (path, query) => call("GET", urlOf(path, query)),
    post(path, body, query) {
      const waitMs = usage.waitMs(now().getTime());
      if (waitMs === 0) return call("POST", urlOf(path, query), body);
      const wait = `Nearly all of what Meta allows is used; waiting ${Math.ceil(waitMs / 1000)} s.`;
      return Promise.reject(new ProviderError({ kind: "rate_limited", retryAfterMs: waitMs }, wait));
    },
    delete: (path, query, body) => call("DELETE", urlOf(path, query), body),

    async download(url) {
      try {
        const response = await request(url, {
          dispatcher: agent,
          headersTimeout: callTimeoutMs,
          bodyTimeout: callTimeoutMs,
          headers: { authorization: `Bearer ${token}` },
        });
        if (response.statusCode >= 300) {
          await response.body.dump();
          const { statusCode } = response;
          const failure: Failure =
            statusCode === 401 ? { kind: "auth_expired" } : { kind: "unreachable", mayHaveBeenSent: false };
          throw new ProviderError(failure, `The file could not be fetched: HTTP ${statusCode}`, String(statusCode));
        }
        const { "content-type": mime, "content-length": length } = response.headers;
        return {
          stream: response.body,
          mime: typeof mime === "string" ? mime : undefined,
          bytes: typeof length === "string" ? Number(length) : undefined,
        };
      } catch (error) {
        if (error instanceof ProviderError) throw error;
        const why = networkCode(error) ?? "no readable answer";
        throw new ProviderError(
          { kind: "unreachable", mayHaveBeenSent: false },
          `The file could not be fetched: ${why}`,
        );
      }
    },
    owns: (url) => URL.canParse(url) && apiRoot !== undefined && new URL(url).origin === new URL(root).origin,
  };
}

function isForm(body: Raw | Form): body is Form {
  return "file" in body && "fields" in body;
}

function parse(answer: string): Raw | undefined {
  try {
    return record(JSON.parse(answer));
  } catch {
    return undefined;
  }
}
