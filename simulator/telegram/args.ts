import type { IncomingMessage } from "node:http";
import { badRequest, Refusal, type Json } from "./wire.js";

/** A file of a form. */
export interface UploadedFile {
  bytes: Buffer;
  name: string;
  mime: string;
}

/** The largest upload of the public server. */
const maxUploadBytes = 50 * 1024 * 1024;

/** The arguments of one call. Telegram takes everything as text: JSON bodies, forms and query strings mean the same. */
export class Args {
  constructor(
    private readonly values: ReadonlyMap<string, string>,
    private readonly files: ReadonlyMap<string, UploadedFile> = new Map(),
  ) {}

  static fromJson(body: Json): Args {
    const entries = Object.entries(body).filter(([, value]) => value !== null && value !== undefined);
    return new Args(new Map(entries.map(([key, value]) => [key, asText(value)])));
  }

  has(name: string): boolean {
    return this.values.has(name) || this.files.has(name);
  }

  text(name: string): string {
    return this.values.get(name) ?? "";
  }

  /** As Telegram reads numbers: what is not one is the default, what is out of range is moved into it. */
  integer(name: string, byDefault: number, min = -(2 ** 31), max = 2 ** 31 - 1): number {
    const value = /^-?\d+$/.test(this.text(name)) ? Number(this.text(name)) : byDefault;
    return Math.min(Math.max(value, min), max);
  }

  number(name: string): number | undefined {
    const value = this.text(name);
    return value === "" || Number.isNaN(Number(value)) ? undefined : Number(value);
  }

  flag(name: string): boolean {
    return ["true", "yes", "1"].includes(this.text(name).toLowerCase());
  }

  /** undefined when missing. `what` names it in the error: "Can't parse <what> JSON object". */
  json(name: string, what = name): unknown {
    if (this.text(name) === "") return undefined;
    try {
      return JSON.parse(this.text(name)) as unknown;
    } catch {
      throw badRequest(`can't parse ${what} JSON object`);
    }
  }

  file(name: string): UploadedFile | undefined {
    return this.files.get(name);
  }

  /** Everything as it was given, for the record of what was sent. */
  all(): Json {
    return Object.fromEntries([...this.values].map(([key, value]) => [key, value]));
  }
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Reads the arguments of a request from its query and body. */
export async function readArgs(request: IncomingMessage, url: URL): Promise<Args> {
  const values = new Map(url.searchParams);
  const files = new Map<string, UploadedFile>();
  const body = await readBody(request);
  const type = request.headers["content-type"] ?? "";
  if (body.length > 0 && type.startsWith("application/json")) {
    for (const [key, value] of Object.entries(parseObject(body))) {
      if (value !== null) values.set(key, asText(value));
    }
  } else if (body.length > 0 && /^(multipart\/form-data|application\/x-www-form-urlencoded)/.test(type)) {
    for (const [key, value] of await formEntries(body, type)) {
      if (typeof value === "string") values.set(key, value);
      else files.set(key, await uploaded(value));
    }
  }
  for (const value of values.values()) {
    if (/\p{Surrogate}/u.test(value) || /\\u[dD][89a-fA-F]/.test(value)) checkUnicode(value);
  }
  return new Args(values, files);
}

/** The platform's own form parser. It holds everything in memory, which is fine for a simulator. */
async function formEntries(body: Buffer, type: string): Promise<Iterable<[string, string | File]>> {
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
  return form;
}

/** Telegram refuses text that is not valid Unicode, also where it is escaped inside of JSON. */
function checkUnicode(value: string): void {
  const decoded = value.replace(/\\u([0-9a-fA-F]{4})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  if (/\p{Surrogate}/u.test(decoded)) throw badRequest("strings must be encoded in UTF-8");
}

function parseObject(body: Buffer): Json {
  try {
    const parsed: unknown = JSON.parse(body.toString("utf8"));
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return parsed as Json;
  } catch {
    // Falls through to the one answer for everything that is not an object.
  }
  throw badRequest("can't parse JSON object");
}

async function uploaded(file: File): Promise<UploadedFile> {
  return { bytes: Buffer.from(await file.arrayBuffer()), name: file.name, mime: file.type };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxUploadBytes + 1024 * 1024) throw new Refusal(413, "Request Entity Too Large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
