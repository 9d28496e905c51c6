import { isPossiblePhoneNumber } from "libphonenumber-js";
import { AppError } from "../../core/errors.js";
import { attributeName } from "../../wire/contacts.js";
import { plainOf } from "./csv.js";

/** What headings call things, in the languages of the dashboard and as other programs export them. */
const names: Record<string, readonly string[]> = {
  id: ["id", "contact id", "contactid"],
  name: [
    "name",
    "full name",
    "display name",
    "contact",
    "nombre",
    "nome",
    "nom",
    "nom complet",
    "vollstandiger name",
    "الاسم",
  ],
  phone: [
    ...[
      "phone",
      "phone number",
      "mobile",
      "mobile phone",
      "tel",
      "telephone",
      "whatsapp",
      "telefono",
      "telefone",
      "celular",
    ],
    ...[
      "movil",
      "telefon",
      "telefonnummer",
      "handy",
      "mobil",
      "rufnummer",
      "portable",
      "الهاتف",
      "رقم الهاتف",
      "الجوال",
    ],
  ],
  email: [
    ...["email", "e mail", "mail", "email address", "e mail address", "correo", "correo electronico", "courriel"],
    ...["e mail adresse", "adresse e mail", "البريد الالكتروني", "البريد"],
  ],
  language: ["language", "lang", "locale", "sprache", "idioma", "langue", "لغة", "اللغة"],
};

const plainHeading = (heading: string) =>
  heading
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

/** Looks written for one person, not for a column. */
export const isEmail = (text: string): boolean =>
  /^[^\s@<>"'(),;:\\[\]]+@[^\s@<>"'(),;:\\[\]]+\.[^\s@<>"'(),;:\\[\]]+$/.test(text);
const isPhone = (text: string): boolean => /^\+?[\d\s().-]{6,30}$/.test(text) && /\d{6}/.test(text.replace(/\D/g, ""));

/** True when the first row holds headings: nobody's number or address stands among them. */
export const looksLikeHeadings = (row: readonly string[]): boolean =>
  row.every((cell) => !isEmail(plainOf(cell).trim()) && !isPhone(plainOf(cell).trim()));

function attributeOf(heading: string): string {
  const name = heading
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .trim()
    .replace(/[^A-Za-z0-9_.-]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 64);
  return attributeName.safeParse(name).success && !(name in names) && name !== "skip" ? `attribute:${name}` : "skip";
}

/** What each column seems to hold, by its heading, else by what is in it. Nothing is guessed twice. */
export function guess(headings: readonly string[] | undefined, samples: readonly (readonly string[])[]): string[] {
  const taken = new Set<string>();
  return samples.map((cells, index) => {
    const heading = headings?.[index] ?? "";
    const plain = plainHeading(heading);
    const said = cells.filter((cell) => cell !== "").map((cell) => plainOf(cell).trim());
    const byName = Object.keys(names).find((target) => names[target]!.includes(plain));
    const byContent =
      said.length === 0 || headings !== undefined
        ? undefined
        : (said.every(isEmail) && "email") ||
          (said.every((one) => isPhone(one) || isPossiblePhoneNumber(one)) && "phone");
    const target = byName ?? (byContent || (headings ? attributeOf(heading) : "skip"));
    if (taken.has(target)) return "skip";
    if (target !== "skip") taken.add(target);
    return target;
  });
}

/** Throws AppError `unprocessable` unless each thing is held by one column, and people can be told apart by one of them. */
export function checkColumns(columns: readonly string[], width: number): void {
  const used = columns.filter((column) => column !== "skip");
  const findable = used.some((column) => ["id", "phone", "email"].includes(column));
  if (new Set(used).size === used.length && findable && columns.length === width) return;
  throw new AppError("unprocessable", "What the columns hold does not fit the file.", { reason: "csv_columns_wrong" });
}
