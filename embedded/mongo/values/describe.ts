/** Values in error messages, in the shell's notation as the server prints them. */
import type { Value } from "../types.js";
import { isDoc, typeAlias } from "./compare.js";

/** Longest text that an error message quotes. */
const maxLength = 500;

/** {a: 1} as "{ a: 1 }". */
export function describe(value: Value): string {
  const text = write(value);
  return text.length > maxLength ? `${text.slice(0, maxLength)}...` : text;
}

function write(value: Value): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `[ ${value.map(write).join(", ")} ]`;
  if (isDoc(value)) {
    const fields = Object.entries(value).map(([name, field]) => `${name}: ${write(field)}`);
    return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
  }
  switch (typeAlias(value)) {
    case "missing":
      return "missing";
    case "objectId":
      return `ObjectId('${String(value)}')`;
    case "date":
      return `new Date(${(value as Date).getTime()})`;
    case "regex":
    case "binData":
    case "javascript":
    case "javascriptWithScope":
      return typeAlias(value);
    default:
      return String(value);
  }
}
