import type { DeliveryReceipt, InboundEvent } from "../../core/events.js";
import { graphFailure } from "../shared/graph/failures.js";
import { compact, number, record, records, text, type Raw } from "../shared/read.js";
import { codes } from "./failures.js";
import { baseOf, noticeOf, type Place } from "./normalizeMessage.js";
import { peerOf, recipientOf } from "./normalizePeer.js";

const ranks: Record<string, DeliveryReceipt["status"]> = {
  sent: "sent",
  delivered: "delivered",
  read: "read",
  played: "read",
  failed: "failed",
};

/** What became of a message of ours. */
export function statusEvent(given: Raw, place: Place): InboundEvent {
  const target = text(given.id);
  const word = text(given.status) ?? "";
  const base = baseOf(place, peerOf(place.value, recipientOf(given)), given.timestamp, given);
  if (target !== undefined && word === "deleted") {
    return { ...base, eventKey: `revoke:${target}`, type: "removal", target };
  }
  const status = ranks[word];
  if (target === undefined || status === undefined) {
    return noticeOf(place, given, `A status came that is not known: ${word || "none"}.`);
  }
  const error = records(given.errors)[0];
  const pricing = record(given.pricing);
  const receipt: DeliveryReceipt = compact({
    target: { id: target },
    status,
    ...(status === "failed" ? failureOf(error) : {}),
    pricing:
      pricing &&
      compact({
        billable: typeof pricing.billable === "boolean" ? pricing.billable : undefined,
        model: text(pricing.pricing_model),
        category: text(pricing.category),
      }),
    correlation: text(given.biz_opaque_callback_data),
  });
  return { ...base, eventKey: `status:${target}:${word}`, type: "receipt", receipt };
}

function failureOf(error: Raw | undefined): Pick<DeliveryReceipt, "failure" | "error"> {
  const code = number(error?.code);
  const detail = text(record(error?.error_data)?.details) ?? text(error?.message) ?? text(error?.title);
  const failure = graphFailure(
    { status: 400, code, subcode: undefined, message: "", transient: false, trace: undefined },
    codes,
  );
  return { failure, error: compact({ code: code === undefined ? undefined : String(code), detail }) };
}
