/** Values in error messages, in the shell's notation as the server prints them. */
import { Binary, type BSONSymbol, type Code, type Timestamp } from "bson";
import type { Value } from "../types.js";
import { isDoc, regexParts, typeAlias } from "./compare.js";

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
      return "undefined";
    case "objectId":
      return `ObjectId('${String(value)}')`;
    case "date":
      return `new Date(${(value as Date).getTime()})`;
    case "regex": {
      const { pattern, options } = regexParts(value);
      return `/${pattern}/${options}`;
    }
    case "binData":
      return writeBinary(value as Binary);
    case "timestamp": {
      const bits = (value as Timestamp).toBigInt();
      return `Timestamp(${bits >> 32n}, ${bits & 0xffffffffn})`;
    }
    case "double": {
      const text = String(value);
      return /^-?\d+$/.test(text) ? `${text}.0` : text;
    }
    case "minKey":
      return "MinKey";
    case "maxKey":
      return "MaxKey";
    case "symbol":
      return JSON.stringify((value as BSONSymbol).value);
    case "javascript":
    case "javascriptWithScope":
      return (value as Code).code;
    default:
      return String(value);
  }
}

function writeBinary(value: Binary): string {
  if (value.sub_type === Binary.SUBTYPE_UUID && value.length() === 16) return `UUID("${value.toUUID().toString()}")`;
  return `BinData(${value.sub_type}, ${Buffer.from(value.value()).toString("hex").toUpperCase()})`;
}
