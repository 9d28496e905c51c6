/** One command while it runs: its arguments, its deadline, and how to interrupt it. */
import { MongoError } from "../errors.js";
import type { Doc } from "../types.js";
import type { ConnectionInfo } from "./connection.js";
import type { Service } from "./service.js";

/** What a command answers: a document, or one that is already encoded. */
export type Reply = Doc | Buffer;

/** Something that may have to stop in the middle. */
export interface Interruptible {
  /** Throws when it has to stop. To be called now and then by whatever loops. */
  check(): void;
}

/** What reads on behalf of a cursor: each getMore is an operation of its own, with its own connection and clock. */
export class Turn implements Interruptible {
  constructor(public operation: Operation) {}

  check(): void {
    this.operation.check();
  }
}

/** One command while it runs. */
export class Operation implements Interruptible {
  readonly startedAt = Date.now();
  /** Set by killOp, killSessions and a lost connection. */
  interrupted: MongoError | undefined;
  /** 0 = no limit. */
  maxTimeMs = 0;
  /** Hex of the logical session's id, when the client sent one. */
  session: string | undefined;
  /** The client asked to wait until the write is on disk (it does unless it says `j: false` or `w: 0`). */
  durable = true;
  /** The collection named by the command, when it names one. */
  collection = "";

  constructor(
    readonly id: number,
    readonly service: Service,
    readonly connection: ConnectionInfo,
    readonly command: string,
    readonly db: string,
    readonly body: Doc,
    /** The documents to insert, as sent; empty for other commands. */
    readonly raw: readonly Buffer[],
  ) {}

  get namespace(): string {
    return `${this.db}.${this.collection}`;
  }

  /** Throws when the command has run out of time or was killed. To be called now and then by whatever loops. */
  check(): void {
    if (this.interrupted) throw this.interrupted;
    if (this.connection.gone) throw new MongoError("ClientDisconnect", "Client connection was closed");
    if (this.maxTimeMs > 0 && Date.now() - this.startedAt >= this.maxTimeMs) throw timedOut();
  }

  /** Waits for `work` no longer than the command may take. */
  async within<T>(work: Promise<T>): Promise<T> {
    if (this.maxTimeMs === 0) return work;
    const left = this.maxTimeMs - (Date.now() - this.startedAt);
    if (left <= 0) throw timedOut();
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(timedOut()), left);
    });
    try {
      return await Promise.race([work, deadline]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function timedOut(): MongoError {
  return new MongoError("MaxTimeMSExpired", "operation exceeded time limit");
}
