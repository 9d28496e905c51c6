import type { Content } from "../../core/message.js";
import { id, number, record, text, type Raw } from "../shared/read.js";
import { referralOf } from "./normalizeContent.js";

/** What stands in the thread, and what brought the person here. */
export interface Happening {
  content: Content;
  referral?: { parameter: string } | undefined;
}

/** A button that was pressed. Its payload is ours to choose: some applications choose an object. */
export function choiceOf(postback: Raw): Content {
  const payload = text(postback.payload) ?? (postback.payload == null ? undefined : JSON.stringify(postback.payload));
  const label = text(postback.title) ?? payload ?? "";
  return { kind: "choice_made", optionId: payload ?? label, label };
}

type Reader = (value: unknown, whole: Raw) => Happening;
const system = (summary: string): Happening => ({ content: { kind: "system", summary } });
const order = (summary: string): Happening => ({ content: { kind: "order", summary } });

/** Field of an event that is no message → what it says. */
const readers: Readonly<Record<string, Reader>> = {
  referral(value) {
    const referral = record(value) ?? {};
    const from = [text(referral.source), text(referral.type)].filter(Boolean).join(", ");
    const summary = `Came through a link or an advertisement${from ? ` (${from})` : ""}.`;
    return { content: { kind: "referral", summary }, referral: referralOf(referral) };
  },
  optin(value) {
    const optin = record(value) ?? {};
    const title = text(optin.title) ?? text(optin.type) ?? "messages";
    const status = text(optin.notification_messages_status);
    const parameter = text(optin.ref) ?? text(optin.payload);
    const content: Content = { kind: "system", summary: `Opted in: ${title}${status ? ` (${status})` : ""}.` };
    return { content, ...(parameter === undefined ? {} : { referral: { parameter } }) };
  },
  pass_thread_control: (value) => system(`The conversation was passed to ${app(value, "new_owner_app_id")}.`),
  take_thread_control: (value) => system(`The conversation was taken from ${app(value, "previous_owner_app_id")}.`),
  request_thread_control: (value) => system(`${app(value, "requested_owner_app_id")} asks for the conversation.`),
  app_roles: () => system("The roles of the page's applications changed."),
  account_linking: (value) =>
    system(record(value)?.status === "unlinked" ? "Unlinked the account." : "Linked the account."),
  message_request: (value) => system(`The request to write was answered: ${text(value) ?? "accept"}.`),
  game_play(value) {
    const play = record(value) ?? {};
    const score = number(play.score);
    return system(`Played the game ${id(play.game_id) ?? ""}${score === undefined ? "" : `, score ${score}`}.`);
  },
  payment(value) {
    const payment = record(value) ?? {};
    return order(`Paid ${amountOf(record(payment.amount))}.`);
  },
  pre_checkout: (value) => order(`Is about to pay ${amountOf(record(record(value)?.amount))}.`),
  checkout_update: () => order("Gave an address for an order."),
  messaging_feedback: () => system("Answered a customer feedback form."),
  response_feedback: (value) => system(`Rated an answer: ${text(record(value)?.feedback) ?? "without a word"}.`),
};

/** What an event says that is neither a message nor a button; a kind nobody knows is `unsupported`, with its name. */
export function happeningOf(event: Raw): Happening {
  const envelope = ["sender", "recipient", "timestamp"];
  const names = Object.keys(event).filter((name) => !envelope.includes(name) && event[name] != null);
  const known = names.find((name) => Object.hasOwn(readers, name));
  if (known !== undefined) return readers[known]!(event[known], event);
  return { content: { kind: "unsupported", hint: names[0] ?? "event" } };
}

const app = (value: unknown, name: string) => id(record(value)?.[name]) ?? "another application";

function amountOf(amount: Raw | undefined): string {
  const given = amount?.amount;
  const much = number(given) ?? text(given);
  return much === undefined ? "an amount" : `${much} ${text(amount?.currency) ?? ""}`.trimEnd();
}
