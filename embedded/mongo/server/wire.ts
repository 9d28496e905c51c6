/**
 * The MongoDB wire protocol: cutting a byte stream into messages, reading OP_MSG (and OP_QUERY, for the legacy hello
 * only) and writing replies. Facts from MongoDB's "Wire Protocol" manual page and the OP_MSG specification.
 */
import { readElements } from "./raw.js";
import { MongoError } from "../errors.js";

/** Largest message accepted, as advertised in hello (`maxMessageSizeBytes`). */
export const maxMessageBytes = 48_000_000;
/** Largest document a user may store (`maxBsonObjectSize`). */
export const maxDocumentBytes = 16 * 1024 * 1024;
/** Largest document on the wire: a user document with a command around it. */
export const maxInternalDocumentBytes = maxDocumentBytes + 16 * 1024;

const headerBytes = 16;
const opReply = 1;
const opQuery = 2004;
const opMsg = 2013;

const checksumPresent = 1 << 0;
const moreToCome = 1 << 1;
const requiredFlagBits = 0xffff;

/** The stream cannot be understood any further: the connection has to be closed. */
export class ProtocolViolation extends Error {}

/** One request: the command document as sent, and its document sequences (section kind 1) by name. */
export interface Request {
  requestId: number;
  /** How to wrap the answer: OP_MSG, or OP_REPLY for the legacy hello. */
  kind: "msg" | "query";
  body: Buffer;
  sequences: Map<string, Buffer[]>;
  /** The client expects no answer (`moreToCome`). */
  silent: boolean;
  /** Database of an OP_QUERY; OP_MSG names it in `$db`. */
  database?: string;
  /** The message was whole but its content is wrong: the answer is this error. */
  failure?: MongoError;
}

/** Cuts a byte stream into whole messages, each without a copy unless it arrived in pieces. */
export class FrameReader {
  private chunks: Buffer[] = [];
  private buffered = 0;
  private needed = 0;

  /** Adds received bytes and returns the messages that are now complete. Throws ProtocolViolation on a bad length. */
  push(chunk: Buffer): Buffer[] {
    this.chunks.push(chunk);
    this.buffered += chunk.length;
    const frames: Buffer[] = [];
    for (;;) {
      if (this.needed === 0) {
        if (this.buffered < 4) return frames;
        this.needed = this.readLength();
      }
      if (this.buffered < this.needed) return frames;
      frames.push(this.takeFrame());
    }
  }

  private readLength(): number {
    const first = this.joined(4);
    const length = first.readInt32LE(0);
    if (length < headerBytes || length > maxMessageBytes) {
      throw new ProtocolViolation(`message length ${length} is not between ${headerBytes} and ${maxMessageBytes}`);
    }
    return length;
  }

  private takeFrame(): Buffer {
    const whole = this.joined(this.needed);
    const frame = whole.subarray(0, this.needed);
    const rest = whole.subarray(this.needed);
    if (rest.length > 0) this.chunks[0] = rest;
    else this.chunks.shift();
    this.buffered -= this.needed;
    this.needed = 0;
    return frame;
  }

  /** The first chunk, after making it at least `length` bytes long. */
  private joined(length: number): Buffer {
    const first = this.chunks[0]!;
    if (first.length >= length) return first;
    const all = Buffer.concat(this.chunks, this.buffered);
    this.chunks = [all];
    return all;
  }
}

/** Reads one whole message. Throws ProtocolViolation when it is no message we can answer at all. */
export function readRequest(frame: Buffer): Request {
  const requestId = frame.readInt32LE(4);
  const opCode = frame.readInt32LE(12);
  if (opCode === opMsg) return readMsg(frame, requestId);
  if (opCode === opQuery) return readQuery(frame, requestId);
  throw new ProtocolViolation(`operation code ${opCode} is not supported`);
}

function readMsg(frame: Buffer, requestId: number): Request {
  if (frame.length < headerBytes + 5) throw new ProtocolViolation("OP_MSG without a section");
  const flags = frame.readUInt32LE(headerBytes);
  if ((flags & requiredFlagBits & ~(checksumPresent | moreToCome)) !== 0) {
    throw new ProtocolViolation(`unknown required OP_MSG flag bits in ${flags}`);
  }
  const end = frame.length - ((flags & checksumPresent) !== 0 ? 4 : 0);
  const request: Request = {
    requestId,
    kind: "msg",
    body: Buffer.alloc(0),
    sequences: new Map(),
    silent: (flags & moreToCome) !== 0,
  };
  let at = headerBytes + 4;
  while (at < end) {
    const kind = frame[at]!;
    at += 1;
    if (at + 4 > end) throw new ProtocolViolation("OP_MSG section is cut off");
    const size = frame.readInt32LE(at);
    if (size < 5 || at + size > end) throw new ProtocolViolation(`OP_MSG section of ${size} bytes does not fit`);
    if (kind === 0) {
      if (request.body.length > 0) throw new ProtocolViolation("OP_MSG with two command documents");
      request.body = frame.subarray(at, at + size);
    } else if (kind === 1) {
      readSequence(frame.subarray(at, at + size), request);
    } else {
      throw new ProtocolViolation(`unknown OP_MSG section kind ${kind}`);
    }
    at += size;
  }
  if (request.body.length === 0) throw new ProtocolViolation("OP_MSG without a command document");
  checkSize(request.body, request);
  return request;
}

function readSequence(section: Buffer, request: Request): void {
  const nameEnd = section.indexOf(0, 4);
  if (nameEnd < 0) throw new ProtocolViolation("OP_MSG document sequence without a name");
  const name = section.toString("utf8", 4, nameEnd);
  if (request.sequences.has(name)) request.failure ??= new MongoError(40431, `Duplicate document sequence: ${name}`);
  const documents: Buffer[] = [];
  let at = nameEnd + 1;
  while (at < section.length) {
    if (at + 5 > section.length) throw new ProtocolViolation("OP_MSG document sequence is cut off");
    const size = section.readInt32LE(at);
    if (size < 5 || at + size > section.length) throw new ProtocolViolation("document does not fit its sequence");
    const document = section.subarray(at, at + size);
    checkSize(document, request);
    documents.push(document);
    at += size;
  }
  request.sequences.set(name, documents);
}

function checkSize(document: Buffer, request: Request): void {
  if (document.length > maxInternalDocumentBytes) request.failure ??= tooLarge(document);
}

/** MongoDB's error for a document that is larger than any document on the wire may be. */
export function tooLarge(document: Uint8Array): MongoError {
  const size = document.length;
  return new MongoError(
    "BSONObjectTooLarge",
    `BSONObj size: ${size} (0x${size.toString(16).toUpperCase()}) is invalid. ` +
      `Size must be between 0 and ${maxInternalDocumentBytes}(16MB)`,
  );
}

/** OP_QUERY is left for the legacy hello alone; any other command in it gets the error that MongoDB 6 and later give. */
function readQuery(frame: Buffer, requestId: number): Request {
  const nameEnd = frame.indexOf(0, headerBytes + 4);
  if (nameEnd < 0 || nameEnd + 9 + 5 > frame.length) throw new ProtocolViolation("OP_QUERY is cut off");
  const namespace = frame.toString("utf8", headerBytes + 4, nameEnd);
  const at = nameEnd + 9;
  const size = frame.readInt32LE(at);
  if (size < 5 || at + size > frame.length) throw new ProtocolViolation("OP_QUERY document does not fit");
  let body = frame.subarray(at, at + size);
  const first = readElements(body)[0];
  if (first?.name === "$query" && first.type === 3) body = body.subarray(first.start, first.end);
  const name = readElements(body)[0]?.name ?? "";
  const request: Request = {
    requestId,
    kind: "query",
    body,
    sequences: new Map(),
    silent: false,
    database: namespace.split(".")[0] ?? "admin",
  };
  if (!["hello", "ismaster", "isMaster"].includes(name)) {
    request.failure = new MongoError(
      "UnsupportedOpQueryCommand",
      `Unsupported OP_QUERY command: ${name}. The client driver may require an upgrade. ` +
        "For more details see https://dochub.mongodb.org/core/legacy-opcode-removal",
    );
  }
  return request;
}

let lastReplyId = 0;

/** Wraps an encoded reply document as the answer to a request. */
export function writeReply(request: Pick<Request, "requestId" | "kind">, document: Uint8Array): Buffer {
  lastReplyId = (lastReplyId + 1) & 0x7fffffff;
  const fixed = request.kind === "msg" ? headerBytes + 5 : headerBytes + 20;
  const frame = Buffer.allocUnsafe(fixed + document.length);
  frame.writeInt32LE(frame.length, 0);
  frame.writeInt32LE(lastReplyId, 4);
  frame.writeInt32LE(request.requestId, 8);
  if (request.kind === "msg") {
    frame.writeInt32LE(opMsg, 12);
    frame.writeUInt32LE(0, 16);
    frame[20] = 0;
  } else {
    frame.writeInt32LE(opReply, 12);
    frame.fill(0, 16, fixed);
    frame.writeInt32LE(8, 16); // AwaitCapable, as every server since 2.0 sets it
    frame.writeInt32LE(1, 32); // one document
  }
  frame.set(document, fixed);
  return frame;
}
