/** Strings. Positions are bytes of UTF-8 or code points, as the operator's name says. */
import { MongoError } from "../../errors.js";
import type { Value } from "../../types.js";
import { compareStrings, isDoc, isNumber, typeAlias } from "../../values/compare.js";
import { toDouble, wholeNumber } from "../../values/numbers.js";
import { binary, isNullish, type OperatorCompiler, type OperatorTable, unary, variadic } from "../evaluator.js";
import { regexOperators } from "./regex.js";
import { textOf } from "./text.js";

const any = Number.MAX_SAFE_INTEGER;

function changeCase(apply: (text: string) => string): OperatorCompiler {
  return unary((value, name) => apply(textOf(value, name)));
}

/** Only ASCII letters change, as on the server. */
function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function upper(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

function concat(values: Value[]): Value {
  let joined = "";
  for (const value of values) {
    if (isNullish(value)) return null;
    if (typeof value !== "string")
      throw new MongoError(16702, `$concat only supports strings, not ${typeAlias(value)}`);
    joined += value;
  }
  return joined;
}

function bound(value: Value, code: number, message: string): number {
  if (!isNumber(value)) throw new MongoError(code, `${message} (is BSON type ${typeAlias(value)})`);
  return Math.trunc(toDouble(value));
}

function substringBytes(value: Value, from: Value, length: Value, name: string): Value {
  const bytes = Buffer.from(textOf(value, name));
  const start = bound(from, 16034, `${name}:  starting index must be a numeric type`);
  const count = bound(length, 16035, `${name}:  length must be a numeric type`);
  if (start < 0) throw new MongoError(50752, `${name}:  starting index must be non-negative (got: ${start})`);
  if (start >= bytes.length) return "";
  const end = count < 0 ? bytes.length : Math.min(bytes.length, start + count);
  if (isContinuation(bytes[start])) {
    throw new MongoError(28656, `${name}:  Invalid range, starting index is a UTF-8 continuation byte.`);
  }
  if (isContinuation(bytes[end])) {
    throw new MongoError(28657, `${name}:  Invalid range, ending index is in the middle of a UTF-8 character.`);
  }
  return bytes.toString("utf8", start, end);
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function substringCodePoints(values: Value[], name: string): Value {
  const [value, from, length] = values;
  const points = Array.from(textOf(value, name));
  const whole = (number: Value, code: number, what: string): number => {
    if (!isNumber(number))
      throw new MongoError(code, `${name}: ${what} must be a numeric type (is BSON type ${typeAlias(number)})`);
    const at = wholeNumber(number);
    if (at === undefined)
      throw new MongoError(
        code + 1,
        `${name}: ${what} cannot be represented as a 32-bit integral value: ${toDouble(number)}`,
      );
    return at;
  };
  const start = whole(from, 34450, "starting index");
  const count = whole(length, 34452, "length");
  if (start < 0) throw new MongoError(34455, `${name}: the starting index must be nonnegative integer.`);
  if (count < 0) throw new MongoError(34454, `${name}: length must be a nonnegative integer.`);
  return points.slice(start, start + count).join("");
}

function indexIn(split: (text: string) => readonly (string | number)[]): OperatorCompiler {
  return variadic(2, 4, (values, name) => {
    const [text, wanted, from, to] = values;
    if (isNullish(text)) return null;
    if (typeof text !== "string") {
      throw new MongoError(
        name === "$indexOfCP" ? 40093 : 40091,
        `${name} requires a string as the first argument, found: ${typeAlias(text)}`,
      );
    }
    if (typeof wanted !== "string") {
      throw new MongoError(
        name === "$indexOfCP" ? 40094 : 40092,
        `${name} requires a string as the second argument, found: ${typeAlias(wanted)}`,
      );
    }
    const units = split(text);
    const needle = split(wanted);
    const start = values.length > 2 ? position(from, name, "starting") : 0;
    const end = values.length > 3 ? Math.min(position(to, name, "ending"), units.length) : units.length;
    for (let at = start; at + needle.length <= end; at += 1) {
      if (needle.every((unit, offset) => units[at + offset] === unit)) return at;
    }
    return -1;
  });
}

function position(value: Value, name: string, which: string): number {
  const whole = isNumber(value) ? wholeNumber(value) : undefined;
  if (whole === undefined) {
    throw new MongoError(
      40096,
      `${name} requires an integral ${which} index, found a value of type: ${typeAlias(value)}`,
    );
  }
  if (whole < 0) throw new MongoError(40097, `${name} requires a nonnegative ${which} index, found: ${whole}`);
  return whole;
}

function split(text: Value, separator: Value): Value {
  if (isNullish(text) || isNullish(separator)) return null;
  if (typeof text !== "string") {
    throw new MongoError(
      40085,
      `$split requires an expression that evaluates to a string as a first argument, found: ${typeAlias(text)}`,
    );
  }
  if (typeof separator !== "string") {
    throw new MongoError(
      40086,
      `$split requires an expression that evaluates to a string as a second argument, found: ${typeAlias(separator)}`,
    );
  }
  if (separator === "") throw new MongoError(40087, "$split requires a non-empty separator");
  return text.split(separator);
}

/** What $trim takes for white space when it is not told. */
const whitespace = new Set(
  Array.from("\0\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"),
);

function trim(start: boolean, end: boolean): OperatorCompiler {
  return (operand, compiler, name) => {
    if (!isDoc(operand)) {
      throw new MongoError(50696, `${name} only supports an object as an argument, found ${typeAlias(operand)}`);
    }
    for (const key of Object.keys(operand)) {
      if (key !== "input" && key !== "chars") throw new MongoError(50694, `${name} found an unknown argument: ${key}`);
    }
    if (!("input" in operand)) throw new MongoError(50695, `${name} requires an 'input' field`);
    const input = compiler.compile(operand.input);
    const chars = "chars" in operand ? compiler.compile(operand.chars) : undefined;
    return (scope) => {
      const text = input(scope);
      if (isNullish(text)) return null;
      if (typeof text !== "string") {
        throw new MongoError(
          50699,
          `${name} requires its input to be a string, got ${JSON.stringify(text)} (of type ${typeAlias(text)}) instead.`,
        );
      }
      const given = chars?.(scope);
      if (chars && isNullish(given)) return null;
      if (chars && typeof given !== "string") {
        throw new MongoError(
          50700,
          `${name} requires 'chars' to be a string, got ${JSON.stringify(given)} (of type ${typeAlias(given)}) instead.`,
        );
      }
      return trimmed(text, chars ? new Set(Array.from(given as string)) : whitespace, start, end);
    };
  };
}

function trimmed(text: string, drop: ReadonlySet<string>, start: boolean, end: boolean): string {
  const points = Array.from(text);
  let from = 0;
  let to = points.length;
  if (start) while (from < to && drop.has(points[from] as string)) from += 1;
  if (end) while (to > from && drop.has(points[to - 1] as string)) to -= 1;
  return points.slice(from, to).join("");
}

function replace(everywhere: boolean): OperatorCompiler {
  return (operand, compiler, name) => {
    if (!isDoc(operand))
      throw new MongoError(51751, `${name} requires an object as an argument, found: ${typeAlias(operand)}`);
    const keys = ["input", "find", "replacement"];
    for (const key of Object.keys(operand)) {
      if (!keys.includes(key)) throw new MongoError(51750, `${name} found an unknown argument: ${key}`);
    }
    const parts = keys.map((key, at) => {
      if (!(key in operand))
        throw new MongoError([51749, 51748, 51747][at] ?? 51749, `${name} requires '${key}' to be specified`);
      return compiler.compile(operand[key]);
    });
    return (scope) => {
      const values = parts.map((part) => part(scope));
      for (const [at, value] of values.entries()) {
        if (isNullish(value) || typeof value === "string") continue;
        const key = keys[at] ?? "";
        throw new MongoError(
          [51746, 51745, 51744][at] ?? 51746,
          `${name} requires that '${key}' be a string, found: ${JSON.stringify(value)}`,
        );
      }
      if (values.some(isNullish)) return null;
      const [text, wanted, other] = values as [string, string, string];
      return everywhere ? text.replaceAll(wanted, () => other) : text.replace(wanted, () => other);
    };
  };
}

export const stringOperators: OperatorTable = {
  ...regexOperators,
  $concat: variadic(0, any, concat),
  $toLower: changeCase(lower),
  $toUpper: changeCase(upper),
  $substr: variadic(3, 3, ([value, from, length], name) => substringBytes(value, from, length, name)),
  $substrBytes: variadic(3, 3, ([value, from, length], name) => substringBytes(value, from, length, name)),
  $substrCP: variadic(3, 3, substringCodePoints),
  $strLenBytes: unary((value) => {
    if (typeof value !== "string") {
      throw new MongoError(34473, `$strLenBytes requires a string argument, found: ${typeAlias(value)}`);
    }
    return Buffer.byteLength(value);
  }),
  $strLenCP: unary((value) => {
    if (typeof value !== "string") {
      throw new MongoError(34471, `$strLenCP requires a string argument, found: ${typeAlias(value)}`);
    }
    return Array.from(value).length;
  }),
  $strcasecmp: binary((a, b, name) => Math.sign(compareStrings(upper(textOf(a, name)), upper(textOf(b, name)))) + 0),
  $indexOfBytes: indexIn((text) => Array.from(Buffer.from(text))),
  $indexOfCP: indexIn((text) => Array.from(text)),
  $split: binary(split),
  $trim: trim(true, true),
  $ltrim: trim(true, false),
  $rtrim: trim(false, true),
  $replaceOne: replace(false),
  $replaceAll: replace(true),
};
