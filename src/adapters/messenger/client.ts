import { createRequire } from "node:module";
import { recipientOf } from "./guest.js";

/** The parts of messenger-node that build requests; its transport is not used. It has no types. */
interface Builders {
  RequestPayload: new (
    recipient: { id: string } | { user_ref: string },
    payload: Record<string, unknown>,
  ) => { message?: Record<string, unknown>; sender_action?: string; recipient: object };
}

const { RequestPayload } = createRequire(import.meta.url)(
  "messenger-node/lib/client/messages/send-api/util.js",
) as Builders;

/** A body of the Send API. */
export type SendBody = Record<string, unknown> & { message?: Record<string, unknown> };

/** The body for a message: `text`, `attachment`, `quick_replies`, or a template by `template_type`. */
export function messageBody(chat: string, message: Record<string, unknown>): SendBody {
  return { ...new RequestPayload(recipientOf(chat), message) };
}

/** The body for "typing", "seen" and the like. */
export function actionBody(chat: string, action: "typing_on" | "typing_off" | "mark_seen"): SendBody {
  return { ...new RequestPayload(recipientOf(chat), { sender_action: action }) };
}
