import type { Readable } from "node:stream";
import { request } from "undici";
import { ProviderError } from "../../core/errors.js";
import type { MediaRef } from "../../core/message.js";
import { networkCode, networkFailure } from "../shared/network.js";
import type { Client } from "./client.js";
import { providerError } from "./failures.js";
import type { FileInfo } from "./types.js";

/** Between two chunks, not for the whole file. */
const idleTimeoutMs = 30_000;

export interface OpenMedia {
  stream: Readable;
  mime?: string | undefined;
  bytes?: number | undefined;
}

/**
 * Opens a file of a customer's message. A path from `getFile` lives for an hour, so it is asked for each time. Rejects
 * with `refused content` for files the public server does not give away (over 20 MB).
 */
export async function openMedia(client: Client, ref: MediaRef): Promise<OpenMedia> {
  const file = await client.call<FileInfo>("getFile", { file_id: ref.source });
  if (file.file_path === undefined || /(^\/)|(^|\/)\.\.(\/|$)/.test(file.file_path)) {
    throw new ProviderError({ kind: "unsupported", feature: "file_path" }, "Telegram gave no path to download from.");
  }
  const url = client.fileUrl(file.file_path);
  let answer;
  try {
    answer = await request(url, { headersTimeout: idleTimeoutMs, bodyTimeout: idleTimeoutMs });
  } catch (error) {
    // The original error is dropped on purpose: it may name the address, which holds the token.
    const code = networkCode(error);
    throw new ProviderError(networkFailure(error), `The file could not be downloaded: ${code ?? "no answer"}`, code);
  }
  if (answer.statusCode !== 200) {
    await answer.body.dump();
    throw providerError({ error_code: answer.statusCode, description: `file download: HTTP ${answer.statusCode}` });
  }
  return { stream: answer.body, mime: ref.mime, bytes: lengthOf(answer.headers["content-length"]) ?? file.file_size };
}

function lengthOf(header: string | string[] | undefined): number | undefined {
  return typeof header === "string" && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}
