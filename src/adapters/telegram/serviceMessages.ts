import { count, isThere, record, records, text, type Raw } from "../shared/read.js";
import { nameOf } from "./normalizePeer.js";

type Sentence = string | ((value: Raw, message: Raw) => string);

/** Field of a service message → what happened, in one plain sentence. */
const sentences: Readonly<Record<string, Sentence>> = {
  new_chat_members: (_value, message) => `${names(message.new_chat_members)} joined the chat`,
  new_chat_member: (user) => `${nameOf(user) ?? "Somebody"} joined the chat`,
  new_chat_participant: (user) => `${nameOf(user) ?? "Somebody"} joined the chat`,
  left_chat_participant: (user) => `${nameOf(user) ?? "Somebody"} left the chat`,
  left_chat_member: (user) => `${nameOf(user) ?? "Somebody"} left the chat`,
  new_chat_title: (_value, message) => `The chat is now called "${text(message.new_chat_title) ?? ""}"`,
  new_chat_photo: "The photo of the chat was changed",
  delete_chat_photo: "The photo of the chat was removed",
  group_chat_created: "The group was created",
  supergroup_chat_created: "The group was created",
  channel_chat_created: "The channel was created",
  chat_owner_left: "The owner left the chat",
  chat_owner_changed: (value) => {
    const name = nameOf(record(value.new_owner));
    return name === undefined ? "The chat has a new owner" : `The chat belongs to ${name} now`;
  },
  message_auto_delete_timer_changed: (value) => {
    const seconds = count(value.message_auto_delete_time) ?? 0;
    return seconds === 0 ? "Messages are no longer deleted by themselves" : `Messages are deleted after ${seconds} s`;
  },
  pinned_message: "A message was pinned",
  connected_website: (_value, message) => `Logged in on ${text(message.connected_website) ?? "a website"}`,
  write_access_allowed: "The customer allowed the bot to write",
  chat_shared: (value) => `The chat "${text(value.title) ?? "without a title"}" was shared`,
  proximity_alert_triggered: (value) => {
    const [traveler, watcher] = [nameOf(record(value.traveler)), nameOf(record(value.watcher))];
    const distance = count(value.distance);
    const near = distance === undefined ? "" : ` (${distance} m)`;
    return traveler && watcher ? `${traveler} came near ${watcher}${near}` : "Two people came near each other";
  },
  boost_added: "The chat was boosted",
  chat_background_set: "The background of the chat was changed",
  checklist_tasks_done: (value) => {
    const tasks = records(record(record(value.checklist_message)?.checklist)?.tasks);
    const named = (ids: unknown) =>
      (Array.isArray(ids) ? ids : []).map(
        (task) => text(tasks.find((one) => one.id === task)?.text) ?? `${count(task) ?? "?"}`,
      );
    const [done, open] = [named(value.marked_as_done_task_ids), named(value.marked_as_not_done_task_ids)];
    const words = [done.length > 0 && `done ${done.join(", ")}`, open.length > 0 && `not done ${open.join(", ")}`];
    return withWords(
      "Tasks of a checklist were ticked",
      words.filter((one) => one !== false),
    );
  },
  checklist_tasks_added: (value) =>
    withWords(
      "Tasks were added to a checklist",
      records(value.tasks).map((task) => text(task.text)),
    ),
  direct_message_price_changed: "The price of direct messages was changed",
  paid_message_price_changed: "The price of messages was changed",
  forum_topic_created: (value) => `The topic "${text(value.name) ?? ""}" was created`,
  forum_topic_edited: "The topic was changed",
  forum_topic_closed: "The topic was closed",
  forum_topic_reopened: "The topic was opened again",
  general_forum_topic_hidden: "The general topic was hidden",
  general_forum_topic_unhidden: "The general topic is shown again",
  giveaway_created: "A giveaway was announced",
  giveaway_completed: "A giveaway ended",
  managed_bot_created: (value) =>
    withWords("A managed bot was created", [nameOf(record(value.bot_user) ?? record(value.bot))]),
  poll_option_added: "An answer was added to a poll",
  poll_option_deleted: "An answer was removed from a poll",
  suggested_post_approved: (value) => withWords("A suggested post was approved", [priceOf(value.price)]),
  suggested_post_approval_failed: (value) =>
    withWords("A suggested post could not be approved", [priceOf(value.price)]),
  suggested_post_declined: (value) => withWords("A suggested post was declined", [text(value.comment)]),
  suggested_post_paid: (value) => withWords("A suggested post was paid", [priceOf(value)]),
  suggested_post_refunded: (value) =>
    withWords("A suggested post was refunded", [text(value.reason)?.replaceAll("_", " ")]),
  gift: (value) => withWords("A gift was sent", [text(value.text)]),
  unique_gift: (value) => {
    const given = record(value.gift);
    const number = count(given?.number);
    const name = text(given?.base_name);
    return withWords("A unique gift was sent", [name && number !== undefined ? `${name} #${number}` : name]);
  },
  gift_upgrade_sent: (value) => withWords("The upgrade of a gift was sent", [text(value.text)]),
  giveaway: (value) => withWords("A giveaway was started", [text(value.prize_description)]),
  giveaway_winners: (value) =>
    withWords(
      "The winners of a giveaway were drawn",
      records(value.winners).map((user) => nameOf(user)),
    ),
  community_chat_added: (value) =>
    withWords("The chat was added to a community", [text(record(value.community)?.name)]),
  community_chat_removed: "The chat was removed from a community",
  passport_data: "Documents were shared with Telegram Passport",
  voice_chat_scheduled: "A video chat was scheduled",
  voice_chat_started: "A video chat started",
  voice_chat_ended: "A video chat ended",
  voice_chat_participants_invited: (value) => `${names(value.users)} was invited to a video chat`,
  video_chat_scheduled: "A video chat was scheduled",
  video_chat_started: "A video chat started",
  video_chat_ended: "A video chat ended",
  video_chat_participants_invited: (value) => `${names(value.users)} was invited to a video chat`,
};

/** What a service message tells; undefined when it is none that we know. */
export function serviceSummary(message: Raw): string | undefined {
  const field = Object.keys(message).find((key) => Object.hasOwn(sentences, key) && isThere(message[key]));
  const sentence = field === undefined ? undefined : sentences[field];
  if (field === undefined || sentence === undefined) return undefined;
  return typeof sentence === "string" ? sentence : sentence(record(message[field]) ?? {}, message);
}

function withWords(what: string, words: readonly (string | undefined)[]): string {
  const told = words.filter((one) => one !== undefined && one !== "");
  return told.length > 0 ? `${what}: ${told.join(", ")}` : what;
}

/** A price in stars, or in the smallest unit of toncoin. */
function priceOf(price: unknown): string | undefined {
  const { currency, amount, star_amount: stars } = record(price) ?? {};
  const units = count(amount) ?? count(record(stars)?.amount);
  if (units === undefined) return undefined;
  return currency === "TON" ? `${units / 1e9} TON` : `${units} ${text(currency) ?? ""}`.trim();
}

function names(users: unknown): string {
  const known = records(users).map((user) => nameOf(user) ?? "Somebody");
  return known.length > 0 ? known.join(", ") : "Somebody";
}
