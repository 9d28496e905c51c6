import { AppError } from "../core/errors.js";

type Part = "date" | "string" | "number";
type Parts<P extends readonly Part[]> = {
  [K in keyof P]: P[K] extends "date" ? Date : P[K] extends "number" ? number : string;
};

/** The position after a row as an opaque word: its sort values. It holds no secret and no text. */
export function encodeCursor(values: readonly (Date | string | number)[]): string {
  const plain = values.map((value) => (value instanceof Date ? value.toISOString() : value));
  return Buffer.from(JSON.stringify(plain)).toString("base64url");
}

/** undefined for no cursor. Throws AppError `invalid_request` for anything this list did not hand out. */
export function decodeCursor<const P extends readonly Part[]>(
  cursor: string | undefined,
  parts: P,
): Parts<P> | undefined {
  if (cursor === undefined) return undefined;
  try {
    const values = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")) as unknown;
    if (Array.isArray(values) && values.length === parts.length) {
      const read = values.map((value: unknown, index) => {
        const part = parts[index];
        if (part === "date" && typeof value === "string" && !Number.isNaN(Date.parse(value))) return new Date(value);
        if (part !== "date" && typeof value === part) return value;
        throw new TypeError("another list's cursor");
      });
      return read as unknown as Parts<P>;
    }
  } catch {
    // Falls through to the one answer for every bad cursor.
  }
  throw new AppError("invalid_request", "The cursor is not one that this list returned.", {
    errors: [{ pointer: "?cursor", message: "Use next_cursor of the previous page, or leave it out." }],
  });
}
