import type { Clock, DomainEvent, Enqueue, Keyring, Log, SequencedEvent } from "../../core/ports.js";
import type { Bins } from "./bins.js";
import type { HookRepo } from "./repo.js";

/** The way out, with the guard against addresses that are not the integrator's to name. */
export interface Outbound {
  request(
    url: string,
    options: { method: "POST"; headers: Record<string, string>; body: string; timeoutMs: number; maxBytes: number },
  ): Promise<{ status: number; headers: Record<string, string>; body: Buffer; ms: number }>;
  /** Rejects for an address that would be refused. */
  check(url: string): Promise<void>;
}

/** What the parts of this feature share. */
export interface HookDeps {
  repo: HookRepo;
  bins: Bins;
  outbound: Outbound;
  enqueue: Enqueue;
  keyring: Keyring;
  /** The workspace's event log. */
  events: {
    after(workspaceId: string, seq: number, limit: number): Promise<SequencedEvent[]>;
    last(workspaceId: string): Promise<number>;
  };
  /** What is told of an event, in full; undefined when there is nothing left to tell (its message was erased). */
  payloadOf(event: SequencedEvent): Promise<Record<string, unknown> | undefined>;
  publish(events: readonly DomainEvent[]): Promise<void>;
  publicUrl(): string;
  clock: Clock;
  log: Log;
}
