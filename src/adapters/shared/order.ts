import { id, number, text } from "./read.js";

/** One product of an order, as the provider tells of it; any of it may be missing. */
export interface Ordered {
  product: string | undefined;
  quantity: unknown;
  price: unknown;
  currency: unknown;
}

/** What was ordered, in one line, with what the buyer had to say about it. */
export function orderSummary(items: readonly Ordered[], note: unknown): string {
  const lines = items.map(({ product = "a product", quantity, price, currency }) => {
    const each = number(price);
    const worth = each === undefined ? "" : ` at ${each} ${text(currency) ?? ""}`.trimEnd();
    return `${id(quantity) ?? "1"} × ${product}${worth}`;
  });
  return [lines.join("; ") || "An order without products", text(note)].filter(Boolean).join(". ");
}
