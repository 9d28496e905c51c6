/** Locale-aware string comparison, strength 1 to 5, through the ICU that Node.js carries. */
import { MongoError } from "./errors.js";
import type { CollationSpec, Collator, Doc, Value } from "./types.js";
import { isNumber, typeAlias } from "./values/compare.js";
import { toDouble } from "./values/numbers.js";

/** How many folded characters a collator remembers. */
const maxRemembered = 2000;

const booleanFields = ["caseLevel", "numericOrdering", "normalization", "backwards"] as const;
const stringFields = {
  caseFirst: ["upper", "lower", "off"],
  alternate: ["non-ignorable", "shifted"],
  maxVariable: ["punct", "space"],
} as const;

/**
 * A collator for a collation as a client sends it, with all of MongoDB's defaults filled in; undefined for
 * {locale: "simple"}. Throws MongoError as the server does: BadValue for wrong values, 40414 for a missing locale, 40415
 * for unknown fields, TypeMismatch for wrong types.
 */
export function compileCollation(spec: Doc): Collator | undefined {
  const checked = readSpec(spec);
  if (checked.locale === "simple") return undefined;
  return new IntlCollator(checked);
}

function readSpec(spec: Doc): Required<CollationSpec> {
  const { locale } = spec;
  if (locale === undefined) {
    throw new MongoError(40414, "BSON field 'collation.locale' is missing but a required field");
  }
  if (typeof locale !== "string") throw wrongType("locale", locale, "string");
  const read: Required<CollationSpec> = {
    locale,
    strength: 3,
    caseLevel: false,
    caseFirst: "off",
    numericOrdering: false,
    alternate: "non-ignorable",
    maxVariable: "punct",
    normalization: false,
    backwards: /^fr[-_]CA/.test(locale),
  };
  for (const [name, value] of Object.entries(spec)) readField(read, name, value);
  checkLocale(locale, spec);
  return read;
}

function readField(read: Required<CollationSpec>, name: string, value: Value): void {
  if (name === "locale" || name === "version") return;
  if (name === "strength") {
    read.strength = readStrength(value);
    return;
  }
  const flag = booleanFields.find((field) => field === name);
  if (flag) {
    if (typeof value !== "boolean") throw wrongType(name, value, "bool");
    read[flag] = value;
    return;
  }
  if (!Object.hasOwn(stringFields, name)) {
    throw new MongoError(40415, `BSON field 'collation.${name}' is an unknown field.`);
  }
  const field = name as keyof typeof stringFields;
  if (typeof value !== "string") throw wrongType(name, value, "string");
  if (!(stringFields[field] as readonly string[]).includes(value)) {
    throw new MongoError(
      "BadValue",
      `Enumeration value '${value}' for field 'collation.${name}' is not a valid value.`,
    );
  }
  read[field] = value;
}

function readStrength(value: Value): number {
  if (!isNumber(value)) throw wrongType("strength", value, "'[int, decimal, double, long]'");
  const strength = toDouble(value);
  if (!Number.isInteger(strength) || strength < 1 || strength > 5) {
    throw new MongoError(
      "BadValue",
      `Enumeration value '${strength}' for field 'collation.strength' is not a valid value.`,
    );
  }
  return strength;
}

function wrongType(name: string, value: Value, expected: string): MongoError {
  return new MongoError(
    "TypeMismatch",
    `BSON field 'collation.${name}' is the wrong type '${typeAlias(value)}', expected type '${expected}'`,
  );
}

function checkLocale(locale: string, spec: Doc): void {
  if (locale === "simple") {
    const other = Object.keys(spec).find((name) => name !== "locale" && name !== "version");
    if (other === undefined) return;
    throw new MongoError(
      "BadValue",
      "Setting a field other than 'locale' is not supported when 'locale' is 'simple'; found: " + other,
    );
  }
  if (!isSupported(locale)) {
    throw new MongoError("BadValue", `Field 'locale' is invalid in: { locale: "${locale}" }`);
  }
}

function isSupported(locale: string): boolean {
  if (!/^[A-Za-z]{2,3}(?:_[A-Za-z]{4})?(?:_[A-Z]{2})?(?:@collation=[a-z]+)?$/.test(locale)) return false;
  try {
    return Intl.Collator.supportedLocalesOf([tagOf(locale)]).length > 0;
  } catch {
    // Intl throws RangeError for what is not a language tag at all.
    return false;
  }
}

/** ICU's "de@collation=phonebook" as a language tag; Intl knows the alternate orders by shorter names. */
function tagOf(locale: string): string {
  const [base = "", variant] = locale.split("@collation=");
  const short: Record<string, string> = { phonebook: "phonebk", traditional: "trad", dictionary: "dict" };
  return base.replaceAll("_", "-") + (variant ? `-u-co-${short[variant] ?? variant}` : "");
}

function sensitivity(spec: Required<CollationSpec>): "base" | "accent" | "case" | "variant" {
  if (spec.strength === 1) return spec.caseLevel ? "case" : "base";
  return spec.strength === 2 && !spec.caseLevel ? "accent" : "variant";
}

/** Letters that many locales take for two others; whether this one does is asked of the collator. */
const expansions: Record<string, readonly string[]> = {
  æ: ["ae"],
  œ: ["oe"],
  ø: ["o", "oe"],
  đ: ["d"],
  ð: ["d"],
  ł: ["l"],
  ħ: ["h"],
  ŧ: ["t"],
  þ: ["th"],
  i: ["ı"],
  ß: ["ss"],
  ä: ["ae"],
  ö: ["oe"],
  ü: ["ue"],
};
const decimalDigits = Array.from("0123456789");
const printableAscii = /^[\t\n\r -~]*$/;
const doubleA = /aa/gi;
/** A base character with its combining marks. */
const units = /\P{M}\p{M}*|\p{M}+/gu;

/** A unit with some of its combining marks. */
function prefixes(unit: string): string[] {
  const points = Array.from(unit);
  return points.map((_, at) => points.slice(0, at + 1).join(""));
}

class IntlCollator implements Collator {
  readonly spec: Required<CollationSpec>;
  private readonly collator: Intl.Collator;
  private readonly folded = new Map<string, string>();
  private readonly foldsCase: boolean;
  private readonly plainAscii: boolean;
  /** Spellings of å by two letters that this locale takes for the letter itself. */
  private readonly ringed: ReadonlyMap<string, string>;

  constructor(spec: Required<CollationSpec>) {
    this.spec = spec;
    const options: Intl.CollatorOptions = {
      usage: "sort",
      sensitivity: sensitivity(spec),
      numeric: spec.numericOrdering,
      ignorePunctuation: spec.alternate === "shifted",
    };
    if (spec.caseFirst !== "off") options.caseFirst = spec.caseFirst as "upper" | "lower";
    this.collator = new Intl.Collator(tagOf(spec.locale), options);
    this.foldsCase = this.collator.compare("A", "a") === 0;
    const asciiCase = !this.foldsCase || this.collator.compare("I", "i") === 0;
    this.ringed = new Map(
      ["aa", "Aa", "aA", "AA"].flatMap((pair) => {
        const letter = ["å", "Å"].find((one) => this.collator.compare(pair, one) === 0);
        return letter === undefined ? [] : [[pair, letter.normalize("NFD")]];
      }),
    );
    this.plainAscii =
      this.ringed.size === 0 &&
      asciiCase &&
      this.collator.compare("i", "ı") !== 0 &&
      !spec.numericOrdering &&
      spec.alternate !== "shifted";
  }

  compare(a: string, b: string): number {
    if (a === b) return 0;
    const order = this.collator.compare(a, b);
    if (order !== 0 || this.spec.strength < 5) return order;
    const left = a.normalize("NFD");
    const right = b.normalize("NFD");
    return left === right ? 0 : left < right ? -1 : 1;
  }

  /**
   * A pure function of the specification and the string, so that keys on disk stay valid. Where Danish and Norwegian
   * contract two a's of which one carries another accent, the key may tell apart what `compare` does not.
   */
  equalityKey(value: string): string {
    if (this.plainAscii && printableAscii.test(value)) return this.foldsCase ? value.toLowerCase() : value;
    if (this.spec.strength === 5) return value.normalize("NFD");
    let key = "";
    const split = value.normalize("NFD");
    const text = this.ringed.size === 0 ? split : split.replace(doubleA, (pair) => this.ringed.get(pair) ?? pair);
    for (const [unit] of text.matchAll(units)) key += this.foldUnit(unit);
    return this.spec.numericOrdering
      ? key.replace(/0*(\d+)/g, (_, digits: string) => digits.replace(/^0+(?=\d)/, ""))
      : key;
  }

  private foldUnit(unit: string): string {
    const known = this.folded.get(unit);
    if (known !== undefined) return known;
    const same = this.candidates(unit).find((candidate) => this.collator.compare(unit, candidate) === 0);
    if (this.folded.size >= maxRemembered) this.folded.clear();
    this.folded.set(unit, same ?? unit);
    return same ?? unit;
  }

  /** Simpler strings that may be equal to a unit, simplest first. */
  private candidates(unit: string): string[] {
    const lower = unit.toLowerCase().normalize("NFD");
    const bare = lower.replace(/\p{M}/gu, "");
    const compatible = unit.normalize("NFKD");
    return [
      "",
      ...(/\p{Nd}/u.test(unit) ? decimalDigits : []),
      ...(expansions[lower.normalize("NFC")] ?? []),
      compatible.toLowerCase().replace(/\p{M}/gu, ""),
      bare,
      unit.replace(/\p{M}/gu, ""),
      unit.toUpperCase().toLowerCase(),
      compatible.toLowerCase(),
      ...prefixes(lower),
      ...prefixes(unit),
      lower,
      compatible,
    ];
  }
}
