/** Preferred number series that $bucketAuto can round its boundaries to. */
import { MongoError } from "../../errors.js";
import type { Value } from "../../types.js";
import { doubleValue } from "../../values/codec.js";
import { isNumber, typeAlias } from "../../values/compare.js";
import { integerValue, toDouble } from "../../values/numbers.js";

export interface Granularity {
  /** Throws unless the value is a number that is not negative. */
  check(value: Value): void;
  /** The next boundary above a value. */
  above(value: Value): Value;
  /** The next boundary below a value. */
  below(value: Value): Value;
}

/** The finer E series are the powers of a root of ten, in three digits; the standard has 920 where these give 919. */
function exponential(count: number): number[] {
  return Array.from({ length: count }, (_, at) => Math.round(100 * 10 ** (at / count))).map((digits) =>
    digits === 919 ? 920 : digits,
  );
}

/** Numbers of one decade; after the last comes ten times the first. Renard and E series, and 1-2-5. */
const series: Readonly<Record<string, readonly number[]>> = {
  R5: [10, 16, 25, 40, 63],
  R10: [100, 125, 160, 200, 250, 315, 400, 500, 630, 800],
  R20: [100, 112, 125, 140, 160, 180, 200, 224, 250, 280, 315, 355, 400, 450, 500, 560, 630, 710, 800, 900],
  R40: [
    100, 106, 112, 118, 125, 132, 140, 150, 160, 170, 180, 190, 200, 212, 224, 236, 250, 265, 280, 300, 315, 335, 355,
    375, 400, 425, 450, 475, 500, 530, 560, 600, 630, 670, 710, 750, 800, 850, 900, 950,
  ],
  R80: [
    103, 109, 115, 122, 128, 136, 145, 155, 165, 175, 185, 195, 206, 218, 230, 243, 258, 272, 290, 307, 325, 345, 365,
    387, 412, 437, 462, 487, 515, 545, 575, 615, 650, 690, 730, 775, 825, 875, 925, 975,
  ],
  "1-2-5": [10, 20, 50],
  E6: [10, 15, 22, 33, 47, 68],
  E12: [10, 12, 15, 18, 22, 27, 33, 39, 47, 56, 68, 82],
  E24: [10, 11, 12, 13, 15, 16, 18, 20, 22, 24, 27, 30, 33, 36, 39, 43, 47, 51, 56, 62, 68, 75, 82, 91],
  E48: exponential(48),
  E96: exponential(96),
  E192: exponential(192),
};

function requireNumber(value: Value): void {
  if (!isNumber(value)) {
    throw new MongoError(
      40258,
      `$bucketAuto can specify a 'granularity' with numeric boundaries only, but found a value with type: ${typeAlias(value)}`,
    );
  }
  const number = toDouble(value);
  if (Number.isNaN(number))
    throw new MongoError(
      40259,
      "$bucketAuto can specify a 'granularity' with numeric boundaries only, but found a NaN",
    );
  if (number < 0) {
    throw new MongoError(
      40260,
      "$bucketAuto can specify a 'granularity' with non-negative numbers only, but found a negative number",
    );
  }
}

/** Multiples of powers of ten without the error of repeated multiplication. */
function scaled(digits: number, exponent: number): number {
  return Number(`${digits}e${exponent}`);
}

function fromSeries(numbers: readonly number[]): Granularity {
  const startOf = (value: number): number => Math.floor(Math.log10(value / (numbers[0] ?? 1))) - 1;
  const walk = function* (value: number): Generator<number> {
    for (let exponent = startOf(value); ; exponent += 1) for (const digits of numbers) yield scaled(digits, exponent);
  };
  return {
    check: requireNumber,
    above(value) {
      const number = toDouble(value);
      if (number === 0) return 0;
      for (const boundary of walk(number)) if (boundary > number) return doubleValue(boundary);
      return value;
    },
    below(value) {
      const number = toDouble(value);
      if (number === 0) return 0;
      let last = 0;
      for (const boundary of walk(number)) {
        if (boundary >= number) break;
        last = boundary;
      }
      return doubleValue(last);
    },
  };
}

const powersOfTwo: Granularity = {
  check: requireNumber,
  above(value) {
    const number = toDouble(value);
    return number === 0 ? 0 : whole(2 ** (Math.floor(Math.log2(number)) + 1));
  },
  below(value) {
    const number = toDouble(value);
    return number === 0 ? 0 : whole(2 ** (Math.ceil(Math.log2(number)) - 1));
  },
};

function whole(value: number): Value {
  return Number.isInteger(value) ? integerValue(value) : value;
}

export function granularityOf(name: Value): Granularity {
  if (typeof name !== "string") {
    throw new MongoError(
      40261,
      `The $bucketAuto 'granularity' field must be a string, but found type: ${typeAlias(name)}.`,
    );
  }
  if (name === "POWERSOF2") return powersOfTwo;
  const numbers = Object.hasOwn(series, name) ? series[name] : undefined;
  if (!numbers) throw new MongoError(40257, `Unknown rounding granularity '${name}'`);
  return fromSeries(numbers);
}
