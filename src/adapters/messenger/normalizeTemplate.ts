import type { Card, ChoiceOption, Content } from "../../core/message.js";
import { compact, id, number, record, records, text, type Raw } from "../shared/read.js";

/** Templates come in echoes of what other applications sent, and as products that a customer asks about. */
export function templateContent(given: Raw, payload: Raw): Content {
  const product = records(record(payload.product)?.elements)[0];
  if (product)
    return { kind: "order", summary: [text(product.title), text(product.subtitle)].filter(Boolean).join(", ") };
  const elements = records(payload.elements);
  if (payload.template_type === "receipt") return receipt(payload, elements);
  const cards = elements.map(cardOf).filter((card) => card.title !== "");
  if (cards.length > 1) return { kind: "cards", cards };
  const titled = text(payload.text) ?? text(given.title) ?? elements.map((one) => text(one.title)).find(Boolean);
  const words = titled ?? text(payload.intro_message);
  const options = [...optionsOf(payload), ...elements.flatMap(optionsOf)];
  if (options.length > 0) return { kind: "choices", text: words ?? "", options };
  return words === undefined
    ? { kind: "unsupported", hint: text(payload.template_type) ?? "template" }
    : { kind: "text", text: words };
}

const cardOf = (element: Raw): Card =>
  compact({
    title: text(element.title) ?? "",
    subtitle: text(element.subtitle),
    imageUrl: text(element.image_url),
    options: optionsOf(element),
  });

function optionsOf(given: Raw): ChoiceOption[] {
  return records(given.buttons).map((button) =>
    compact({
      id: text(button.payload) ?? text(button.url) ?? "",
      label: text(button.title) ?? "",
      url: text(button.url),
    }),
  );
}

/** What was bought, and for how much. */
function receipt(payload: Raw, elements: readonly Raw[]): Content {
  const bought = elements.map((one) => [id(one.quantity), text(one.title)].filter(Boolean).join(" × ")).filter(Boolean);
  const total = number(record(payload.summary)?.total_cost);
  const worth = total === undefined ? "" : ` ${[total, text(payload.currency)].filter(Boolean).join(" ")}`;
  const title = ["Receipt", id(payload.order_number)].filter(Boolean).join(" ");
  return {
    kind: "order",
    summary: `${title}${bought.length > 0 ? `: ${bought.join("; ")}` : ""}${worth && `,${worth}`}`,
  };
}
