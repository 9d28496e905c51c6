import type { Fault } from "./faults.js";
import type { Sent } from "./record.js";

/** What whoever runs the stand-in within another program wants to see and to steer. */
export interface Watch {
  /** One request with its answer: of a bot to us ("call"), or of ours to its webhook. `status` null: no answer. */
  exchanged?(exchange: WatchedExchange): void;
  /** A bot sent something. */
  sent?(token: string, sent: Sent): void;
  /** A fault of this bot's calls that lasts until it is taken back. */
  faultOf?(token: string, method: string): Fault | undefined;
  /** Every update of this bot is delivered a second time. */
  twice?(token: string): boolean;
}

export interface WatchedExchange {
  token: string;
  kind: "call" | "webhook";
  method: string;
  url: string;
  request: unknown;
  status: number | null;
  response: unknown;
}
