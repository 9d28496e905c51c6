/** $bitsAllSet, $bitsAllClear, $bitsAnySet and $bitsAnyClear. */
import type { Binary, Long } from "bson";
import { MongoError } from "../errors.js";
import type { Value } from "../types.js";
import { isNumber, typeAlias } from "../values/compare.js";
import { fitsLong, numberType, toBigInt, toDouble, wholeNumber } from "../values/numbers.js";

export type BitsOperator = "$bitsAllSet" | "$bitsAllClear" | "$bitsAnySet" | "$bitsAnyClear";

/** Bit positions that a mask names. */
function readMask(operator: string, mask: Value): number[] {
  if (Array.isArray(mask)) return mask.map((position) => readPosition(position));
  if (typeAlias(mask) === "binData") return setBits((mask as Binary).value());
  if (!isNumber(mask)) {
    throw new MongoError("BadValue", `value takes an Array, a number, or a BinData but received: ${operator}`);
  }
  const whole = wholeNumber(mask);
  if (whole === undefined || !fitsLong(BigInt(whole))) {
    throw new MongoError("FailedToParse", `Expected an integer: ${operator}: ${toDouble(mask)}`);
  }
  if (whole < 0) throw new MongoError("FailedToParse", `Expected a non-negative number in: ${operator}: ${whole}`);
  const bits = toBigInt(mask) ?? 0n;
  const positions: number[] = [];
  for (let at = 0; at < 64; at += 1) if ((bits >> BigInt(at)) & 1n) positions.push(at);
  return positions;
}

function readPosition(value: Value): number {
  const position = isNumber(value) ? wholeNumber(value) : undefined;
  if (position === undefined) {
    throw new MongoError("BadValue", "Failed to parse bit position. Expected a number in array of bit positions");
  }
  if (position < 0) {
    throw new MongoError(
      "BadValue",
      "Failed to parse bit position. Expected a non-negative number in array of bit positions",
    );
  }
  return position;
}

function setBits(bytes: Uint8Array): number[] {
  const positions: number[] = [];
  bytes.forEach((byte, at) => {
    for (let bit = 0; bit < 8; bit += 1) if ((byte >> bit) & 1) positions.push(at * 8 + bit);
  });
  return positions;
}

/** Reads one bit of a value; undefined when the value has no bits. Numbers are sign-extended, binaries end in zeros. */
function bitReader(value: Value): ((position: number) => boolean) | undefined {
  if (typeAlias(value) === "binData") {
    const bytes = (value as Binary).value();
    return (position) => (((bytes[Math.floor(position / 8)] ?? 0) >> (position % 8)) & 1) === 1;
  }
  const type = numberType(value);
  if (type === undefined) return undefined;
  const number = type === "long" ? (value as Long).toBigInt() : exactInteger(value);
  if (number === undefined) return undefined;
  return (position) => ((number >> BigInt(Math.min(position, 63))) & 1n) === 1n;
}

function exactInteger(value: Value): bigint | undefined {
  if (wholeNumber(value) === undefined) return undefined;
  const number = toBigInt(value);
  return number !== undefined && fitsLong(number) ? number : undefined;
}

export function compileBitsTest(operator: BitsOperator, mask: Value): (value: Value) => boolean {
  const positions = readMask(operator, mask);
  const wanted = operator.endsWith("Set");
  const all = operator.startsWith("$bitsAll");
  return (value) => {
    const read = bitReader(value);
    if (!read) return false;
    const matches = (position: number): boolean => read(position) === wanted;
    return all ? positions.every(matches) : positions.some(matches);
  };
}
