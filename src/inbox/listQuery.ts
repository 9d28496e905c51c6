import { AppError } from "../core/errors.js";
import type { ContactFilters as ContactFiltersDto } from "../wire/contacts.js";
import type { ConversationFilters } from "../wire/inbox.js";
import type { ContactFilters } from "./repos/contactList.js";
import type { ConversationQuery } from "./repos/conversationViews.js";

/** The filters of the API as the inbox reads them. `me` needs a member: throws AppError `unprocessable` for a caller that is none. */
export function conversationQueryOf(
  filters: ConversationFilters & { unattended?: boolean | undefined },
  sort: ConversationQuery["sort"],
  memberId: string | null,
): Omit<ConversationQuery, "limit" | "cursor"> {
  const { assignee_id, team_id, label, channel, channel_account_id, contact_id, status, priority } = filters;
  const person = (given: string | undefined, pointer: string): string | undefined => {
    if (given !== "me") return given;
    if (memberId !== null) return memberId;
    const message = "`me` is for members; name the member.";
    throw new AppError("unprocessable", message, { errors: [{ pointer, message }] });
  };
  return {
    status,
    assigneeId: assignee_id === "none" ? null : person(assignee_id, "?assignee_id"),
    teamId: team_id,
    labelId: label,
    channel,
    accountId: channel_account_id,
    contactId: contact_id,
    mentioned: person(filters.mentioned, "?mentioned"),
    participating: person(filters.participating, "?participating"),
    priority,
    unattended: filters.unattended,
    // Who waits is wanted in the order of waiting, unless another one is asked for.
    sort: sort ?? (filters.unattended ? "waiting" : undefined),
  };
}

/** The filters of the API as the list of contacts reads them. Throws AppError `unprocessable` for a value of no attribute. */
export function contactFiltersOf(filters: ContactFiltersDto): ContactFilters {
  const { q, channel, language, blocked, attribute, attribute_value: value } = filters;
  if (value !== undefined && attribute === undefined) {
    const message = "`attribute_value` needs `attribute`.";
    throw new AppError("unprocessable", message, { errors: [{ pointer: "?attribute_value", message }] });
  }
  const date = (text: string | undefined) => (text === undefined ? undefined : new Date(text));
  return {
    q,
    channel,
    language,
    blocked,
    attribute: attribute === undefined ? undefined : { name: attribute, value },
    addedAfter: date(filters.added_after),
    addedBefore: date(filters.added_before),
    changedAfter: date(filters.changed_after),
    changedBefore: date(filters.changed_before),
  };
}
