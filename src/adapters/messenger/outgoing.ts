import { ProviderError } from "../../core/errors.js";
import type { ChoiceOption, Content, MediaRef, OutboundMessage } from "../../core/message.js";
import { lengthIn, splitText } from "../shared/splitText.js";
import { can } from "./manifest.js";

/** One message of the Send API: words and buttons as they are, or a file that is still to be uploaded. */
export type Part = { message: Record<string, unknown> } | { file: MediaRef };

/** Buttons below a text; more than three become quick replies. */
const buttonsMost = 3;
const templateTextMost = 640;
const cardsMost = 10;
const titleMost = 80;

const tooMuch = (sentence: string) => new ProviderError({ kind: "refused", why: "content" }, sentence);

/** What one message of ours becomes at Messenger, in order. Rejects contents that Messenger does not know. */
export function partsOf({ content }: OutboundMessage): Part[] {
  switch (content.kind) {
    case "text":
      return textParts(content.text);
    case "media":
      return [{ file: content.media }, ...captionParts(content.caption)];
    case "album":
      return [...content.items.map((file) => ({ file })), ...captionParts(content.caption)];
    case "choices":
      return choiceParts(content);
    case "cards":
      return [{ message: generic(content.cards) }];
    default:
      throw new ProviderError(
        { kind: "unsupported", feature: content.kind },
        `Messenger cannot send messages of kind "${content.kind}".`,
      );
  }
}

const textParts = (text: string): Part[] => splitText(text, can.text).map((part) => ({ message: { text: part.text } }));

/** Files have no caption here: the words follow as a message of their own. */
const captionParts = (caption: string | undefined) => (caption ? textParts(caption) : []);

function choiceParts({ text, options }: Extract<Content, { kind: "choices" }>): Part[] {
  const links = options.some((option) => option.url !== undefined);
  if (!links) {
    // Quick replies belong to the last part: they disappear when something follows.
    const parts = splitText(text, can.text).map((part): Record<string, unknown> => ({ text: part.text }));
    const quick = options.map(({ id, label }) => ({ content_type: "text", title: label, payload: id }));
    parts.push({ ...parts.pop(), quick_replies: quick });
    return parts.map((message) => ({ message }));
  }
  if (options.length > buttonsMost) throw tooMuch("Messenger takes at most 3 buttons when one of them opens a page.");
  const fits = lengthIn(text, "characters") <= templateTextMost;
  const template = {
    template_type: "button",
    text: fits ? text : "⬇",
    buttons: options.map(button),
  };
  return [...(fits ? [] : textParts(text)), { message: template }];
}

function generic(cards: Extract<Content, { kind: "cards" }>["cards"]): Record<string, unknown> {
  if (cards.length === 0 || cards.length > cardsMost) throw tooMuch("Messenger takes 1 to 10 cards.");
  return {
    template_type: "generic",
    elements: cards.map(({ title, subtitle, imageUrl, options }) => {
      if (lengthIn(title, "characters") > titleMost || lengthIn(subtitle ?? "", "characters") > titleMost) {
        throw tooMuch("Titles and subtitles of cards may have at most 80 characters.");
      }
      if (options.length > buttonsMost) throw tooMuch("A card takes at most 3 buttons.");
      return {
        title,
        ...(subtitle === undefined ? {} : { subtitle }),
        ...(imageUrl === undefined ? {} : { image_url: imageUrl }),
        ...(options.length > 0 ? { buttons: options.map(button) } : {}),
      };
    }),
  };
}

function button({ id, label, url }: ChoiceOption) {
  return url === undefined ? { type: "postback", title: label, payload: id } : { type: "web_url", title: label, url };
}
