import { inspect } from "node:util";
import type { Log } from "../../src/core/ports.js";

export interface CapturedLog {
  log: Log;
  /** Everything that was written, errors with their stacks and causes. */
  text(): string;
}

/** A log that keeps what is written to it. */
export function captureLog(): CapturedLog {
  const lines: string[] = [];
  const write = (event: string, fields?: object) => lines.push(inspect([event, fields], { depth: 10 }));
  const log: Log = {
    debug: write,
    info: write,
    warn: write,
    error: write,
    with: (fields) => {
      write("with", fields);
      return log;
    },
  };
  return { log, text: () => lines.join("\n") };
}
