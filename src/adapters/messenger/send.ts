import { ProviderError } from "../../core/errors.js";
import type { OutboundMessage } from "../../core/message.js";
import type { AdapterTools, SendOutcome } from "../contract.js";
import { text } from "../shared/read.js";
import type { GraphClient } from "../shared/graph/client.js";
import { sendInParts } from "../shared/sendInParts.js";
import { messageBody, type SendBody } from "./client.js";
import { can } from "./manifest.js";
import { partsOf, type Part } from "./outgoing.js";
import { attachmentTypes, type Uploads } from "./uploads.js";

/** How we may write now: freely within a day, as a person within a week, not beyond. */
function messaging({ byHuman, customerWroteAt }: OutboundMessage, now: Date): Record<string, string> {
  const window = can.window!;
  // Without knowing when the customer wrote, Meta decides.
  const age = customerWroteAt === undefined ? 0 : now.getTime() - customerWroteAt.getTime();
  if (age <= window.ms) return { messaging_type: "RESPONSE" };
  if (byHuman && age <= window.humanMs!) return { messaging_type: "MESSAGE_TAG", tag: "HUMAN_AGENT" };
  const most = byHuman ? "7 days" : "24 hours";
  throw new ProviderError(
    { kind: "refused", why: "window_closed" },
    `Messenger lets us answer for ${most} after the customer wrote. Nothing was sent.`,
  );
}

/** Sends one message, which may take several calls. Our id goes along as metadata and comes back with the echo. */
export async function send(
  graph: GraphClient,
  tools: AdapterTools,
  uploads: Uploads,
  message: OutboundMessage,
): Promise<SendOutcome> {
  const now = tools.now?.() ?? new Date();
  const kind = messaging(message, now);
  const parts = partsOf(message);
  const { id, chat, replyTo } = message;
  const ids = await sendInParts(message, parts, async (part, index) => {
    const body = await bodyOf(uploads, chat, part);
    const full = {
      ...body,
      ...kind,
      message: { ...body.message, metadata: id },
      ...(replyTo && index === 0 ? { reply_to: { mid: replyTo.externalId } } : {}),
    };
    const answer = await graph.post("me/messages", full).catch((error: unknown) => {
      if ("file" in part) uploads.forget(part.file);
      throw error;
    });
    const mid = text(answer.message_id);
    if (mid !== undefined) return [mid];
    throw new ProviderError({ kind: "unreachable", mayHaveBeenSent: true }, "Meta took it without naming it.");
  });
  return { externalIds: ids, at: now };
}

async function bodyOf(uploads: Uploads, chat: string, part: Part): Promise<SendBody> {
  if ("message" in part) return messageBody(chat, part.message);
  const attachment = {
    type: attachmentTypes[part.file.role],
    payload: { attachment_id: await uploads.idOf(part.file) },
  };
  return messageBody(chat, { attachment });
}
