import { createHash } from "node:crypto";
import { Transform, type Readable } from "node:stream";
import { ProviderError } from "../../core/errors.js";
import type { MediaRef } from "../../core/message.js";
import type { AdapterTools } from "../contract.js";
import type { GraphClient } from "../shared/graph/client.js";
import { openAt } from "../shared/graph/media.js";
import { number, text } from "../shared/read.js";

/**
 * Opens a file of a customer. Its id is good for 7 days, the address that it leads to for 5 minutes: it is asked for anew
 * each time. The bytes must have the hash that the webhook named.
 */
export async function openMedia(
  graph: GraphClient,
  tools: AdapterTools,
  phone: string,
  ref: MediaRef,
): Promise<{ stream: Readable; mime?: string | undefined; bytes?: number | undefined }> {
  if (/^https?:/i.test(ref.source)) return openAt(graph, tools, ref.source);
  const about = await graph.get(ref.source, { phone_number_id: phone }).catch(gone);
  const url = text(about.url);
  if (url === undefined)
    throw new ProviderError({ kind: "unreachable", mayHaveBeenSent: false }, "There is no address yet.");
  const { stream } = await graph.download(url);
  const sha256 = ref.sha256 ?? text(about.sha256);
  return {
    stream: sha256 === undefined ? stream : checked(stream, sha256),
    mime: text(about.mime_type) ?? ref.mime,
    bytes: number(about.file_size),
  };
}

/** An id that Meta does not know any more is one that ran out. */
function gone(error: unknown): never {
  if (error instanceof ProviderError && (error.failure.kind === "malformed" || error.providerCode?.startsWith("100"))) {
    throw new ProviderError({ kind: "malformed", where: "media" }, "WhatsApp does not have the file any more.", "100");
  }
  throw error;
}

function checked(stream: Readable, sha256: string): Readable {
  const hash = createHash("sha256");
  const check = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      const digest = hash.digest();
      const same = sha256 === digest.toString("base64") || sha256.toLowerCase() === digest.toString("hex");
      const broken = { kind: "unreachable", mayHaveBeenSent: false } as const;
      done(same ? null : new ProviderError(broken, "The file did not arrive as WhatsApp has it."));
    },
  });
  stream.on("error", (error) => check.destroy(error));
  return stream.pipe(check);
}
