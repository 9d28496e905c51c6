/** What may go wrong with the next message a page sends, or the next code it asks for. */
export type Fault =
  /** The servers refuse it. */
  | { kind: "refuse"; says: string }
  /** They never answer. */
  | { kind: "silence" };

/** Faults that wait for their turn, in order. */
export class Faults {
  private readonly waiting: Fault[] = [];

  next(fault: Fault): void {
    this.waiting.push(fault);
  }

  /** Meets the next fault, if there is one. */
  async meet(): Promise<void> {
    const fault = this.waiting.shift();
    if (fault?.kind === "refuse") throw new Error(fault.says);
    if (fault?.kind === "silence") await new Promise(() => undefined);
  }
}
