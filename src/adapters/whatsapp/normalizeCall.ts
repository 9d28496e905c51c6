import type { InboundEvent } from "../../core/events.js";
import { id, number, text, type Raw } from "../shared/read.js";
import { stableId } from "../shared/stableId.js";
import { baseOf, noticeOf, type Place } from "./normalizeMessage.js";
import { peerOf, phoneOf, recipientOf, scopedIdOf } from "./normalizePeer.js";

/** A call, or how far one of ours has come: a line in the thread. Calls are not answered here. */
export function callEvent(call: Raw, place: Place): InboundEvent {
  const status = call.type === "call";
  const inbound = !status && text(call.direction) !== "BUSINESS_INITIATED";
  const writer = { phone: phoneOf(call.from), user: scopedIdOf(call.from_user_id), parent: undefined };
  const person = inbound ? writer : recipientOf({ ...call, recipient_id: call.recipient_id ?? call.to });
  const peer = peerOf(place.value, person);
  if (!peer) return noticeOf(place, call, "WhatsApp told of a call without saying whose.");
  const event = text(call.event) ?? text(call.status) ?? "call";
  const externalId = `call:${id(call.id) ?? stableId("call", call)}:${event}`;
  const what = inbound ? "The customer's call" : "A call to the customer";
  const outcome = text(call.event) === undefined ? undefined : text(call.status)?.toLowerCase();
  const seconds = number(call.duration);
  const more = [outcome, seconds === undefined ? undefined : `${seconds} s`].filter(Boolean).join(", ");
  return {
    ...baseOf(place, peer, call.timestamp, call),
    eventKey: `message:${externalId}`,
    type: "message",
    message: {
      externalId,
      direction: inbound ? "in" : "echo",
      content: { kind: "system", summary: `${what}: ${event.toLowerCase()}${more === "" ? "" : ` (${more})`}.` },
    },
  };
}
