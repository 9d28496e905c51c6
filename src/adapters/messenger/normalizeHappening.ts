import type { Content, Referral } from "../../core/message.js";
import { orderSummary } from "../shared/order.js";
import { id, number, record, records, text, type Raw } from "../shared/read.js";
import { referralOf } from "./normalizeContent.js";

/** What stands in the thread, and what brought the person here. */
export interface Happening {
  content: Content;
  referral?: Referral | undefined;
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
    const title = text(record(referral.ads_context_data)?.ad_title);
    const summary = `Came through a link or an advertisement${from ? ` (${from})` : ""}${title ? `: ${title}` : ""}.`;
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
  pass_thread_control: (value) => handed(`The conversation was passed to ${app(value, "new_owner_app_id")}`, value),
  take_thread_control: (value) =>
    handed(`The conversation was taken from ${app(value, "previous_owner_app_id")}`, value),
  request_thread_control: (value) => handed(`${app(value, "requested_owner_app_id")} asks for the conversation`, value),
  app_roles: () => system("The roles of the page's applications changed."),
  account_linking: (value) =>
    system(record(value)?.status === "unlinked" ? "Unlinked the account." : "Linked the account."),
  message_request: (value) => system(`The request to write was answered: ${text(value) ?? "accept"}.`),
  game_play(value) {
    const play = record(value) ?? {};
    const score = number(play.score);
    return system(`Played the game ${id(play.game_id) ?? ""}${score === undefined ? "" : `, score ${score}`}.`);
  },
  /** The cart of the page's shop, sent to it. */
  order(value) {
    const sent = record(value) ?? {};
    const items = records(sent.products).map((one) => ({
      product: text(one.name) ?? id(one.retailer_id) ?? id(one.id),
      quantity: one.quantity,
      price: one.unit_price,
      currency: one.currency,
    }));
    return order(orderSummary(items, sent.note));
  },
  in_thread_lead_form_submit: leadForm,
  messaging_in_thread_lead_form_submit: leadForm,
  payment(value) {
    const payment = record(value) ?? {};
    return order(`Paid ${amountOf(record(payment.amount))}${buyer(payment.requested_user_info)}.`);
  },
  pre_checkout(value) {
    const checkout = record(value) ?? {};
    return order(`Is about to pay ${amountOf(record(checkout.amount))}${buyer(checkout.requested_user_info)}.`);
  },
  checkout_update: (value) => order(`Gave an address for an order${buyer(record(value)?.shipping_address)}.`),
  messaging_feedback(value) {
    const answers = records(record(value)?.feedback_screens).flatMap(({ questions }) =>
      Object.values(record(questions) ?? {}).flatMap(answersOf),
    );
    return system(`Answered a customer feedback form${answers.length > 0 ? `: ${answers.join(", ")}` : ""}.`);
  },
  messaging_customer_information(value) {
    const given = records(record(value)?.screens).flatMap((screen) => records(screen.responses));
    const lines = given.map((one) => `${text(one.key) ?? "answer"}: ${text(one.value) ?? ""}`);
    if (lines.length === 0) return system("Filled in a form.");
    return { content: { kind: "text", text: lines.join("\n") } };
  },
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

/** A form of an advertisement that was filled in within the thread: the answers, where they are told. */
function leadForm(value: unknown): Happening {
  const form = record(value) ?? {};
  const lines = records(form.field_data).map((one) => {
    const said = Array.isArray(one.values) ? one.values.map(id).filter(Boolean) : [];
    return `${text(one.name) ?? "answer"}: ${said.join(", ")}`;
  });
  return lines.length > 0 ? { content: { kind: "text", text: lines.join("\n") } } : system(leadSummary(form));
}

/** Which form it was, by the numbers Meta gives; the answers themselves have to be asked for. */
export function leadSummary(form: Raw): string {
  const numbers = [
    ["lead", id(form.leadgen_id) ?? id(form.lead_id)],
    ["form", id(form.form_id)],
    ["advertisement", id(form.ad_id)],
  ].flatMap(([name, number]) => (number === undefined || number === "0" ? [] : [`${name} ${number}`]));
  return `A lead form was filled in${numbers.length > 0 ? ` (${numbers.join(", ")})` : ""}.`;
}

/** With what the application that hands over has to say. */
function handed(what: string, value: unknown): Happening {
  const said = text(record(value)?.metadata);
  return system(`${what}${said === undefined ? "" : ` (${said.slice(0, 500)})`}.`);
}

/** The answer to a question of a form, and to the one that followed from it. */
function answersOf(question: unknown): string[] {
  const asked = record(question);
  const said = id(asked?.payload);
  const more = asked?.follow_up === undefined ? [] : answersOf(asked.follow_up);
  return said === undefined ? more : [said, ...more];
}

/** Name, address and whatever else is told of a buyer, as words. */
function buyer(info: unknown): string {
  const words = Object.values(record(info) ?? {}).flatMap((one) => (record(one) ? Object.values(one as Raw) : [one]));
  const told = words.map(text).filter((one) => one !== undefined);
  return told.length > 0 ? ` (${told.join(", ")})` : "";
}

const app = (value: unknown, name: string) => id(record(value)?.[name]) ?? "another application";

function amountOf(amount: Raw | undefined): string {
  const given = amount?.amount;
  const much = number(given) ?? text(given);
  return much === undefined ? "an amount" : `${much} ${text(amount?.currency) ?? ""}`.trimEnd();
}
