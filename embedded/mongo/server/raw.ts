/**
 * BSON by its bytes, without decoding: walking elements, proving that a document is well formed, and building replies
 * out of stored documents. Layout from bsonspec.org.
 */
import { ObjectId } from "bson";
import { MongoError } from "../errors.js";

/** One top-level element; its value is `bytes.subarray(start, end)`, the element itself begins at `from`. */
export interface RawElement {
  name: string;
  type: number;
  from: number;
  start: number;
  end: number;
}

/** MongoDB's limit for stored documents. */
const maxNesting = 180;

const fixedSizes = new Map<number, number>([
  [0x01, 8],
  [0x06, 0],
  [0x07, 12],
  [0x08, 1],
  [0x09, 8],
  [0x0a, 0],
  [0x10, 4],
  [0x11, 8],
  [0x12, 8],
  [0x13, 16],
  [0x7f, 0],
  [0xff, 0],
]);
/** -1 = not fixed. An array lookup, because every inserted value passes here. */
const sizeOfType = Int8Array.from({ length: 256 }, (_, type) => fixedSizes.get(type) ?? -1);

function invalid(what: string): MongoError {
  return new MongoError("InvalidBSON", `Invalid BSON: ${what}`);
}

function int32At(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

function lengthAt(bytes: Uint8Array, at: number, end: number, least: number): number {
  if (at + 4 > end) throw invalid("cut off");
  const length = int32At(bytes, at);
  if (length < least) throw invalid("a length is too small");
  return length;
}

function cstringEnd(bytes: Uint8Array, at: number, end: number): number {
  let next = at;
  while (next < end && bytes[next] !== 0) next += 1;
  if (next >= end) throw invalid("a name has no end");
  return next + 1;
}

function stringEnd(bytes: Uint8Array, at: number, end: number): number {
  const next = at + 4 + lengthAt(bytes, at, end, 1);
  if (next > end || bytes[next - 1] !== 0) throw invalid("a string has no end");
  return next;
}

/** Where the value that starts at `at` ends. `depth` undefined = look no deeper. */
function valueEnd(bytes: Uint8Array, type: number, at: number, end: number, depth: number | undefined): number {
  const size = sizeOfType[type]!;
  let next: number;
  if (size >= 0) {
    if (type === 0x08 && bytes[at]! > 1) throw invalid("a boolean is neither true nor false");
    next = at + size;
  } else if (type === 0x02 || type === 0x0d || type === 0x0e) {
    next = stringEnd(bytes, at, end);
  } else if (type === 0x03 || type === 0x04) {
    next = at + lengthAt(bytes, at, end, 5);
    if (next <= end && depth !== undefined) checkDocument(bytes, at, next, depth + 1);
  } else if (type === 0x05) {
    next = at + 5 + lengthAt(bytes, at, end, 0);
  } else if (type === 0x0b) {
    next = cstringEnd(bytes, cstringEnd(bytes, at, end), end);
  } else if (type === 0x0c) {
    next = stringEnd(bytes, at, end) + 12;
  } else if (type === 0x0f) {
    next = at + lengthAt(bytes, at, end, 14);
    if (next > end) throw invalid("a value does not fit");
    const scope = stringEnd(bytes, at + 4, next);
    if (scope + lengthAt(bytes, scope, next, 5) !== next) throw invalid("code with scope does not fit");
    if (depth !== undefined) checkDocument(bytes, scope, next, depth + 1);
  } else {
    throw invalid(`unknown type ${type}`);
  }
  if (next > end) throw invalid("a value does not fit");
  return next;
}

function checkDocument(bytes: Uint8Array, start: number, end: number, depth: number): void {
  if (depth > maxNesting) {
    throw new MongoError("Overflow", `cannot insert document because it exceeds ${maxNesting} levels of nesting`);
  }
  if (int32At(bytes, start) !== end - start || bytes[end - 1] !== 0) throw invalid("a document has a wrong length");
  const last = end - 1;
  let at = start + 4;
  while (at < last) {
    const type = bytes[at]!;
    at = valueEnd(bytes, type, cstringEnd(bytes, at + 1, last), last, depth);
  }
}

/**
 * The top-level elements of one document. Proves the top level only; throws InvalidBSON (22) when that is broken.
 */
export function readElements(bytes: Buffer): RawElement[] {
  if (bytes.length < 5 || int32At(bytes, 0) !== bytes.length || bytes[bytes.length - 1] !== 0) {
    throw invalid("a document has a wrong length");
  }
  const last = bytes.length - 1;
  const elements: RawElement[] = [];
  let at = 4;
  while (at < last) {
    const nameEnd = cstringEnd(bytes, at + 1, last);
    const type = bytes[at]!;
    const end = valueEnd(bytes, type, nameEnd, last, undefined);
    elements.push({ name: bytes.toString("utf8", at + 1, nameEnd - 1), type, from: at, start: nameEnd, end });
    at = end;
  }
  return elements;
}

/** Name of the first element: the command's name. */
export function firstName(bytes: Buffer): string {
  if (bytes.length < 6) return "";
  return bytes.toString("utf8", 5, cstringEnd(bytes, 5, bytes.length) - 1);
}

/** The same document without some of its elements. */
export function withoutElement(bytes: Buffer, element: RawElement): Buffer {
  const rest = Buffer.concat([bytes.subarray(0, element.from), bytes.subarray(element.end)]);
  rest.writeInt32LE(rest.length, 0);
  return rest;
}

function isIdName(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x5f && bytes[at + 1] === 0x69 && bytes[at + 2] === 0x64 && bytes[at + 3] === 0;
}

/**
 * Makes a document sent by a client fit to be stored, as MongoDB's insert does: proves that it is well formed all the way
 * down, puts `_id` first, generates it (an ObjectId) when there is none, refuses `_id` values that MongoDB refuses, and fills
 * empty top-level timestamps with `now`. Otherwise returns the very bytes given.
 */
export function prepareInsert(bytes: Buffer, now: () => { seconds: number; counter: number }): Buffer {
  const last = bytes.length - 1;
  if (bytes.length < 5 || int32At(bytes, 0) !== bytes.length || bytes[last] !== 0) {
    throw invalid("a document has a wrong length");
  }
  let idType = -1;
  let idFrom = 4;
  let idEnd = 4;
  let result = bytes;
  let at = 4;
  while (at < last) {
    const type = bytes[at]!;
    const nameAt = at + 1;
    const start = cstringEnd(bytes, nameAt, last);
    const end = valueEnd(bytes, type, start, last, 1);
    if (isIdName(bytes, nameAt)) {
      if (idType >= 0) throw new MongoError("BadValue", "can't have multiple _id fields in one document");
      idType = type;
      idFrom = at;
      idEnd = end;
      checkId(bytes, type, start, end);
    } else if (type === 0x11 && int32At(bytes, start) === 0 && int32At(bytes, start + 4) === 0) {
      if (result === bytes) result = Buffer.from(bytes);
      const { seconds, counter } = now();
      result.writeUInt32LE(counter, start);
      result.writeUInt32LE(seconds, start + 4);
    }
    at = end;
  }
  if (idType < 0) return withGeneratedId(result);
  return idFrom === 4 ? result : withFirst(result, idFrom, idEnd);
}

/** The same document with one of its elements moved to the front. */
function withFirst(bytes: Buffer, from: number, end: number): Buffer {
  return Buffer.concat([bytes.subarray(0, 4), bytes.subarray(from, end), bytes.subarray(4, from), bytes.subarray(end)]);
}

function checkId(bytes: Buffer, type: number, start: number, end: number): void {
  if (type === 0x04) throw new MongoError("BadValue", "can't use an array for _id");
  if (type === 0x0b) throw new MongoError("BadValue", "can't use a regex for _id");
  if (type === 0x06) throw new MongoError("BadValue", "can't use a undefined for _id");
  if (type !== 0x03) return;
  const dollar = readElements(bytes.subarray(start, end)).find((element) => element.name.startsWith("$"));
  if (dollar) {
    throw new MongoError("DollarPrefixedFieldName", `_id fields may not contain '$'-prefixed fields: ${dollar.name}`);
  }
}

function withGeneratedId(bytes: Buffer): Buffer {
  const result = Buffer.allocUnsafe(bytes.length + 17);
  result.writeInt32LE(result.length, 0);
  result[4] = 0x07;
  result.write("_id\0", 5, "latin1");
  result.set(new ObjectId().id, 9);
  bytes.copy(result, 21, 4);
  return result;
}

const indexNames: Buffer[] = [];
/** The array index `i` as a BSON element name. */
function indexName(i: number): Buffer {
  if (i < 4096) return (indexNames[i] ??= Buffer.from(`${i}\0`, "latin1"));
  return Buffer.from(`${i}\0`, "latin1");
}

/** The names a cursor reply gives its batch. */
export type BatchName = "firstBatch" | "nextBatch";

const batchNames = { firstBatch: Buffer.from("firstBatch\0"), nextBatch: Buffer.from("nextBatch\0") };
const cursorName = Buffer.from("\x03cursor\0", "latin1");
const idName = Buffer.from("\x12id\0", "latin1");
const nsName = Buffer.from("\x02ns\0", "latin1");
const okOne = Buffer.concat([Buffer.from("\x01ok\0", "latin1"), Buffer.from(new Float64Array([1]).buffer)]);

/** `{cursor: {<batch>: [...], id, ns}, ok: 1}` built around stored documents. `id` is at most 2^53. */
export function cursorReply(name: BatchName, batch: readonly Uint8Array[], id: number, namespace: string): Buffer {
  const batchName = batchNames[name];
  const nsBytes = Buffer.byteLength(namespace);
  let arrayBytes = 5;
  for (let i = 0; i < batch.length; i += 1) arrayBytes += 1 + indexName(i).length + batch[i]!.length;
  const cursorBytes = 4 + 1 + batchName.length + arrayBytes + idName.length + 8 + nsName.length + 4 + nsBytes + 1 + 1;
  const out = Buffer.allocUnsafe(4 + cursorName.length + cursorBytes + okOne.length + 1);
  let at = out.writeInt32LE(out.length, 0);
  const put = (bytes: Uint8Array): void => {
    out.set(bytes, at);
    at += bytes.length;
  };
  put(cursorName);
  at = out.writeInt32LE(cursorBytes, at);
  at = out.writeUInt8(0x04, at);
  put(batchName);
  at = out.writeInt32LE(arrayBytes, at);
  for (let i = 0; i < batch.length; i += 1) {
    out[at] = 0x03;
    at += 1;
    put(indexName(i));
    put(batch[i]!);
  }
  at = out.writeUInt8(0, at);
  put(idName);
  at = out.writeBigInt64LE(BigInt(id), at);
  put(nsName);
  at = out.writeInt32LE(nsBytes + 1, at);
  at += out.write(namespace, at, "utf8");
  at = out.writeUInt8(0, at);
  at = out.writeUInt8(0, at);
  put(okOne);
  out[at] = 0;
  return out;
}

/** `{n: <count>, ok: 1}`: the whole answer of an insert that went well. */
export function countReply(count: number): Buffer {
  const out = Buffer.allocUnsafe(4 + 3 + 4 + okOne.length + 1);
  out.writeInt32LE(out.length, 0);
  out.write("\x10n\0", 4, "latin1");
  out.writeInt32LE(count, 7);
  out.set(okOne, 11);
  out[out.length - 1] = 0;
  return out;
}
