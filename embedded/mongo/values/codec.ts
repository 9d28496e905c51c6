/**
 * BSON to documents and back with every type kept apart (see `Value`). The decoder is our own because the `bson` package
 * either loses the difference between 1 and 1.0 or wraps each number; the encoder is the package's, whose rules for
 * plain numbers are exactly ours.
 */
import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  serialize,
  Timestamp,
} from "bson";
import { MongoError } from "../errors.js";
import type { Doc, Value } from "../types.js";
import { fieldNames, inOrder, movesAhead, noteOrder } from "./fieldOrder.js";

/** Deepest nesting that is read; MongoDB's own limit for stored documents is lower. */
const maxDepth = 250;

/**
 * Reads one document. Nothing of the result refers to `bytes` afterwards.
 * Throws MongoError InvalidBSON when the bytes are not one whole, well-formed document.
 */
export function decodeDocument(bytes: Uint8Array): Doc {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < 5 || buffer.readInt32LE(0) !== buffer.length) throw invalid("wrong document length");
  try {
    return new Reader(buffer).document(buffer.length, 0);
  } catch (error) {
    if (error instanceof MongoError) throw error;
    // The classes of the package refuse some values themselves, such as unknown options of regular expressions.
    throw invalid(error instanceof Error ? error.message : "unreadable value");
  }
}

/** Writes one document. Throws MongoError BadValue for values BSON has no place for. */
export function encodeDocument(doc: Doc): Uint8Array {
  try {
    return serialize(inOrder(doc) as Doc, { ignoreUndefined: true });
  } catch (error) {
    throw new MongoError("BadValue", error instanceof Error ? error.message : "document cannot be encoded");
  }
}

/** A double as the store holds it: wrapped when a plain number would be taken for an int32. */
export function doubleValue(value: number): number | Double {
  return (value | 0) === value ? new Double(value) : value;
}

/** Sets a field without ever touching the prototype. */
export function setField(doc: Doc, name: string, value: Value): void {
  if (movesAhead(name) && !Object.hasOwn(doc, name)) {
    const names = [...fieldNames(doc), name];
    doc[name] = value;
    noteOrder(doc, names);
  } else if (name === "__proto__") {
    Object.defineProperty(doc, name, { value, writable: true, enumerable: true, configurable: true });
  } else doc[name] = value;
}

function invalid(what: string): MongoError {
  return new MongoError("InvalidBSON", `Invalid BSON: ${what}`);
}

class Reader {
  private at = 0;
  private readonly buffer: Buffer;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
  }

  document(limit: number, depth: number): Doc {
    const end = this.begin(limit, depth);
    const doc: Doc = {};
    let names: string[] | undefined;
    for (;;) {
      const type = this.buffer[this.at++];
      if (type === 0) break;
      const name = this.name(end);
      const value = this.value(type ?? 0, end, depth);
      if (names) names.push(name);
      else if (movesAhead(name)) names = [...Object.keys(doc), name];
      if (name === "__proto__") setField(doc, name, value);
      else doc[name] = value;
    }
    if (this.at !== end) throw invalid("document ends early");
    if (names) noteOrder(doc, names);
    return doc;
  }

  private array(limit: number, depth: number): Value[] {
    const end = this.begin(limit, depth);
    const list: Value[] = [];
    for (;;) {
      const type = this.buffer[this.at++];
      if (type === 0) break;
      while (this.buffer[this.at] !== 0) if (++this.at >= end) throw invalid("unterminated field name");
      this.at += 1;
      list.push(this.value(type ?? 0, end, depth));
    }
    if (this.at !== end) throw invalid("array ends early");
    return list;
  }

  /** Reads the length of a document that must end by `limit`, and returns where it ends. */
  private begin(limit: number, depth: number): number {
    if (depth > maxDepth) throw new MongoError(15, "Document exceeds the maximum nesting depth");
    if (this.at + 5 > limit) throw invalid("document beyond its parent");
    const end = this.at + this.buffer.readInt32LE(this.at);
    if (end > limit || end < this.at + 5 || this.buffer[end - 1] !== 0) throw invalid("wrong document length");
    this.at += 4;
    return end;
  }

  private name(end: number): string {
    const { buffer } = this;
    const start = this.at;
    let at = start;
    let plain = true;
    for (let byte = buffer[at]; byte !== 0; byte = buffer[++at]) {
      if (at >= end) throw invalid("unterminated field name");
      if ((byte as number) > 127) plain = false;
    }
    this.at = at + 1;
    if (plain && at - start < 24) return this.ascii(start, at);
    return buffer.toString("utf8", start, at);
  }

  private ascii(start: number, end: number): string {
    let text = "";
    for (let at = start; at < end; at += 1) text += String.fromCharCode(this.buffer[at] as number);
    return text;
  }

  private need(count: number, end: number): number {
    const at = this.at;
    if (count < 0 || at + count > end) throw invalid("value beyond its document");
    this.at = at + count;
    return at;
  }

  private string(end: number): string {
    const length = this.buffer.readInt32LE(this.need(4, end));
    if (length < 1) throw invalid("wrong string length");
    const start = this.need(length, end);
    if (this.buffer[this.at - 1] !== 0) throw invalid("string without end");
    return this.buffer.toString("utf8", start, this.at - 1);
  }

  private copy(count: number, end: number): Buffer {
    const start = this.need(count, end);
    return Buffer.from(this.buffer.subarray(start, start + count));
  }

  private long(end: number): Long {
    const start = this.need(8, end);
    return new Long(this.buffer.readInt32LE(start), this.buffer.readInt32LE(start + 4));
  }

  private value(type: number, end: number, depth: number): Value {
    switch (type) {
      case 0x01:
        return doubleValue(this.buffer.readDoubleLE(this.need(8, end)));
      case 0x02:
        return this.string(end);
      case 0x03:
        return this.document(end, depth + 1);
      case 0x04:
        return this.array(end, depth + 1);
      case 0x05:
        return this.binary(end);
      case 0x06:
      case 0x0a:
        return null;
      case 0x07:
        return new ObjectId(this.copy(12, end));
      case 0x08:
        return this.buffer[this.need(1, end)] !== 0;
      case 0x09:
        return new Date(this.long(end).toNumber());
      case 0x10:
        return this.buffer.readInt32LE(this.need(4, end));
      case 0x12:
        return this.long(end);
      default:
        return this.rare(type, end, depth);
    }
  }

  private rare(type: number, end: number, depth: number): Value {
    switch (type) {
      case 0x0b: {
        const pattern = this.name(end);
        return new BSONRegExp(pattern, this.name(end));
      }
      case 0x0c: {
        const $ref = this.string(end);
        return { $ref, $id: new ObjectId(this.copy(12, end)) };
      }
      case 0x0d:
        return new Code(this.string(end));
      case 0x0e:
        return new BSONSymbol(this.string(end));
      case 0x0f: {
        this.need(4, end);
        const code = this.string(end);
        return new Code(code, this.document(end, depth + 1));
      }
      case 0x11:
        return new Timestamp(this.long(end).toUnsigned());
      case 0x13:
        return new Decimal128(this.copy(16, end));
      case 0xff:
        return new MinKey();
      case 0x7f:
        return new MaxKey();
      default:
        throw invalid(`unrecognized BSON type ${type}`);
    }
  }

  private binary(end: number): Binary {
    const length = this.buffer.readInt32LE(this.need(4, end));
    const subtype = this.buffer[this.need(1, end)] as number;
    if (subtype !== 2) return new Binary(this.copy(length, end), subtype);
    // The old binary subtype repeats its length inside.
    const inner = this.buffer.readInt32LE(this.need(4, end));
    if (inner !== length - 4) throw invalid("wrong length of old binary");
    return new Binary(this.copy(inner, end), subtype);
  }
}
