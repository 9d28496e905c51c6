import type { Decimal } from "./decimal.js";

/** The largest whole number whose square is not above `value`. */
function wholeRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let guess = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
  for (;;) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** Square root of a decimal that is not negative, to well over 34 digits; rounding is the caller's. */
export function decimalSquareRoot(value: Decimal): Decimal {
  if (value.kind !== "finite") return value;
  const shift = 72 + (Math.abs(value.exponent) % 2);
  const scaled = value.coefficient * 10n ** BigInt(shift);
  let coefficient = wholeRoot(scaled);
  let exponent = (value.exponent - shift) / 2;
  if (coefficient * coefficient === scaled) {
    while (exponent < 0 && coefficient !== 0n && coefficient % 10n === 0n) {
      coefficient /= 10n;
      exponent += 1;
    }
  }
  return { kind: "finite", negative: value.negative, coefficient, exponent };
}
