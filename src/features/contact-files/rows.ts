import { parsePhoneNumberFromString, type CountryCode } from "libphonenumber-js";
import type { RowRefusal } from "../../wire/contactFiles.js";
import { isEmail } from "./columns.js";
import { plainOf } from "./csv.js";

/** What a row says about somebody; what it says nothing about is not there. */
export interface ReadRow {
  id?: string;
  name?: string;
  phone?: string;
  email?: string;
  language?: string;
  attributes: Record<string, string>;
}

/** Why a row is not taken, and because of which column. */
export interface Refusal {
  reason: RowRefusal;
  column: number | null;
}

const nameMost = 200;
const valueMost = 2_000;
const languageTag = /^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$/;

function phoneOf(text: string, country: string | undefined): string | undefined {
  const number = parsePhoneNumberFromString(text, country as CountryCode | undefined);
  if (number?.isPossible()) return number.number;
  // Without a country a number is what it is, as long as it can be one with its country's code.
  const digits = text.replace(/^\s*00/, "").replace(/[\s().\/-]/g, "");
  const whole = parsePhoneNumberFromString(`+${digits}`);
  return /^\d+$/.test(digits) && !digits.startsWith("0") && whole?.isPossible() ? whole.number : undefined;
}

/** Reads one row. `columns` say what each cell holds. */
export function readRow(
  cells: readonly string[],
  columns: readonly string[],
  country: string | undefined,
): ReadRow | Refusal {
  if (cells.length > columns.length) return { reason: "too_many_cells", column: columns.length };
  const row: ReadRow = { attributes: {} };
  for (const [column, target] of columns.entries()) {
    const value = plainOf(cells[column] ?? "");
    const text = value.trim();
    if (target === "skip" || text === "") continue;
    const refuse = (reason: RowRefusal): Refusal => ({ reason, column });
    if (target === "name") {
      if (text.length > nameMost) return refuse("name_too_long");
      row.name = text;
    } else if (target === "phone") {
      const phone = phoneOf(text, country);
      if (phone === undefined) return refuse("phone_unreadable");
      row.phone = phone;
    } else if (target === "email") {
      if (!isEmail(text) || text.length > 254) return refuse("email_unreadable");
      row.email = text;
    } else if (target === "language") {
      if (!languageTag.test(text)) return refuse("language_unreadable");
      row.language = text.replaceAll("_", "-");
    } else if (target === "id") row.id = text.slice(0, 100);
    else {
      if (value.length > valueMost) return refuse("value_too_long");
      row.attributes[target.slice("attribute:".length)] = value;
    }
  }
  if (row.id === undefined && row.phone === undefined && row.email === undefined)
    return { reason: "not_reachable", column: null };
  return row;
}
