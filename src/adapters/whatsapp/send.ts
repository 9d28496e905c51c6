import { ProviderError } from "../../core/errors.js";
import type { MediaRef, OutboundMessage } from "../../core/message.js";
import type { AdapterTools, SendOutcome } from "../contract.js";
import type { GraphClient } from "../shared/graph/client.js";
import { compact, records, text } from "../shared/read.js";
import { sendInParts } from "../shared/sendInParts.js";
import { partsOf, type Part } from "./outgoing.js";

/** Whom a message is for: a phone, a business-scoped id, or a group. */
export function addressOf(chat: string): Record<string, string> {
  if (/^\d{3,20}$/.test(chat)) return { recipient_type: "individual", to: chat };
  if (/^[A-Z]{2}\./.test(chat)) return { recipient_type: "individual", recipient: chat };
  return { recipient_type: "group", to: chat };
}

const fileTypes: Record<string, string> = { voice: "audio", video_note: "video", animation: "video" };

/**
 * Sends one message, which may take several calls. Our id goes along as `biz_opaque_callback_data` and comes back with
 * every status.
 */
export async function send(
  graph: GraphClient,
  tools: AdapterTools,
  phone: string,
  message: OutboundMessage,
): Promise<SendOutcome> {
  const at = tools.now?.() ?? new Date();
  const { id, chat, replyTo } = message;
  const externalIds = await sendInParts(message, partsOf(message), async (part, index) => {
    const answer = await graph.post(`${phone}/messages`, {
      messaging_product: "whatsapp",
      ...addressOf(chat),
      ...(await bodyOf(graph, tools, phone, part)),
      biz_opaque_callback_data: id,
      ...(replyTo && index === 0 ? { context: { message_id: replyTo.externalId } } : {}),
    });
    const wamid = text(records(answer.messages)[0]?.id);
    if (wamid !== undefined) return [wamid];
    throw new ProviderError({ kind: "unreachable", mayHaveBeenSent: true }, "WhatsApp took it without naming it.");
  });
  return { externalIds, at };
}

async function bodyOf(graph: GraphClient, tools: AdapterTools, phone: string, part: Part) {
  if ("body" in part) return part.body;
  const { file, caption } = part;
  const type = fileTypes[file.role] ?? file.role;
  const filename = type === "document" ? file.name : undefined;
  return { type, [type]: compact({ id: await uploaded(graph, tools, phone, file), caption, filename }) };
}

/** The file's id at WhatsApp, where it stays 30 days. */
async function uploaded(graph: GraphClient, tools: AdapterTools, phone: string, ref: MediaRef): Promise<string> {
  if (!tools.openUpload || !ref.source.startsWith("upload:")) {
    throw new ProviderError({ kind: "unsupported", feature: "upload" }, "Only uploaded files can be sent here.");
  }
  const file = await tools.openUpload(ref.source);
  const mime = ref.mime ?? "application/octet-stream";
  const answer = await graph.post(`${phone}/media`, {
    fields: { messaging_product: "whatsapp", type: mime },
    file: { field: "file", stream: file.stream, name: ref.name ?? file.name ?? ref.role, mime, bytes: ref.bytes },
  });
  const id = text(answer.id);
  if (id !== undefined) return id;
  // An upload alone shows the customer nothing: it may be tried again.
  throw new ProviderError({ kind: "unreachable", mayHaveBeenSent: false }, "WhatsApp took the file without naming it.");
}
