import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Readable } from "node:stream";
import { Telegram, TelegramError } from "telegraf";
import { ProviderError, type Failure } from "../../core/errors.js";
import { networkCode, networkFailure } from "../shared/network.js";
import { providerError } from "./failures.js";
import type { ApiError } from "./types.js";

export const publicApiRoot = "https://api.telegram.org";

const neverSent: Failure = { kind: "unreachable", mayHaveBeenSent: false };

/** How long one call may take. Uploads take long; long polling sets its own. */
const callTimeoutMs = 60_000;

// Idle connections are closed by us before Telegram does it: a request written into a closing one would be "unknown".
const agents = {
  "http:": new HttpAgent({ keepAlive: true, timeout: 20_000 }),
  "https:": new HttpsAgent({ keepAlive: true, timeout: 20_000 }),
};

/** A file to upload, anywhere in the parameters of a call where Telegram takes one. */
export interface Upload {
  source: Readable;
  filename: string;
}

export interface CallOptions {
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** The Bot API for one token. Its errors are ProviderErrors whose texts never hold the token. */
export interface Client {
  /** Calls a method by name. Rejects with ProviderError, also on a time-out and on `signal`. Ends uploads in any case. */
  call<T>(method: string, parameters?: Record<string, unknown>, options?: CallOptions): Promise<T>;
  /** The address of a file of `getFile`. Holds the token: never to be logged or shown. */
  fileUrl(path: string): URL;
  /** The text without the token. */
  scrub(text: string): string;
}

/** A client for one bot. `apiRoot` may point to a local Bot API server or a stand-in. */
export function createClient(token: string, apiRoot: string = publicApiRoot): Client {
  const root = new URL(apiRoot.endsWith("/") ? apiRoot : `${apiRoot}/`);
  const agent = agents[root.protocol === "http:" ? "http:" : "https:"];
  const telegram = new Telegram(token, { apiRoot: root.href, agent, webhookReply: false });
  // telegraf drops the agent for http.
  telegram.options.agent = agent;
  // Our methods and fields are newer than telegraf's types.
  const callApi = telegram.callApi.bind(telegram) as unknown as (
    method: string,
    parameters: Record<string, unknown>,
    options: { signal: AbortSignal },
  ) => Promise<unknown>;
  const scrub = (text: string) => text.replaceAll(token, "[token]").replaceAll(encodeURIComponent(token), "[token]");

  return {
    async call<T>(method: string, parameters: Record<string, unknown> = {}, options: CallOptions = {}): Promise<T> {
      const timeout = AbortSignal.timeout(options.timeoutMs ?? callTimeoutMs);
      const uploads = uploadsOf(Object.values(parameters));
      const unreadable = abortOnError(uploads);
      const signal = AbortSignal.any([timeout, unreadable, ...(options.signal ? [options.signal] : [])]);
      try {
        return (await callApi(method, wireForm(parameters), { signal })) as T;
      } catch (error) {
        // A form without its end is no request: nothing was sent.
        if (unreadable.aborted) throw new ProviderError(neverSent, "The file to send could not be read.");
        if (error instanceof TelegramError) throw providerError(scrubbed(error.response, scrub));
        const why = timeout.aborted ? "no answer in time" : (networkCode(error) ?? "no readable answer");
        throw new ProviderError(
          networkFailure(error),
          `Telegram could not be reached: ${scrub(why)}`,
          networkCode(error),
        );
      } finally {
        for (const { source } of uploads) source.destroy();
      }
    },
    fileUrl(path) {
      const safe = path.split("/").map(encodeURIComponent).join("/");
      return new URL(`file/bot${token}/${safe}`, root);
    },
    scrub,
  };
}

function scrubbed(error: ApiError, scrub: (text: string) => string): ApiError {
  const description = typeof error.description === "string" ? scrub(error.description) : "no reason given";
  return { error_code: error.error_code, description, parameters: error.parameters };
}

/**
 * With an upload the call is a form, and telegraf takes every object in it for a file: other objects go as JSON text,
 * which Telegram reads the same way. Without one the parameters are plain JSON.
 */
function wireForm(parameters: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(parameters).filter(([, value]) => value !== undefined);
  if (!entries.some(([, value]) => holdsUpload(value))) return Object.fromEntries(entries);
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      typeof value === "object" && value !== null && !holdsUpload(value) ? JSON.stringify(value) : value,
    ]),
  );
}

function holdsUpload(value: unknown): boolean {
  return uploadsOf([value]).length > 0;
}

/** The uploads among parameters: as a value itself, or as the file of an album's item. */
function uploadsOf(values: readonly unknown[]): Upload[] {
  return values.flatMap((value) => {
    if (Array.isArray(value)) return uploadsOf(value.map((item: { media?: unknown } | null) => item?.media));
    return isUpload(value) ? [value] : [];
  });
}

function isUpload(value: unknown): value is Upload {
  return typeof value === "object" && value !== null && "source" in value && "filename" in value;
}

/** Aborted when one of the streams breaks: the form would otherwise wait for its end forever. */
function abortOnError(uploads: readonly Upload[]): AbortSignal {
  const broken = new AbortController();
  for (const { source } of uploads) source.on("error", () => broken.abort());
  return broken.signal;
}
