import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";

export type Json = Record<string, unknown>;

/** One open page and the line over which it is told things. */
export class PageLine {
  /** What its QR code begins with. */
  ref = newRef();
  /** The code that links it by number instead, and of which number. */
  code: { code: string; number: string } | undefined;

  constructor(
    readonly page: string,
    private readonly response: ServerResponse,
  ) {
    response.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "access-control-allow-origin": "*",
    });
    response.flushHeaders();
  }

  tell(event: Json): void {
    this.response.write(`data: ${JSON.stringify(event)}\n\n`);
  }

  /** Shows a new QR code. */
  refresh(): void {
    this.ref = newRef();
    this.tell({ type: "ref", ref: this.ref });
  }
}

const newRef = () => `2@${randomBytes(24).toString("base64url")}`;
