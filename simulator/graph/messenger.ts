import { randomBytes } from "node:crypto";
import { Refusal, textOf, type Account, type Json } from "./wire.js";

const dayMs = 24 * 3_600_000;

export const newMid = () => `m_${randomBytes(30).toString("base64url")}`;

/** Checks a message as the Send API does; returns to whom it goes. */
export function checkedSend(account: Account, body: Json, now: number): string {
  const recipient = body.recipient as { id?: string; user_ref?: string } | undefined;
  const to = recipient?.id ?? recipient?.user_ref;
  if (!to) throw new Refusal(400, 100, "(#100) The parameter recipient is required");
  const last = account.lastInbound.get(to);
  if (last === undefined) {
    throw new Refusal(400, 100, "(#100) No matching user found", { subcode: 2018001 });
  }
  if (body.sender_action !== undefined) return to;
  const message = (body.message ?? {}) as Json;
  if (Array.from(textOf(message.text)).length > 2000) {
    throw new Refusal(400, 100, "(#100) Length of param message[text] must be less than or equal to 2000", {
      subcode: 2018034,
    });
  }
  if (message.text === undefined && message.attachment === undefined) {
    throw new Refusal(400, 100, "(#100) The message needs text or an attachment", { subcode: 2018008 });
  }
  const age = now - last;
  const tag = body.messaging_type === "MESSAGE_TAG" ? body.tag : undefined;
  if (tag !== undefined && tag !== "HUMAN_AGENT") throw new Refusal(400, 100, "(#100) Invalid parameter");
  if (age > (tag === "HUMAN_AGENT" ? 7 * dayMs : dayMs)) {
    throw new Refusal(403, 10, "(#10) This message is sent outside of allowed window.", { subcode: 2018278 });
  }
  return to;
}

/** The envelope around what happens on a page. */
export function entryOf(account: Account, events: readonly Json[], now: number, list = "messaging"): Json {
  return { object: "page", entry: [{ id: account.id, time: now, [list]: events }] };
}

/** What the page itself said, as it comes back. `appId`: of the application that said it; none for the page's own inbox. */
export function echoOf(account: Account, to: string, message: Json, now: number, appId?: number): Json {
  return {
    sender: { id: account.id },
    recipient: { id: to },
    timestamp: now,
    message: { is_echo: true, ...(appId === undefined ? {} : { app_id: appId }), ...message },
  };
}
