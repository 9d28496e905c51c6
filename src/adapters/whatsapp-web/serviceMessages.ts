import { text, type Raw } from "../shared/read.js";

/** What happened in a group, by the names the web client gives it. */
const news: Readonly<Record<string, string>> = {
  create: "The group was made",
  add: "Somebody was added to the group",
  invite: "Somebody joined the group by its link",
  linked_group_join: "Somebody joined the group by its community",
  remove: "Somebody was removed from the group",
  leave: "Somebody left the group",
  promote: "Somebody became an administrator of the group",
  demote: "Somebody is no administrator of the group any more",
  subject: "The group has another name",
  description: "The group has another description",
  picture: "The group has another picture",
  announce: "It was changed who may write in the group",
  restrict: "It was changed who may change the group",
  membership_approval_request: "Somebody asked to join the group",
  group_join: "Somebody joined the group",
  group_leave: "Somebody left the group",
  group_admin_changed: "The group's administrators changed",
};

/** One sentence about a change of a group; `detail` is its new name where it has one. */
export function groupNews(kind: string, detail: string | undefined): string {
  const sentence = (Object.hasOwn(news, kind) ? news[kind] : undefined) ?? "The group changed";
  return kind === "subject" && detail !== undefined ? `${sentence}: ${detail}` : sentence;
}

/** One sentence about a message nobody wrote; undefined for types that are no such message. */
export function serviceSummary(type: string, data: Raw): string | undefined {
  switch (type) {
    case "e2e_notification":
      return text(data.subtype) === "identity" ? "The contact's security code changed" : "Messages are encrypted";
    case "call_log":
      return callSummary(data);
    case "album":
      return "An album; its pictures follow";
    case "notification_template":
      return text(data.subtype) === "change_number" ? "The contact has another number" : "The chat changed";
    case "broadcast_notification":
    case "group_notification":
    case "notification":
      return "The chat changed";
    case "pinned_message":
      return "A message was pinned";
    case "ciphertext":
      return "This message is still waiting for its key; open it on the phone";
    default:
      return undefined;
  }
}

function callSummary(data: Raw): string {
  const kind = data.isVideoCall === true ? "video call" : "voice call";
  const outcome = text(data.callOutcome)?.toLowerCase();
  return outcome === "missed" || outcome === "rejected"
    ? `Missed ${kind}`
    : kind.replace(/^./, (first) => first.toUpperCase());
}
