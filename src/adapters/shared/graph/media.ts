import type { Readable } from "node:stream";
import { ProviderError } from "../../../core/errors.js";
import type { AdapterTools } from "../../contract.js";
import type { GraphClient } from "./client.js";

/** An address that is refused has run out: it does not come back. */
function over(error: unknown): never {
  if (error instanceof ProviderError && /^4(03|04|10)$/.test(error.providerCode ?? "")) {
    throw new ProviderError({ kind: "malformed", where: "media" }, "The address of the file has run out.");
  }
  throw error;
}

/** Opens a file at an address that Meta named in a webhook: signed by itself, so the token stays here. */
export async function openAt(
  graph: GraphClient,
  tools: AdapterTools,
  url: string,
): Promise<{ stream: Readable; mime?: string | undefined; bytes?: number | undefined }> {
  if (!/^https?:\/\//i.test(url)) {
    throw new ProviderError({ kind: "malformed", where: "attachment" }, "The file has no address.");
  }
  if (graph.owns(url)) return graph.download(url).catch(over);
  if (!tools.openPublic) {
    throw new ProviderError({ kind: "unsupported", feature: "media" }, "Files cannot be fetched here.");
  }
  return tools.openPublic(url);
}
