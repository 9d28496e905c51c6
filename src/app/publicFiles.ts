import { Readable } from "node:stream";
import { ProviderError } from "../core/errors.js";
import { OutboundError, type Outbound } from "../platform/outbound/index.js";

/** Larger than any file a provider lets customers send over such addresses. */
const maxBytes = 64 * 1024 * 1024;
const redirectsMost = 3;
const timeoutMs = 120_000;
/** Of an answer to a delivery that is read at all. */
const answerMost = 16_384;

/** Opens files at public addresses that providers named. Every hop is checked like the first. */
export const openPublic =
  (outbound: Outbound) =>
  async (given: string): Promise<{ stream: Readable; mime?: string | undefined }> => {
    let url = given;
    for (let hop = 0; hop <= redirectsMost; hop += 1) {
      const { status, headers, body, truncated } = await asked(outbound, url);
      const next = headers.location;
      if (status >= 300 && status < 400 && next && URL.canParse(next, url)) {
        url = new URL(next, url).href;
        continue;
      }
      if (status === 403 || status === 404 || status === 410) {
        throw new ProviderError({ kind: "malformed", where: "media" }, "The address of the file has run out.");
      }
      if (status >= 300) throw away(`The file could not be fetched: HTTP ${status}.`);
      if (truncated) throw new ProviderError({ kind: "refused", why: "content" }, "The file is larger than 64 MB.");
      return { stream: Readable.from([body]), mime: headers["content-type"] };
    }
    throw away("The file could not be fetched: too many redirects.");
  };

async function asked(outbound: Outbound, url: string) {
  try {
    return await outbound.request(url, { maxBytes, timeoutMs });
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    if (error.kind === "refused_address" || error.kind === "invalid_url") {
      throw new ProviderError({ kind: "refused", why: "policy" }, "The address of the file may not be reached.");
    }
    throw away("The file could not be fetched.");
  }
}

/** Posts to addresses that users gave. What the other side did with it is unknown only to us: it knows the id. */
export const postPublic =
  (outbound: Outbound) => async (url: string, headers: Record<string, string>, body: string) => {
    try {
      const answer = await outbound.request(url, { method: "POST", headers, body, maxBytes: answerMost });
      return { status: answer.status, headers: answer.headers, body: answer.body.toString("utf8") };
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      if (error.kind === "refused_address" || error.kind === "invalid_url") {
        throw new ProviderError({ kind: "refused", why: "policy" }, "The address to deliver to may not be reached.");
      }
      throw away(`The address to deliver to did not answer: ${error.message}.`);
    }
  };

const away = (sentence: string) => new ProviderError({ kind: "unreachable", mayHaveBeenSent: false }, sentence);
