import type { Content, MediaRef, MediaRole, PostalAddress, Referral, SharedContact } from "../../core/message.js";
import { orderSummary } from "../shared/order.js";
import { compact, id, number, record, records, text, type Raw } from "../shared/read.js";
import { some } from "../shared/vcard.js";

const roles: Record<string, MediaRole> = {
  image: "image",
  video: "video",
  audio: "audio",
  voice: "voice",
  document: "document",
  sticker: "sticker",
  gif: "animation",
};

const known = [...Object.keys(roles), "text", "location", "contacts", "interactive", "button", "order", "system"];

/** What a message says. A type nobody knows is `unsupported`, with the provider's word for it. */
export function contentOf(message: Raw): Content {
  // Older versions and the messages within edits may leave the type out: then the part that is there tells.
  const type = text(message.type) ?? known.find((name) => message[name] !== undefined) ?? "";
  const body = record(message[type]);
  const role = roles[type];
  if (role) return body ? media(role, body) : unsupported(message, type);
  switch (type) {
    case "text":
      return { kind: "text", text: text(body?.body) ?? text(message.text) ?? "" };
    case "location":
      return location(body, message);
    case "contacts":
      return { kind: "contacts", contacts: records(message.contacts).map(sharedContact) };
    case "interactive":
      return interactive(body ?? {});
    case "button": {
      const label = text(body?.text) ?? text(body?.payload) ?? "";
      return { kind: "choice_made", optionId: text(body?.payload) ?? label, label };
    }
    case "order":
      return order(body ?? {});
    case "system":
      return { kind: "system", summary: text(body?.body) ?? "Something about the customer's account changed." };
    case "request_welcome":
      return { kind: "system", summary: "Opened the chat for the first time." };
    case "template": {
      const parameters = records(body?.components).flatMap((part) =>
        records(part.parameters).map((one) => ({ value: text(one.text) ?? "" })),
      );
      const language = text(record(body?.language)?.code) ?? "";
      return { kind: "template", name: text(body?.name) ?? "", language, parameters };
    }
    default:
      return unsupported(message, type);
  }
}

function unsupported(message: Raw, type: string): Content {
  const error = records(message.errors)[0];
  const detail = text(record(error?.error_data)?.details) ?? text(error?.details) ?? text(error?.title);
  const inner = text(record(message.unsupported)?.type);
  return { kind: "unsupported", hint: [type || "message", inner, detail].filter(Boolean).join(": ") };
}

function media(role: MediaRole, body: Raw): Content {
  const source = id(body.id) ?? text(body.url) ?? text(body.link);
  if (source === undefined) {
    // The file cannot be had; what was said with it can.
    const hint = [role, text(body.filename), text(body.caption)].filter(Boolean).join(": ");
    return { kind: "unsupported", hint };
  }
  const ref: MediaRef = compact({
    role: role === "audio" && body.voice === true ? ("voice" as const) : role,
    source,
    mime: text(body.mime_type),
    name: text(body.filename),
    bytes: number(body.file_size),
    sha256: text(body.sha256),
  });
  return compact({ kind: "media" as const, media: ref, caption: text(body.caption) });
}

function location(body: Raw | undefined, message: Raw): Content {
  const [lat, lng] = [number(body?.latitude), number(body?.longitude)];
  if (lat === undefined || lng === undefined) return unsupported(message, "location");
  return compact({ kind: "location" as const, lat, lng, label: text(body?.name), address: text(body?.address) });
}

function sharedContact(contact: Raw): SharedContact {
  const name = record(contact.name);
  const org = record(contact.org);
  const parts = [text(name?.first_name), text(name?.last_name)].filter(Boolean).join(" ");
  const phones = records(contact.phones);
  const organization = text([text(org?.company), text(org?.department)].filter(Boolean).join(", "));
  const called = text(name?.formatted_name) ?? (text(parts) || organization) ?? "";
  const saidOf = (list: unknown, field: string) => records(list).flatMap((one) => text(one[field]) ?? []);
  return compact({
    name: called,
    phones: phones.map((one) => text(one.phone) ?? text(one.wa_id)).filter((one) => one !== undefined),
    emails: some(saidOf(contact.emails, "email")),
    addresses: some(records(contact.addresses).map(postalAddress)),
    organization: organization === called ? undefined : organization,
    title: text(org?.title),
    links: some(saidOf(contact.urls, "url")),
    user: phones.map((one) => text(one.wa_id)).find((one) => one !== undefined),
  });
}

const postalAddress = (one: Raw): PostalAddress =>
  compact({
    street: text(one.street),
    city: text(one.city),
    region: text(one.state),
    postcode: id(one.zip),
    country: text(one.country) ?? text(one.country_code),
  });

function interactive(body: Raw): Content {
  const type = text(body.type) ?? Object.keys(body).find((name) => name.endsWith("_reply")) ?? "";
  const reply = record(body[type]) ?? {};
  if (type === "button_reply" || type === "list_reply") {
    const label = text(reply.title) ?? text(reply.id) ?? "";
    return { kind: "choice_made", optionId: text(reply.id) ?? label, label };
  }
  if (type === "nfm_reply") return { kind: "text", text: formAnswer(reply) };
  if (type === "call_permission_reply") {
    const answer = text(reply.response) ?? "answered";
    return { kind: "choice_made", optionId: `call_permission:${answer}`, label: `Call permission: ${answer}` };
  }
  return asked(body) ?? { kind: "unsupported", hint: `interactive: ${type || "answer"}` };
}

/** What the business asked with buttons or a list, in what it brings over from its phone. */
function asked(body: Raw): Content | undefined {
  const words = text(record(body.body)?.text);
  const action = record(body.action);
  if (words === undefined || !action) return undefined;
  const rows = records(action.sections).flatMap((section) => records(section.rows));
  const given = [...records(action.buttons).map((button) => record(button.reply) ?? button), ...rows];
  const options = given.map((one) => ({ id: text(one.id) ?? "", label: text(one.title) ?? text(one.id) ?? "" }));
  const link = record(action.parameters);
  const url = text(link?.url);
  if (url !== undefined)
    return { kind: "text", text: [words, text(link?.display_text), url].filter(Boolean).join("\n") };
  return options.length > 0 ? { kind: "choices", text: words, options } : { kind: "text", text: words };
}

/** A form that was filled in, as lines of "field: value". */
function formAnswer(reply: Raw): string {
  const said = text(reply.body);
  const given = text(reply.response_json);
  let fields: Raw | undefined;
  try {
    fields = record(given === undefined ? reply.response_json : JSON.parse(given));
  } catch {
    fields = undefined;
  }
  const lines = Object.entries(fields ?? {})
    .filter(([name]) => name !== "flow_token")
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
  return [said, ...(fields ? lines : [given])].filter(Boolean).join("\n") || (text(reply.name) ?? "A form was sent.");
}

function order(body: Raw): Content {
  const items = records(body.product_items).map((item) => ({
    product: id(item.product_retailer_id),
    quantity: item.quantity,
    price: item.item_price,
    currency: item.currency,
  }));
  return { kind: "order", summary: orderSummary(items, body.text) };
}

/** What an advertisement or a link said when it brought the customer. */
export function referralOf(message: Raw): Referral | undefined {
  const referral = record(message.referral);
  const product = record(record(message.context)?.referred_product);
  const retailer = id(product?.product_retailer_id);
  if (referral === undefined) {
    return retailer === undefined ? undefined : { parameter: retailer, source: "product", sourceId: retailer };
  }
  const [sourceId, url, clickId] = [id(referral.source_id), text(referral.source_url), text(referral.ctwa_clid)];
  const shown = [referral.image_url, referral.video_url, referral.thumbnail_url];
  const told: Referral = compact({
    parameter: text(referral.ref) ?? sourceId ?? clickId ?? url,
    source: text(referral.source_type)?.toLowerCase(),
    sourceId,
    url,
    title: text(referral.headline),
    text: text(referral.body),
    mediaUrl: shown.map(text).find((one) => one !== undefined),
    clickId,
  });
  return Object.keys(told).length > 0 ? told : undefined;
}
