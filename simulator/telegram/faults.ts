/** What shall go wrong. Without `method` it is the next call of any method. */
export interface Fault {
  method?: string | undefined;
  /** Answer with this error instead of doing anything. */
  status?: number | undefined;
  description?: string | undefined;
  retryAfter?: number | undefined;
  migrateTo?: number | undefined;
  /** Take the request and never answer; nothing is done. */
  hang?: boolean | undefined;
  /** Do it, then break the connection without an answer. */
  dropAfterAccept?: boolean | undefined;
  /** Break the connection before anything is done. */
  dropBeforeAccept?: boolean | undefined;
  /** Answer this much later, in milliseconds. */
  delayMs?: number | undefined;
  /** For how many calls; 1 when missing. */
  times?: number | undefined;
}

/** The faults that wait for their calls, first come first served. */
export class Faults {
  private waiting: { fault: Fault; left: number }[] = [];

  /** Puts a fault in line. */
  next(fault: Fault): void {
    this.waiting.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.waiting = [];
  }

  /** The fault of this call, if any. */
  take(method: string): Fault | undefined {
    const found = this.waiting.find(
      ({ fault }) => fault.method === undefined || fault.method.toLowerCase() === method.toLowerCase(),
    );
    if (!found) return undefined;
    found.left -= 1;
    if (found.left <= 0) this.waiting = this.waiting.filter((one) => one !== found);
    return found.fault;
  }
}
