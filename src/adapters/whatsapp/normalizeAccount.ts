import type { AccountNotice, InboundEvent } from "../../core/events.js";
import { compact, id, record, records, text, type Raw } from "../shared/read.js";
import { stableId } from "../shared/stableId.js";
import { baseOf, movedEvent, noticeOf, type Place } from "./normalizeMessage.js";
import { peerOf, phoneOf, scopedIdOf } from "./normalizePeer.js";

/** Changes of everything but messages: templates, the account's standing, ids of people, calls. */
export function accountEvents(field: string, place: Place, raw: Raw): InboundEvent[] {
  const { value } = place;
  const about = (notice: AccountNotice): InboundEvent[] => [
    {
      ...baseOf(place, undefined, value.timestamp, raw),
      eventKey: stableId(`account:${field}`, { raw, time: place.time }),
      type: "account",
      notice,
    },
  ];
  switch (field) {
    case "message_template_status_update":
    case "message_template_quality_update":
    case "message_template_components_update":
    case "template_category_update":
      return about(templateNotice(value));
    case "account_update":
    case "phone_number_quality_update":
    case "account_alerts":
      return about(healthNotice(field, value));
    case "user_id_update":
      return userIdMoves(place, raw);
    case "user_preferences":
      return preferences(place, raw);
    default:
      return about({ about: "other", summary: otherSummary(field, value) });
  }
}

/** Changes that nothing here depends on: their name, and what of them is a word. */
function otherSummary(field: string, value: Raw): string {
  const words = [value.event, value.decision, value.requested_verified_name, value.rejection_reason]
    .map(text)
    .filter((word) => word !== undefined && word !== "NONE");
  const more = words.length > 0 ? `: ${words.join(", ").slice(0, 200)}` : "";
  return `WhatsApp told of ${field || "a change"}${more}.`;
}

function templateNotice(value: Raw): AccountNotice {
  return compact({
    about: "template" as const,
    templateId: id(value.message_template_id),
    name: text(value.message_template_name) ?? "",
    language: text(value.message_template_language) ?? "",
    status: text(value.event)?.toLowerCase(),
    quality: text(value.new_quality_score)?.toLowerCase(),
    category: text(value.new_category)?.toLowerCase(),
    reason: text(value.reason) === "NONE" ? undefined : text(value.reason),
  });
}

const closed = /^(DISABLED_UPDATE|ACCOUNT_DELETED|PARTNER_REMOVED|ACCOUNT_OFFBOARDED)$/;
const warned = /^(ACCOUNT_VIOLATION|ACCOUNT_RESTRICTION|FLAGGED|DOWNGRADE|ONBOARDING_FAILED)$/;
const well = /^(UNFLAGGED|UPGRADE|ACCOUNT_REINSTATED|ACCOUNT_RECONNECTED)$/;

function healthNotice(field: string, value: Raw): AccountNotice {
  const alert = record(value.alert_info) ?? value;
  const event = text(value.event) ?? text(alert.alert_type) ?? field;
  const ban = record(value.ban_info);
  const state = text(ban?.waba_ban_state);
  const violation = text(record(value.violation_info)?.violation_type);
  const limit = text(value.current_limit) ?? text(value.max_daily_conversations_per_business);
  const more = [violation, state, limit && `limit ${limit}`, text(alert.alert_description)].filter(Boolean).join(", ");
  const cause = `WhatsApp says: ${event}${more ? ` (${more})` : ""}.`;
  if (state === "REINSTATE" || well.test(event)) return { about: "health", state: "ok", cause };
  if (closed.test(event) || state === "DISABLE") return { about: "health", state: "suspended", cause };
  if (warned.test(event) || state === "SCHEDULE_FOR_DISABLE") return { about: "health", state: "degraded", cause };
  return { about: "other", summary: cause };
}

/** The business-scoped id of a person was changed, usually because the phone was. */
function userIdMoves(place: Place, raw: Raw): InboundEvent[] {
  const { value } = place;
  const list = [value.user_id_update, value.user_id_updates].flatMap((one) => (record(one) ? [one] : records(one)));
  const updates = list.length > 0 ? (list as Raw[]) : [value];
  return updates.map((update) => {
    const ids = record(update.user_id) ?? {};
    const [previous, current] = [scopedIdOf(ids.previous), scopedIdOf(ids.current)];
    const phone = phoneOf(update.wa_id);
    if (previous === undefined || current === undefined) {
      return noticeOf(place, raw, "WhatsApp told of another id of somebody, without saying which.");
    }
    const peer = { chat: previous, user: previous };
    return movedEvent(place, peer, { phone, user: current }, current, { ...update, update: true });
  });
}

function preferences(place: Place, raw: Raw): InboundEvent[] {
  const list = records(place.value.user_preferences);
  if (list.length === 0) return [noticeOf(place, raw, "WhatsApp told of a preference without saying whose.")];
  return list.map((one) => {
    const person = { phone: phoneOf(one.wa_id), user: scopedIdOf(one.user_id), parent: undefined };
    const peer = peerOf(place.value, person);
    if (!peer) return noticeOf(place, one, "WhatsApp told of a preference without saying whose.");
    const externalId = stableId("preference", one);
    const summary = text(one.detail) ?? `${text(one.category) ?? "messages"}: ${text(one.value) ?? "changed"}`;
    return {
      ...baseOf(place, peer, one.timestamp, one),
      eventKey: `message:${externalId}`,
      type: "message",
      message: { externalId, direction: "in", content: { kind: "system", summary } },
    };
  });
}
