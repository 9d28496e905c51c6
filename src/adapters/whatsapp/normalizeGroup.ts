import type { InboundEvent } from "../../core/events.js";
import { id, record, records, text, type Raw } from "../shared/read.js";
import { stableId } from "../shared/stableId.js";
import { baseOf, noticeOf, type Place } from "./normalizeMessage.js";

/** What Meta calls what happened in a group → a sentence, around whom it happened to. */
const sentences: Readonly<Record<string, (who: string, given: Raw) => string>> = {
  group_create: (_who, given) => `The group${quoted(given.subject)} was created`,
  group_delete: () => "The group was deleted",
  group_participants_add: (who) => `${who} joined the group`,
  group_add_participants: (who) => `${who} joined the group`,
  group_participants_remove: (who, given) =>
    given.initiated_by === "participant" ? `${who} left the group` : `${who} was removed from the group`,
  group_remove_participants: (who, given) =>
    given.initiated_by === "participant" ? `${who} left the group` : `${who} was removed from the group`,
  group_join_request_created: (who) => `${who} asks to join the group`,
  group_join_request_revoked: (who) => `${who} does not ask to join the group any more`,
  group_settings_update: (_who, given) => {
    const subject = text(record(given.group_subject)?.text) ?? text(given.subject);
    return subject === undefined ? "The group was changed" : `The group is now called${quoted(subject)}`;
  },
  group_suspend: () => "The group was suspended by WhatsApp",
  group_suspend_cleared: () => "The group is not suspended any more",
};

/** Something that happened in a group: a line in its thread, and its name. A group that never came to be has no thread. */
export function groupEvents(given: Raw, place: Place): InboundEvent[] {
  const group = id(given.group_id);
  const type = text(given.type) ?? "";
  const error = records(given.errors)[0];
  const what = Object.hasOwn(sentences, type)
    ? sentences[type]!(people(given), given)
    : `WhatsApp told of the group: ${type || "a change"}`;
  const why = text(error?.message) ?? text(error?.title);
  const summary = error ? `Not done: ${what}${why === undefined ? "" : ` (${why})`}.` : `${what}.`;
  if (group === undefined) return [noticeOf(place, given, summary)];
  const externalId = stableId("group", given);
  const title = error ? undefined : subjectOf(given);
  const base = baseOf(place, { chat: group, user: group, group: { title: title ?? group } }, given.timestamp, given);
  const said: InboundEvent = {
    ...base,
    eventKey: `message:${externalId}`,
    type: "message",
    message: { externalId, direction: "in", content: { kind: "system", summary } },
  };
  if (title === undefined) return [said];
  return [said, { ...base, eventKey: `named:${externalId}`, type: "named", name: title, by: "group" }];
}

/** What the group is called from now on; WhatsApp repeats also what it did not take. */
function subjectOf(given: Raw): string | undefined {
  const asked = record(given.group_subject);
  return text(given.subject) ?? (asked?.update_successful === false ? undefined : text(asked?.text));
}

const quoted = (subject: unknown) => (text(subject) === undefined ? "" : ` "${text(subject)!}"`);

/** Whom it happened to, by username or by the id that is known. */
function people(given: Raw): string {
  const listed = [...records(given.added_participants), ...records(given.removed_participants)];
  const named = (listed.length > 0 ? listed : [given])
    .map((one) => text(one.username) ?? id(one.wa_id) ?? text(one.user_id) ?? id(one.input))
    .filter((name) => name !== undefined);
  return named.length > 0 ? named.join(", ") : "Somebody";
}
