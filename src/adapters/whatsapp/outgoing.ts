import { ProviderError } from "../../core/errors.js";
import type {
  Content,
  MediaRef,
  MediaRole,
  OutboundMessage,
  SharedContact,
  TemplateParameter,
} from "../../core/message.js";
import { withMarks } from "../shared/marks.js";
import { compact } from "../shared/read.js";
import { lengthIn, splitText } from "../shared/splitText.js";
import { can } from "./manifest.js";

/** One message of the Cloud API without its address; a file is still to be uploaded. */
export type Part = { body: Record<string, unknown> } | { file: MediaRef; caption?: string | undefined };

const buttonsMost = 3;
const buttonLabelMost = 20;
const bodyMost = 1024;
const headingMost = 20;

const tooMuch = (sentence: string) => new ProviderError({ kind: "refused", why: "content" }, sentence);

/** Kinds of files that may carry words. */
const captioned: readonly MediaRole[] = ["image", "video", "document"];

/** What one message of ours becomes at WhatsApp, in order. */
export function partsOf({ content }: Pick<OutboundMessage, "content">): Part[] {
  switch (content.kind) {
    case "text":
      return textParts(withMarks(content.text, content.entities));
    case "media":
      return mediaParts(content.media, content.caption && withMarks(content.caption, content.entities));
    case "album":
      return content.items.flatMap((item, index) => mediaParts(item, index === 0 ? content.caption : undefined));
    case "location": {
      const { lat: latitude, lng: longitude, label: name, address } = content;
      return [{ body: { type: "location", location: compact({ latitude, longitude, name, address }) } }];
    }
    case "contacts":
      return [{ body: { type: "contacts", contacts: content.contacts.map(sharedContact) } }];
    case "choices":
      return choiceParts(content);
    case "template":
      return [{ body: templateBody(content) }];
    default:
      throw new ProviderError(
        { kind: "unsupported", feature: content.kind },
        `WhatsApp cannot send messages of kind "${content.kind}".`,
      );
  }
}

function textParts(text: string): Part[] {
  return splitText(text, can.text).map((part) => ({
    body: { type: "text", text: { body: part.text, preview_url: /https?:\/\//.test(part.text) } },
  }));
}

function mediaParts(file: MediaRef, caption: string | undefined): Part[] {
  if (!caption) return [{ file }];
  const fits = captioned.includes(file.role) && lengthIn(caption, "characters") <= can.caption!.max;
  return fits ? [{ file, caption }] : [{ file }, ...textParts(caption)];
}

function sharedContact(contact: SharedContact) {
  const { name, phones, emails, addresses, organization, title, links } = contact;
  const [first = name] = name.split(" ");
  return compact({
    name: { formatted_name: name, first_name: first },
    phones: phones.map((phone) => ({ phone })),
    emails: emails?.map((email) => ({ email })),
    addresses: addresses?.map(({ street, city, region, postcode, country }) =>
      compact({ street, city, state: region, zip: postcode, country }),
    ),
    org: organization === undefined && title === undefined ? undefined : compact({ company: organization, title }),
    urls: links?.map((url) => ({ url })),
  });
}

/** Buttons where there are few and short ones, else a list; a page opens from a button of its own. */
function choiceParts({ text, options, button }: Extract<Content, { kind: "choices" }>): Part[] {
  const long = lengthIn(text, "characters") > bodyMost;
  const words = long ? textParts(text) : [];
  const body = { text: long ? "⬇" : text };
  const links = options.filter((option) => option.url !== undefined);
  if (links.length > 0) {
    const [only] = links;
    if (options.length > 1) throw tooMuch("WhatsApp takes one button that opens a page, and no other beside it.");
    const parameters = { display_text: only!.label, url: only!.url };
    if (lengthIn(only!.label, "characters") > buttonLabelMost) throw tooMuch("Such a button may have 20 characters.");
    return [...words, interactive({ type: "cta_url", body, action: { name: "cta_url", parameters } })];
  }
  const short = options.every(
    (option) => lengthIn(option.label, "characters") <= buttonLabelMost && !option.description,
  );
  if (options.length <= buttonsMost && short) {
    const buttons = options.map(({ id, label }) => ({ type: "reply", reply: { id, title: label } }));
    return [...words, interactive({ type: "button", body, action: { buttons } })];
  }
  const rows = options.map(({ id, label, description }) => compact({ id, title: label, description }));
  const heading = Array.from(button ?? "Choose")
    .slice(0, headingMost)
    .join("");
  return [...words, interactive({ type: "list", body, action: { button: heading, sections: [{ rows }] } })];
}

const interactive = (body: Record<string, unknown>): Part => ({ body: { type: "interactive", interactive: body } });

function templateBody({ name, language, parameters }: Extract<Content, { kind: "template" }>) {
  const of = (part: "header" | "body") => parameters.filter((one) => (one.in ?? "body") === part);
  const buttons = parameters.filter((one) => one.in === "button");
  const components = [
    ...(["header", "body"] as const).flatMap((part) =>
      of(part).length > 0 ? [{ type: part, parameters: of(part).map(parameter) }] : [],
    ),
    ...buttons.map((one, place) => ({
      type: "button",
      sub_type: one.type === "payload" ? "quick_reply" : one.type === "coupon_code" ? "copy_code" : "url",
      index: String(one.index ?? place),
      parameters: [parameter(one)],
    })),
  ];
  return { type: "template", template: { name, language: { code: language }, components } };
}

function parameter({ name, value, type = "text" }: TemplateParameter): Record<string, unknown> {
  if (type === "payload" || type === "coupon_code") return { type, [type]: value };
  if (type !== "text") return { type, [type]: { link: value } };
  return compact({ type, parameter_name: name, text: value });
}
