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
    case "smb_app_state_sync":
      return [...about({ about: "other", summary: otherSummary(field, value) }), ...addressBook(place)];
    case "user_preferences":
      return preferences(place, raw);
    default:
      return about({ about: "other", summary: otherSummary(field, value) });
  }
}

/** Changes that nothing here depends on: their name, and what of them is a word. */
function otherSummary(field: string, value: Raw): string {
  const told = [
    ...[value.event, value.decision, value.requested_verified_name, value.rejection_reason],
    ...[value.status, value.solution_status, value.configuration_name, value.message, value.warning],
    ...records(value.automatic_events).map((one) => one.event_name),
  ];
  const limits = Object.entries(value)
    .filter(([name, limit]) => name.startsWith("max_") && id(limit) !== undefined)
    .map(([name, limit]) => `${name.replaceAll("_", " ")} ${id(limit)!}`);
  const words = [...told.map(text), ...contactWords(value), ...limits].filter((word) => word && word !== "NONE");
  const more = words.length > 0 ? `: ${words.join(", ").slice(0, 300)}` : "";
  return `WhatsApp told of ${field || "a change"}${more}`.replace(/\.?$/, ".");
}

/** Whom the phone's address book calls what, one event each; what cannot be read of it is counted in the summary only. */
function addressBook(place: Place): InboundEvent[] {
  return records(place.value.state_sync).flatMap((entry): InboundEvent[] => {
    const contact = record(entry.contact) ?? {};
    const [phone, user] = [phoneOf(contact.phone_number), scopedIdOf(contact.user_id)];
    const peer = phone === undefined && user === undefined ? undefined : peerOf({}, { phone, user, parent: undefined });
    const name = entry.action === "remove" ? null : (text(contact.full_name) ?? text(contact.first_name));
    if (entry.type !== "contact" || !peer || name === undefined) return [];
    const base = baseOf(place, peer, record(entry.metadata)?.timestamp, entry);
    return [{ ...base, eventKey: stableId("named", entry), type: "named", name, by: "address_book" }];
  });
}

/** How many contacts of the phone's address book were added, changed or removed; not who they are. */
function contactWords(value: Raw): string[] {
  const actions = records(value.state_sync).map((one) => text(one.action) ?? "changed");
  return [...new Set(actions)].map((action) => `${action} ${actions.filter((one) => one === action).length}`);
}

function templateNotice(value: Raw): AccountNotice {
  const approved = value.event === undefined ? undefined : text(value.message_template_category);
  return compact({
    about: "template" as const,
    templateId: id(value.message_template_id),
    name: text(value.message_template_name) ?? "",
    language: text(value.message_template_language) ?? "",
    status: text(value.event)?.toLowerCase(),
    quality: text(value.new_quality_score)?.toLowerCase(),
    category: (text(value.new_category) ?? approved)?.toLowerCase(),
    reason: rejection(value),
  });
}

/** Why a template was not approved, or what it is about to become, with Meta's advice where there is one. */
function rejection(value: Raw): string | undefined {
  const info = record(value.rejection_info);
  const soon = value.new_category === undefined ? text(value.correct_category) : undefined;
  const reason = text(value.reason) === "NONE" ? undefined : text(value.reason);
  const words = [reason, text(info?.reason), text(info?.recommendation), soon && `becomes ${soon.toLowerCase()}`];
  return text(words.filter(Boolean).join(". "));
}

const closed = /^(DISABLED_UPDATE|ACCOUNT_DELETED|PARTNER_REMOVED|ACCOUNT_OFFBOARDED)$/i;
const warned = /^(ACCOUNT_VIOLATION|ACCOUNT_RESTRICTION|FLAGGED|DOWNGRADE|ONBOARDING_FAILED)$/i;
const well = /^(UNFLAGGED|UPGRADE|ACCOUNT_REINSTATED|ACCOUNT_RECONNECTED)$/i;

function healthNotice(field: string, value: Raw): AccountNotice {
  const alert = record(value.alert_info) ?? value;
  const event = text(value.event) ?? text(alert.alert_type) ?? field;
  const ban = record(value.ban_info);
  const state = text(ban?.waba_ban_state);
  const violation = text(record(value.violation_info)?.violation_type);
  const limit = text(value.current_limit) ?? text(value.max_daily_conversations_per_business);
  const restrictions = records(value.restriction_info).map((one) => text(one.restriction_type));
  const since = text(ban?.waba_ban_date) ?? text(record(value.disable_info)?.disable_date);
  const tier = record(value.volume_tier_info);
  const certification = text(record(value.partner_client_certification_info)?.status);
  const told = [
    violation,
    state,
    since,
    ...restrictions,
    certification,
    text(tier?.pricing_category),
    text(tier?.tier),
  ];
  const more = [...told, limit && `limit ${limit}`, text(alert.alert_description)].filter(Boolean).join(", ");
  const cause = `WhatsApp says: ${event}${more ? ` (${more})` : ""}.`;
  if (state === "REINSTATE" || well.test(event)) return { about: "health", state: "ok", cause };
  if (state === "SCHEDULE_FOR_DISABLE") return { about: "health", state: "degraded", cause };
  if (closed.test(event) || state === "DISABLE") return { about: "health", state: "suspended", cause };
  if (warned.test(event)) return { about: "health", state: "degraded", cause };
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
    const parent = scopedIdOf(record(update.parent_user_id)?.current);
    if (previous === undefined || current === undefined) {
      return noticeOf(place, raw, "WhatsApp told of another id of somebody, without saying which.");
    }
    const peer = { chat: previous, user: previous };
    return movedEvent(place, peer, { phone, user: current, parent }, current, { ...update, update: true });
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
