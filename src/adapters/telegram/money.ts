import { count, record, text, type Raw } from "../shared/read.js";

/** Amounts are in the smallest unit of the currency; Intl knows how many of its digits are decimals. */
export function amountOf(payment: Raw): string {
  const total = count(payment.total_amount) ?? 0;
  const currency = text(payment.currency) ?? "";
  if (!/^[A-Z]{3}$/.test(currency) || currency === "XTR") return `${total} ${currency}`.trim();
  const digits =
    new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  return `${(total / 10 ** digits).toFixed(digits)} ${currency}`;
}

/** Name, address and whatever else is told of a buyer, in the order Telegram has it. */
export function buyerOf(info: unknown): string[] {
  return Object.values(record(info) ?? {})
    .flatMap((one) => (record(one) ? Object.values(record(one)!) : [one]))
    .map(text)
    .filter((word) => word !== undefined);
}
