import { ProviderError } from "../../core/errors.js";
import type { ExternalId } from "../../core/ids.js";
import type { MediaRef, OutboundMessage } from "../../core/message.js";
import type { AdapterTools, SendOutcome } from "../contract.js";
import { halfWay } from "../shared/sendInParts.js";
import { messageRef, parseChat, type ChatAddress } from "./chat.js";
import type { Client, Upload } from "./client.js";
import { rejected } from "./failures.js";
import { callsOf, type SendCall } from "./outgoing.js";
import type { SentMessage } from "./types.js";

/** Uploads may be 50 MB over a slow line. */
const uploadTimeoutMs = 10 * 60_000;

/**
 * Sends one message, which may take several calls. A failure half way tells the parts that went through; see
 * `OutboundMessage.sentParts` for going on.
 */
export async function send(client: Client, tools: AdapterTools, message: OutboundMessage): Promise<SendOutcome> {
  const address = parseChat(message.chat);
  const calls = callsOf(message);
  const externalIds: ExternalId[] = [...(message.sentParts ?? [])];
  let at: Date | undefined;
  let sequence: number | undefined;
  // An album is one call with many messages: what was sent is counted in messages.
  let passed = 0;
  for (const call of calls) {
    const already = passed;
    passed += messagesOf(call);
    if (already < (message.sentParts?.length ?? 0)) continue;
    try {
      const sent = await execute(client, tools, call);
      externalIds.push(...sent.map((one) => refOf(one, address)));
      sequence ??= sent[0]?.message_id;
      at ??= new Date((sent[0]?.date ?? Math.floor(Date.now() / 1000)) * 1000);
    } catch (error) {
      throw halfWay(error, externalIds, message.sentParts !== undefined);
    }
  }
  return { externalIds, at: at ?? new Date(), sequence };
}

function messagesOf(call: SendCall): number {
  return Array.isArray(call.parameters.media) ? call.parameters.media.length : 1;
}

function refOf(sent: SentMessage, address: ChatAddress): ExternalId {
  return messageRef({ ...address, chat: String(sent.chat.id) }, String(sent.message_id));
}

/** One call, and once more without what Telegram refused when the message is worth more than that. */
async function execute(client: Client, tools: AdapterTools, { method, parameters }: SendCall): Promise<SentMessage[]> {
  const attempt = async (withParameters: Record<string, unknown>): Promise<SentMessage[]> => {
    const { ready, uploads } = await openFiles(tools, withParameters);
    const options = uploads ? { timeoutMs: uploadTimeoutMs } : {};
    const result = await client.call<SentMessage | SentMessage[]>(method, ready, options);
    return Array.isArray(result) ? result : [result];
  };
  try {
    return await attempt(parameters);
  } catch (error) {
    // Both are answers of 400: nothing was sent.
    if (parameters.reply_parameters !== undefined && rejected(error, /repl(y|ied)\b|quote/i)) {
      return attempt({ ...parameters, reply_parameters: undefined });
    }
    if (formatted(parameters) && rejected(error, /can't parse|entit(y|ies)\b|ENTITY_/i)) {
      return attempt({ ...parameters, entities: undefined, caption_entities: undefined });
    }
    if (rejected(error, /file is temporarily unavailable/i)) return attempt(parameters);
    throw error;
  }
}

const formatted = ({ entities, caption_entities: ofCaption }: Record<string, unknown>) =>
  entities !== undefined || ofCaption !== undefined;

/** Replaces files of ours by streams. Opened only now: a stream can be sent once. */
async function openFiles(
  tools: AdapterTools,
  parameters: Record<string, unknown>,
): Promise<{ ready: Record<string, unknown>; uploads: boolean }> {
  let uploads = false;
  const open = async (value: unknown): Promise<unknown> => {
    if (!isOurFile(value)) return value;
    uploads = true;
    return upload(tools, value);
  };
  const ready: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(parameters)) {
    ready[name] =
      name === "media" && Array.isArray(value)
        ? await Promise.all(value.map(async (item: { media: unknown }) => ({ ...item, media: await open(item.media) })))
        : await open(value);
  }
  return { ready, uploads };
}

function isOurFile(value: unknown): value is MediaRef {
  return typeof value === "object" && value !== null && "role" in value && "source" in value;
}

async function upload(tools: AdapterTools, ref: MediaRef): Promise<Upload> {
  if (!tools.openUpload) {
    throw new ProviderError({ kind: "unsupported", feature: "upload" }, "Files of ours cannot be sent yet.");
  }
  const file = await tools.openUpload(ref.source);
  return { source: file.stream, filename: safeName(ref.name ?? file.name ?? ref.role) };
}

/** The name stands in a header of the form: no quotes, line ends or folders. */
function safeName(name: string): string {
  const safe = name.replace(/[\u0000-\u001f\u007f"\\/]+/g, "_").slice(-200);
  return safe === "" ? "file" : safe;
}
