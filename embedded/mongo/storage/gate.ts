/** Lets many writers through, or one who has to be alone. */
export class Gate {
  private inside = 0;
  private closed: Promise<void> | undefined;
  private emptied: (() => void) | undefined;

  /** Runs `work` together with others; waits while somebody is alone or waits to be. */
  async together<T>(work: () => Promise<T>): Promise<T> {
    while (this.closed) await this.closed;
    this.inside += 1;
    try {
      return await work();
    } finally {
      this.inside -= 1;
      if (this.inside === 0) this.emptied?.();
    }
  }

  /** Runs `work` when nobody else is inside, and keeps others out until it is over. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    while (this.closed) await this.closed;
    let open: () => void = () => undefined;
    this.closed = new Promise((resolve) => (open = resolve));
    try {
      if (this.inside > 0) await new Promise<void>((resolve) => (this.emptied = resolve));
      this.emptied = undefined;
      return await work();
    } finally {
      this.closed = undefined;
      open();
    }
  }
}
