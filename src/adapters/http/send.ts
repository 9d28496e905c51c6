import { Webhook } from "standardwebhooks";
import { ProviderError, type Failure } from "../../core/errors.js";
import { textOf, type Content, type MediaRef, type OutboundMessage } from "../../core/message.js";
import type { AdapterTools, SendOutcome } from "../contract.js";
import { id as idOf, record } from "../shared/read.js";
import { sendInParts } from "../shared/sendInParts.js";
import { splitText } from "../shared/splitText.js";
import { can, type HttpSettings } from "./manifest.js";

/** Posts one signed delivery; gives back what the other side calls it. */
export type Deliver = (id: string, body: Record<string, unknown>) => Promise<string | undefined>;

/** Every delivery has an id of its own that stays: whoever took it already can say so, and a retry does no harm. */
export function delivering({ accountId, deliveryUrl, signingSecret }: HttpSettings, tools: AdapterTools): Deliver {
  return async (id, given) => {
    if (!tools.postPublic) {
      throw new ProviderError({ kind: "unsupported", feature: "sending" }, "Nothing can be delivered from here.");
    }
    const body = JSON.stringify({ ...given, id, account: accountId });
    const now = tools.now?.() ?? new Date();
    const headers = {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
      "webhook-signature": new Webhook(signingSecret).sign(id, now, body),
    };
    const answer = await tools.postPublic(deliveryUrl, headers, body);
    if (answer.status >= 200 && answer.status < 300) return idOf(record(parsed(answer.body))?.id);
    const said = `The system answered ${answer.status}.`;
    throw new ProviderError(failureOf(answer.status, answer.headers["retry-after"]), said, String(answer.status));
  };
}

/** What an answer means. The id makes a retry safe, so nothing is unknown here. */
export function failureOf(status: number, retryAfter: string | undefined): Failure {
  if (status === 429) {
    const seconds = Number(retryAfter);
    return { kind: "rate_limited", retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 30_000 };
  }
  if (status === 401 || status === 403) return { kind: "auth_expired" };
  if (status === 404) return { kind: "refused", why: "recipient" };
  if (status === 410) return { kind: "suspended" };
  if (status === 400 || status === 413 || status === 422) return { kind: "refused", why: "content" };
  if (status >= 500 || status === 408) return { kind: "unreachable", mayHaveBeenSent: false };
  return { kind: "unexpected" };
}

/** Sends one message, a long one in parts. */
export async function send(deliver: Deliver, tools: AdapterTools, message: OutboundMessage): Promise<SendOutcome> {
  const { id, chat, replyTo, byHuman } = message;
  const parts = await partsOf(message.content, tools);
  const externalIds = await sendInParts(message, parts, async (content, index) => {
    const own = index === 0 ? id : `${id}.${index}`;
    const answer = index === 0 && replyTo ? { reply_to: replyTo.externalId } : {};
    const theirs = await deliver(own, { type: "message", chat, content, by_human: byHuman, ...answer });
    return [theirs ?? own];
  });
  return { externalIds, at: tools.now?.() ?? new Date() };
}

/** The content in the words of the schema; a file as an address under which it can be fetched for some minutes. */
export async function partsOf(content: Content, tools: AdapterTools): Promise<Record<string, unknown>[]> {
  switch (content.kind) {
    case "text":
      return splitText(content.text, can.text).map(({ text }) => ({ kind: "text", text }));
    case "media":
      return [await media(content.media, content.caption, tools)];
    case "album":
      return Promise.all(
        content.items.map((item, index) => media(item, index === 0 ? content.caption : undefined, tools)),
      );
    case "location":
    case "contacts":
    case "choices":
      return [{ ...content }];
    default: {
      const words = textOf(content);
      if (words === "") {
        const sentence = `This channel cannot send messages of kind "${content.kind}".`;
        throw new ProviderError({ kind: "unsupported", feature: content.kind }, sentence);
      }
      return [{ kind: "text", text: words }];
    }
  }
}

async function media({ role, source, mime, name }: MediaRef, caption: string | undefined, tools: AdapterTools) {
  const url = source.startsWith("upload:") ? await tools.linkUpload?.(source) : source;
  if (!url) throw new ProviderError({ kind: "refused", why: "content" }, "The file to send is not here any more.");
  return { kind: "media", role, url, mime, name, caption };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
