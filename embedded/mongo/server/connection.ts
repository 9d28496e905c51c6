/** One client connection: requests in, answers out in the same order. */
import type { Socket } from "node:net";
import { FrameReader, ProtocolViolation, readRequest, writeReply, type Request } from "./wire.js";

/** What a connection is to the commands that run on it. */
export interface ConnectionInfo {
  readonly id: number;
  /** True once the client has gone: whatever still runs for it may stop. */
  readonly gone: boolean;
}

/** Answers one request with an encoded document; never throws and never rejects. */
export type Handler = (request: Request, connection: ConnectionInfo) => Buffer | Promise<Buffer>;

/** Reading pauses while this much is waiting to be answered, so that a client cannot fill the memory. */
const maxQueuedBytes = 64 * 1024 * 1024;
const maxQueuedRequests = 1000;
/** How long the last answer may take when the server stops. */
const closeGraceMs = 2000;

/** Serves one socket until either side closes it. */
export class Connection implements ConnectionInfo {
  gone = false;
  private closing = false;
  private readonly reader = new FrameReader();
  private readonly queue: { request: Request; bytes: number }[] = [];
  private queuedBytes = 0;
  private running: Promise<void> | undefined;
  private readonly ended: Promise<void>;

  constructor(
    readonly id: number,
    private readonly socket: Socket,
    private readonly handler: Handler,
    private readonly log: (line: string) => void,
  ) {
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.receive(chunk));
    socket.on("error", () => socket.destroy());
    this.ended = new Promise((resolve) => {
      socket.on("close", () => {
        this.gone = true;
        this.queue.length = 0;
        resolve();
      });
    });
  }

  /** Resolves when the socket is closed and nothing runs for it any more. */
  async finished(): Promise<void> {
    await this.ended;
    await this.running;
  }

  /** Lets the request that is running finish and its answer go out, but waits for no client that does not read; then closes. */
  async close(): Promise<void> {
    this.socket.pause();
    this.queue.length = 0;
    this.closing = true;
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise((resolve) => (timer = setTimeout(resolve, closeGraceMs)));
    await Promise.race([this.running, grace]);
    clearTimeout(timer);
    this.socket.destroy();
    await this.finished();
  }

  private receive(chunk: Buffer): void {
    if (this.gone || this.closing) return;
    try {
      for (const frame of this.reader.push(chunk)) {
        this.queue.push({ request: readRequest(frame), bytes: frame.length });
        this.queuedBytes += frame.length;
      }
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) this.log(`connection ${this.id}: ${String(error)}`);
      else this.log(`connection ${this.id} closed: ${error.message}`);
      this.socket.destroy();
      return;
    }
    if (this.queuedBytes > maxQueuedBytes || this.queue.length > maxQueuedRequests) this.socket.pause();
    if (!this.running && this.queue.length > 0) {
      this.running = this.answerAll().finally(() => {
        this.running = undefined;
      });
    }
  }

  private async answerAll(): Promise<void> {
    for (let next = this.queue.shift(); next; next = this.queue.shift()) {
      const { request, bytes } = next;
      const answered = this.handler(request, this);
      const document = answered instanceof Promise ? await answered : answered;
      this.queuedBytes -= bytes;
      if (this.socket.destroyed) return;
      if (!request.silent && !this.socket.write(writeReply(request, document))) await this.drained();
      if (this.socket.isPaused() && this.hasRoom()) this.socket.resume();
    }
  }

  /** Reading may go on: what waits has shrunk to half of what may wait. */
  private hasRoom(): boolean {
    if (this.gone || this.closing) return false;
    return this.queuedBytes <= maxQueuedBytes / 2 && this.queue.length <= maxQueuedRequests / 2;
  }

  private drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.socket.off("drain", done);
        this.socket.off("close", done);
        resolve();
      };
      this.socket.on("drain", done);
      this.socket.on("close", done);
    });
  }
}
