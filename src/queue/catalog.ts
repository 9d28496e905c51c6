import type { z } from "zod";
import {
  channelsTemplates,
  contactsProfile,
  hooksPump,
  hooksRelay,
  inboundQuarantine,
  inboundRecord,
  mediaFetch,
  noticesMail,
  noticesOfWorkspace,
  outboundDrain,
  outboundRelease,
  outboundSweep,
  upkeep,
} from "./jobs.js";

/** One kind of work: what it carries, where it waits, and how stubbornly it is tried. */
export interface JobKind<S extends z.ZodType = z.ZodType> {
  name: string;
  queue: QueueName;
  payload: S;
  /** Tries before it becomes a dead letter, which is kept until somebody looks. */
  attempts: number;
  /** First pause after a failure, in ms; it doubles each time, up to an hour. */
  backoffMs: number;
  /** Runs by itself this often. */
  everyMs?: number;
}

/** Queues of their own, so that a flood of one kind of work does not delay another. */
export const queueNames = ["inbound", "outbound", "media", "hooks", "notices", "upkeep"] as const;
/** Deliveries mostly wait for others: many of them fit where few jobs do. */
export const queueConcurrency: Partial<Record<QueueName, number>> = { hooks: 10 };
export type QueueName = (typeof queueNames)[number];

/** Everything the workers can do. Adding a job is one entry here and one handler; start-up checks that both are there. */
export const catalog = {
  "inbound.record": kind({ queue: "inbound", payload: inboundRecord, attempts: 12, backoffMs: 1_000 }),
  "inbound.hold": kind({ queue: "inbound", payload: inboundRecord, attempts: 12, backoffMs: 1_000 }),
  "inbound.quarantine": kind({ queue: "inbound", payload: inboundQuarantine, attempts: 12, backoffMs: 1_000 }),
  "outbound.drain": kind({ queue: "outbound", payload: outboundDrain, attempts: 12, backoffMs: 1_000 }),
  "outbound.release": kind({ queue: "outbound", payload: outboundRelease, attempts: 5, backoffMs: 1_000 }),
  "media.fetch": kind({ queue: "media", payload: mediaFetch, attempts: 6, backoffMs: 2_000 }),
  "contacts.profile": kind({ queue: "media", payload: contactsProfile, attempts: 4, backoffMs: 5_000 }),
  "channels.templates": kind({ queue: "media", payload: channelsTemplates, attempts: 4, backoffMs: 5_000 }),
  "hooks.relay": kind({ queue: "hooks", payload: hooksRelay, attempts: 5, backoffMs: 500 }),
  "hooks.pump": kind({ queue: "hooks", payload: hooksPump, attempts: 3, backoffMs: 1_000 }),
  "hooks.sweep": kind({ queue: "upkeep", payload: upkeep, attempts: 1, backoffMs: 1_000, everyMs: 3_000 }),
  "notices.relay": kind({ queue: "notices", payload: noticesOfWorkspace, attempts: 5, backoffMs: 500 }),
  "notices.mail": kind({ queue: "notices", payload: noticesMail, attempts: 3, backoffMs: 1_000 }),
  "notices.push": kind({ queue: "notices", payload: noticesOfWorkspace, attempts: 3, backoffMs: 1_000 }),
  "notices.sweep": kind({ queue: "upkeep", payload: upkeep, attempts: 1, backoffMs: 1_000, everyMs: 5_000 }),
  "inbox.sweep": kind({ queue: "upkeep", payload: upkeep, attempts: 1, backoffMs: 1_000, everyMs: 5_000 }),
  "media.sweep": kind({ queue: "upkeep", payload: upkeep, attempts: 1, backoffMs: 1_000, everyMs: 60_000 }),
  "channels.check": kind({ queue: "upkeep", payload: upkeep, attempts: 1, backoffMs: 1_000, everyMs: 300_000 }),
  "outbound.sweep": kind({ queue: "upkeep", payload: outboundSweep, attempts: 1, backoffMs: 1_000, everyMs: 15_000 }),
};

export type JobName = keyof typeof catalog;
export type PayloadOf<N extends JobName> = z.infer<(typeof catalog)[N]["payload"]>;
/** One handler for each job of the catalog; it may run twice for the same job and must not mind. */
export type Handlers = { [N in JobName]: (payload: PayloadOf<N>) => Promise<void> };

function kind<S extends z.ZodType>(entry: Omit<JobKind<S>, "name">): Omit<JobKind<S>, "name"> {
  return entry;
}

/** The catalog's entry of a name, or undefined: a job of a newer version may be waiting. */
export function jobKind(name: string): Omit<JobKind, "name"> | undefined {
  return Object.hasOwn(catalog, name) ? catalog[name as JobName] : undefined;
}

/** What is missing or left over between the catalog and the handlers; empty when they agree. */
export function handlerProblems(handlers: Record<string, unknown>): string[] {
  const names = Object.keys(catalog);
  return [
    ...names.filter((name) => typeof handlers[name] !== "function").map((name) => `no handler for job ${name}`),
    ...Object.keys(handlers)
      .filter((name) => !names.includes(name))
      .map((name) => `a handler for ${name}, which is no job of the catalog`),
  ];
}
