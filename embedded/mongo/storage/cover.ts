/** Documents out of index keys: reads that need no more than an index holds never touch the documents. */
import { ObjectId } from "bson";
import { setField } from "../values/codec.js";
import type { Doc, FindRequest, Found, Value } from "../types.js";
import { encodeDocument } from "../values/codec.js";
import type { StoredIndex } from "./indexTable.js";
import { inverted, tagOf } from "./keys.js";

/** True for values that their key gives back exactly: a key does not tell 1 from 1.0 nor a missing field from null. */
export function isSimple(value: Value): boolean {
  switch (typeof value) {
    case "number":
    case "string":
    case "boolean":
      return true;
    case "object":
      if (value === null || value instanceof ObjectId) return true;
      return value instanceof Date && !Number.isNaN(value.getTime());
    default:
      return false;
  }
}

/** The paths a filter asks for; undefined when it asks for more than paths. */
function pathsOf(filter: Doc): string[] | undefined {
  const paths: string[] = [];
  for (const [name, operand] of Object.entries(filter)) {
    if (name === "$comment") continue;
    if (!name.startsWith("$")) {
      paths.push(name);
      continue;
    }
    if (!["$and", "$or", "$nor"].includes(name)) return undefined;
    for (const clause of operand as Doc[]) {
      const inner = pathsOf(clause);
      if (!inner) return undefined;
      paths.push(...inner);
    }
  }
  return paths;
}

/** Can the keys of an index stand in for the documents of a read? `exact`: they need not be asked the filter. */
export function covers(index: StoredIndex, request: FindRequest, exact: boolean): boolean {
  const { coveredFields: wanted, sort = {}, filter } = request;
  if (!wanted || !index.simple || index.multikey || index.cut || index.collator) return false;
  const has = (path: string) => Object.hasOwn(index.spec.key, path);
  const asked = exact ? [] : pathsOf(filter.source);
  return asked !== undefined && [...wanted, ...asked, ...Object.keys(sort)].every(has);
}

const tags = {
  number: tagOf(0),
  text: tagOf(""),
  bool: tagOf(true),
  date: tagOf(new Date(0)),
  objectId: tagOf(new ObjectId()),
};

function readText(bytes: Buffer): { value: string; size: number } {
  let end = 1;
  const pieces: Buffer[] = [];
  let from = 1;
  for (;;) {
    end = bytes.indexOf(0, end);
    pieces.push(bytes.subarray(from, end));
    if (bytes[end + 1] === 0) break;
    // A zero of the text itself is followed by 0xff.
    pieces.push(bytes.subarray(end, end + 1));
    from = end + 2;
    end = from;
  }
  return { value: Buffer.concat(pieces).toString("utf8"), size: end + 2 };
}

function readDouble(bytes: Buffer): number {
  const raw = Buffer.from(bytes.subarray(1, 9));
  if (raw.every((byte) => byte === 0)) return Number.NaN;
  if (raw[0]! & 0x80) raw[0]! &= 0x7f;
  else for (let at = 0; at < 8; at += 1) raw[at] = ~raw[at]! & 0xff;
  return raw.readDoubleBE(0);
}

/** One simple value at the beginning of a key, as keys.ts writes it. */
function readValue(bytes: Buffer): { value: Value; size: number } {
  switch (bytes[0]) {
    case tags.number:
      return { value: readDouble(bytes), size: 10 };
    case tags.text:
      return readText(bytes);
    case tags.bool:
      return { value: bytes[1] === 1, size: 2 };
    case tags.date: {
      const raw = Buffer.from(bytes.subarray(1, 9));
      raw[0]! ^= 0x80;
      return { value: new Date(Number(raw.readBigInt64BE(0))), size: 9 };
    }
    case tags.objectId:
      return { value: new ObjectId(Uint8Array.prototype.slice.call(bytes, 1, 13)), size: 13 };
    default:
      return { value: null, size: 1 };
  }
}

/** The indexed fields of a document, out of its key. */
export function docOfKey(index: StoredIndex, key: Buffer): Doc {
  const doc: Doc = {};
  let rest = key;
  for (const [path, direction] of Object.entries(index.spec.key)) {
    const { value, size } = readValue(direction === 1 ? rest : inverted(rest));
    rest = rest.subarray(size);
    const parts = path.split(".");
    let parent = doc;
    for (const part of parts.slice(0, -1)) {
      const next = (parent[part] as Doc | undefined) ?? {};
      setField(parent, part, next);
      parent = next;
    }
    setField(parent, parts.at(-1)!, value);
  }
  return doc;
}

/** A record of which only the indexed fields are known. */
export class KeyRecord implements Found {
  private decoded: Doc | undefined;
  private encoded: Uint8Array | undefined;

  constructor(
    readonly rid: number,
    private readonly index: StoredIndex,
    private readonly key: Buffer,
  ) {}

  doc(): Doc {
    return (this.decoded ??= docOfKey(this.index, this.key));
  }

  get bytes(): Uint8Array {
    return (this.encoded ??= encodeDocument(this.doc()));
  }
}
