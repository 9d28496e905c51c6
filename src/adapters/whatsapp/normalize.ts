import type { InboundEvent } from "../../core/events.js";
import type { ExternalId } from "../../core/ids.js";
import { Malformed } from "../contract.js";
import { id, number, record, records, text, type Raw } from "../shared/read.js";
import { accountEvents } from "./normalizeAccount.js";
import { callEvent } from "./normalizeCall.js";
import { groupEvents } from "./normalizeGroup.js";
import { messageEvents, noticeOf, type Place, type Source } from "./normalizeMessage.js";
import { statusEvent } from "./normalizeStatus.js";

/** What a value holds; one of them alone is what some partners hand on. */
const lists = ["messages", "message_echoes", "statuses", "history", "calls", "groups"];

/**
 * Reads one webhook: every entry, every change, every message and status in it, also of several numbers. A change without
 * the entry around it (Meta's samples show it so) and a bare value (partners hand on just that) are read as well.
 */
export function normalize(payload: unknown, self: ExternalId): InboundEvent[] {
  const body = record(payload);
  if (!body) throw new Malformed("body");
  if (body.entry === undefined) {
    const place: Place = { self, value: {}, time: undefined };
    if (text(body.field) !== undefined && record(body.value)) return changeEvents(body, place);
    const bare = lists.some((name) => Array.isArray(body[name]));
    if (bare) return changeEvents({ field: "messages", value: body }, place);
  }
  if (!Array.isArray(body.entry) || body.entry.length === 0) throw new Malformed("entry");
  return body.entry.flatMap((given: unknown) => {
    const entry = record(given);
    const place: Place = { self, value: {}, time: entry?.time };
    const changes = items(entry?.changes);
    if (changes.length === 0) return [noticeOf(place, given, "WhatsApp told of something that cannot be read.")];
    return changes.flatMap((change) => changeEvents(change, place));
  });
}

const items = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function changeEvents(given: unknown, { self, time }: Place): InboundEvent[] {
  const change = record(given);
  const value = record(change?.value);
  if (!change || !value) return [noticeOf({ self, time, value: {} }, given, "A change came that cannot be read.")];
  const place: Place = { self: id(record(value.metadata)?.phone_number_id) ?? self, value, time };
  const field = text(change.field) ?? "";
  const events = [
    // Files of what was said before come by themselves, after the thread they stand in.
    ...all(value.messages, place, (one) => messageEvents(one, place, field === "history" ? "file" : "in")),
    ...all(value.message_echoes, place, (one) => messageEvents(one, place, "echo")),
    ...all(value.statuses, place, (one) => [one.type === "call" ? callEvent(one, place) : statusEvent(one, place)]),
    ...all(value.calls, place, (one) => [callEvent(one, place)]),
    ...all(value.groups, place, (one) => groupEvents(one, place)),
    ...all(value.history, place, (one) => history(one, place)),
    ...all(value.errors, place, (one) => [noticeOf(place, one, errorSummary(one))]),
  ];
  const known = field === "" || field === "messages" || field === "calls" || field === "history";
  return events.length > 0 && (known || spoke(value)) ? events : [...events, ...accountEvents(field, place, change)];
}

/** Whether it holds what its kind of change is about; errors come beside anything. */
const spoke = (value: Raw) => lists.some((name) => items(value[name]).length > 0);

/** Every item of a list; what is no object is told of as well. */
function all(list: unknown, place: Place, read: (one: Raw) => InboundEvent[]): InboundEvent[] {
  return items(list).flatMap((given) => {
    const one = record(given);
    return one ? read(one) : [noticeOf(place, given, "WhatsApp told of something that cannot be read.")];
  });
}

/** A part of what was said before the number was connected, thread by thread. */
function history(chunk: Raw, place: Place): InboundEvent[] {
  const source: Source = "history";
  const threads = items(chunk.threads).flatMap((given) => {
    const thread = record(given);
    return items(thread?.messages).flatMap((message) => {
      const one = record(message);
      // The other side is the thread's, also where a message of ours does not name it.
      return one ? messageEvents({ ...one, thread: { to: thread?.id } }, place, source) : [];
    });
  });
  if (threads.length > 0) return threads;
  const progress = number(record(chunk.metadata)?.progress);
  const error = records(chunk.errors)[0];
  const why = error && detailOf(error);
  const how = error
    ? `The history was not shared${why === undefined ? "" : `: ${why}`}`
    : `History is being brought over (${progress ?? 0} %)`;
  return [noticeOf(place, chunk, `${how}.`)];
}

const detailOf = (error: Raw) => text(record(error.error_data)?.details) ?? text(error.message) ?? text(error.title);
const errorSummary = (error: Raw) => `WhatsApp says: ${detailOf(error) ?? "an error"}.`;
