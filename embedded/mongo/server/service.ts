/** The server behind all connections: it reads a request, runs its command and encodes the answer. */
import { randomBytes } from "node:crypto";
import { Double, Long, ObjectId } from "bson";
import { MongoError } from "../errors.js";
import type { Doc, Engine } from "../types.js";
import { decodeDocument, encodeDocument } from "../values/codec.js";
import { typeAlias } from "../values/compare.js";
import type { Command } from "./command.js";
import type { ConnectionInfo } from "./connection.js";
import { Cursors } from "./cursors.js";
import { applyGenericArguments } from "./generic.js";
import { Operation, type Reply } from "./operation.js";
import { firstName, readElements, withoutElement } from "./raw.js";
import { Sessions } from "./sessions.js";
import type { Request } from "./wire.js";

export interface ServiceOptions {
  engine: Engine;
  commands: ReadonlyMap<string, Command>;
  log: (line: string) => void;
  /** Where the server listens, for the diagnostic commands. */
  host: string;
  dir: string;
  cursorIdleMs?: number | undefined;
}

/** Counters of serverStatus. */
export interface Counters {
  insert: number;
  query: number;
  update: number;
  delete: number;
  getmore: number;
  command: number;
}

const counterOf = new Map<string, keyof Counters>([
  ["insert", "insert"],
  ["find", "query"],
  ["update", "update"],
  ["delete", "delete"],
  ["getMore", "getmore"],
]);

/** One running server: the engine and everything its commands share. */
export class Service {
  readonly engine: Engine;
  readonly cursors: Cursors;
  readonly sessions = new Sessions();
  readonly startedAt = new Date();
  readonly processId = new ObjectId();
  readonly host: string;
  readonly dir: string;
  readonly counters: Counters = { insert: 0, query: 0, update: 0, delete: 0, getmore: 0, command: 0 };
  /** Commands that run right now, by operation id. */
  readonly running = new Map<number, Operation>();
  connections = 0;
  connectionsEver = 0;
  private readonly commands: ReadonlyMap<string, Command>;
  private readonly log: (line: string) => void;
  private lastOperation = randomBytes(2).readUInt16LE(0);

  constructor(options: ServiceOptions) {
    this.engine = options.engine;
    this.commands = options.commands;
    this.log = options.log;
    this.host = options.host;
    this.dir = options.dir;
    this.cursors = new Cursors(options.cursorIdleMs);
  }

  /** All commands, for listCommands. */
  get commandTable(): ReadonlyMap<string, Command> {
    return this.commands;
  }

  /** Answers one request. Errors become error documents. */
  handle(request: Request, connection: ConnectionInfo): Buffer | Promise<Buffer> {
    let operation: Operation | undefined;
    try {
      if (request.failure) throw request.failure;
      const { command, started } = this.begin(request, connection);
      operation = started;
      const reply = command.run(operation);
      if (reply instanceof Promise) return this.finish(operation, reply);
      const encoded = encodeReply(reply);
      this.running.delete(operation.id);
      return encoded;
    } catch (error) {
      if (operation) this.running.delete(operation.id);
      return this.failed(error);
    }
  }

  private async finish(operation: Operation, reply: Promise<Reply>): Promise<Buffer> {
    try {
      return encodeReply(await reply);
    } catch (error) {
      return this.failed(error);
    } finally {
      this.running.delete(operation.id);
    }
  }

  private begin(request: Request, connection: ConnectionInfo): { command: Command; started: Operation } {
    const name = firstName(request.body);
    const command = this.commands.get(name);
    const { body, raw } = readBody(request, command);
    if (!command) throw new MongoError("CommandNotFound", `no such command: '${name}'`);
    const db = request.database ?? readDatabase(body);
    if (request.database !== undefined) body.$db ??= db;
    if (command.name !== name) renameFirst(body, name, command.name);
    if (command.target === "admin" && db !== "admin") {
      throw new MongoError("Unauthorized", `${command.name} may only be run against the admin database.`);
    }
    command.checker?.check(body, command.name);
    this.lastOperation = (this.lastOperation + 1) & 0x7fffffff;
    const operation = new Operation(this.lastOperation, this, connection, command.name, db, body, raw);
    applyGenericArguments(operation, command);
    if (command.target === "collection" || command.target === "collectionOrDatabase") {
      operation.collection = readCollection(operation, command);
    }
    if (operation.session) this.sessions.touch(operation.session);
    this.counters[counterOf.get(command.name) ?? "command"] += 1;
    this.running.set(operation.id, operation);
    return { command, started: operation };
  }

  private failed(error: unknown): Buffer {
    if (!(error instanceof MongoError)) {
      this.log(
        `a command failed unexpectedly: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    }
    return encodeReply(errorReply(error));
  }

  /** Stops everything that is open; the engine stays. */
  async close(): Promise<void> {
    for (const operation of this.running.values()) {
      operation.interrupted = new MongoError("InterruptedAtShutdown", "interrupted at shutdown");
    }
    await this.cursors.closeAll();
  }
}

function encodeReply(reply: Reply): Buffer {
  if (Buffer.isBuffer(reply)) return reply;
  const bytes = encodeDocument("ok" in reply ? reply : { ...reply, ok: new Double(1) });
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** An error as MongoDB answers it. */
export function errorReply(error: unknown): Doc {
  const known = error instanceof MongoError ? error : undefined;
  return {
    ok: new Double(0),
    errmsg: error instanceof Error ? error.message : String(error),
    code: known?.code ?? 1,
    codeName: known?.codeName ?? "InternalError",
    ...known?.extra,
  };
}

/** The command document, decoded but for its raw field, with the document sequences put in. */
function readBody(request: Request, command: Command | undefined): { body: Doc; raw: readonly Buffer[] } {
  const rawField = command?.rawField;
  if (rawField === undefined) {
    const body = decode(request.body);
    for (const [name, documents] of request.sequences) {
      if (name in body) throw new MongoError(40413, `BSON field '${name}' is a duplicate field`);
      body[name] = documents.map(decode);
    }
    return { body, raw: [] };
  }
  const inSequence = request.sequences.get(rawField);
  const element = readElements(request.body).find((one) => one.name === rawField);
  if (inSequence) {
    if (element) throw new MongoError(40413, `BSON field '${rawField}' is a duplicate field`);
    return { body: { ...decode(request.body), [rawField]: [] }, raw: inSequence };
  }
  if (element?.type !== 4) return { body: decode(request.body), raw: [] };
  const array = request.body.subarray(element.start, element.end);
  const raw = readElements(array).map((item, index) => {
    if (item.type === 3) return array.subarray(item.start, item.end);
    const wrong = typeAlias(decode(array)[String(index)]);
    throw new MongoError(
      "TypeMismatch",
      `BSON field '${command!.name}.${rawField}.${index}' is the wrong type '${wrong}', expected type 'object'`,
    );
  });
  return { body: { ...decode(withoutElement(request.body, element)), [rawField]: [] }, raw };
}

/** Decodes what a client sent: whatever is wrong with it is the client's error. */
function decode(bytes: Buffer): Doc {
  try {
    return decodeDocument(bytes);
  } catch (error) {
    if (error instanceof MongoError) throw error;
    throw new MongoError("InvalidBSON", error instanceof Error ? error.message : String(error));
  }
}

function readDatabase(body: Doc): string {
  const db = body.$db;
  if (db === undefined) throw new MongoError(40571, "OP_MSG requests require a $db argument");
  if (typeof db !== "string") {
    throw new MongoError(
      "TypeMismatch",
      `BSON field '$db' is the wrong type '${typeAlias(db)}', expected type 'string'`,
    );
  }
  if (!isDatabaseName(db)) throw new MongoError("InvalidNamespace", `Invalid database name: '${db}'`);
  return db;
}

/** MongoDB's rule for database names, as on Linux. */
export function isDatabaseName(name: string): boolean {
  return (
    name.length > 0 && Buffer.byteLength(name) < 64 && !/[/\\. "$\0]/.test(name.replace(/^\$external$/, "external"))
  );
}

/** Puts the value of an alias under the command's own name, first. */
function renameFirst(body: Doc, alias: string, name: string): void {
  body[name] = body[alias];
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the field checker knows the own name only
  delete body[alias];
}

function readCollection(operation: Operation, command: Command): string {
  const value = operation.body[command.name];
  if (command.target === "collectionOrDatabase" && typeof value !== "string") {
    const one = value instanceof Long || value instanceof Double ? Number(value) : value;
    if (one === 1) return "$cmd.aggregate";
    throw new MongoError("FailedToParse", "Invalid command format: the first value must be a collection name or 1");
  }
  if (typeof value !== "string") {
    throw new MongoError("InvalidNamespace", `collection name has invalid type ${typeAlias(value)}`);
  }
  checkCollectionName(operation.db, value);
  return value;
}

/** InvalidNamespace (73) unless the name can be a collection's. */
export function checkCollectionName(db: string, name: string): void {
  if (
    name === "" ||
    name.startsWith(".") ||
    name.endsWith(".") ||
    name.includes("\0") ||
    Buffer.byteLength(`${db}.${name}`) > 255
  ) {
    throw new MongoError("InvalidNamespace", `Invalid namespace specified '${db}.${name}'`);
  }
}
