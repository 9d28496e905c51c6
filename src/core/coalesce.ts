/**
 * Turns many concurrent calls into few batches: while one batch runs, the calls that come in wait and form the next one.
 * A call alone is not delayed. The results come back to each caller in the order of its items; when a batch fails, every
 * caller of it gets the error. A batch holds calls of `maxBatch` in all, where each weighs 1 unless `weigh` says otherwise.
 */
export function coalesce<Item, Result>(
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
  limits: { maxBatch: number; weigh?: (item: Item) => number },
): (item: Item) => Promise<Result> {
  interface Waiting {
    item: Item;
    resolve(result: Result): void;
    reject(error: unknown): void;
  }
  const waiting: Waiting[] = [];
  let running = false;

  /** How many of the waiting calls fit into one batch; at least one. */
  function fitting(): number {
    let weight = 0;
    const over = waiting.findIndex(({ item }) => (weight += limits.weigh?.(item) ?? 1) > limits.maxBatch);
    return over === -1 ? waiting.length : Math.max(over, 1);
  }

  async function drain(): Promise<void> {
    running = true;
    // Let the calls of this tick come together before the first batch leaves.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting.splice(0, fitting());
      try {
        const results = await run(batch.map((call) => call.item));
        batch.forEach((call, index) => call.resolve(results[index] as Result));
      } catch (error) {
        for (const call of batch) call.reject(error);
      }
    }
    running = false;
  }

  return (item) =>
    new Promise<Result>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!running) void drain();
    });
}
