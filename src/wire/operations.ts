import { z } from "zod";
import { time } from "./time.js";

export const eventDto = z
  .object({
    id: z.string().describe("The same cause has the same id"),
    seq: z.int().describe("1, 2, 3 … without gaps within the workspace"),
    type: z.string(),
    at: time,
    conversation_id: z.string().nullable(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "Event" });

export const eventQuery = z.strictObject({
  after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0).describe("Events after this number"),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export const eventPage = z.object({
  data: z.array(eventDto),
  last_seq: z.int().describe("Number of the workspace's newest event"),
  has_more: z.boolean(),
});

export const quarantineDto = z
  .object({
    id: z.string(),
    channel: z.string(),
    channel_account_id: z.string(),
    where: z.string().describe("What could not be read"),
    received_at: time,
  })
  .meta({ id: "Quarantined" });
/** How much of a payload is shown. */
export const openQuery = z.strictObject({
  open: z
    .stringbool()
    .default(false)
    .describe("The payload with its words and numbers; needs `conversations:read` as well"),
});
export const quarantineDetailDto = quarantineDto
  .extend({
    raw: z.string().describe("The payload as it came; without its words and numbers when `redacted`"),
    redacted: z.boolean().describe("True unless it was opened by one who holds `conversations:read`"),
  })
  .meta({ id: "QuarantinedDetail" });
export const quarantineEdit = z.strictObject({ raw: z.string().min(1).max(4_000_000) });

export const replayRequest = z.strictObject({
  channel_account_id: z.string().min(1).max(100),
  since: z.iso.datetime({ offset: true }),
  until: z.iso.datetime({ offset: true }).optional(),
});
export const replayDto = z.object({ replayed: z.int().describe("Requests of the provider that were put in again") });

export const deadLetterDto = z
  .object({
    id: z.string(),
    queue: z.string(),
    job: z.string(),
    attempts: z.int(),
    reason: z.string(),
    failed_at: time,
    trace_id: z.string().nullable(),
    channel_account_id: z.string().nullable(),
    conversation_id: z.string().nullable(),
  })
  .meta({ id: "DeadLetter" });
export const deadLetterDetailDto = deadLetterDto
  .extend({
    payload: z.unknown().describe("What it carries, opened; without its words and numbers when `redacted`"),
    redacted: z.boolean().describe("True unless it was opened by one who holds `conversations:read`"),
  })
  .meta({ id: "DeadLetterDetail" });
export const deadLetterEdit = z.strictObject({
  events: z
    .array(
      z.looseObject({
        v: z.literal(1),
        type: z.string().min(1).max(40),
        eventKey: z.string().min(1),
        channel: z.string().min(1),
        accountRef: z.string(),
        peer: z.looseObject({ chat: z.string(), user: z.string() }),
        at: z.iso.datetime({ offset: true }),
      }),
    )
    .min(1)
    .describe("What the inbox is to record instead, in the form in which the work shows it"),
});

export const retriedDto = z.object({ retried: z.int().describe("Pieces of work that are being tried again") });

export const operationsHealthDto = z
  .object({
    stores: z.array(
      z.object({
        name: z.enum(["mongodb", "redis"]),
        ok: z.boolean(),
        ms: z.number().nullable().describe("How long a ping took; null when there was no answer"),
        version: z.string().nullable(),
      }),
    ),
    queues: z.array(
      z.object({
        name: z.string(),
        waiting: z.int(),
        active: z.int(),
        delayed: z.int(),
        failed: z.int(),
        oldest_seconds: z.number().describe("How long the oldest waiting job has been waiting"),
      }),
    ),
    lag: z
      .array(
        z.object({
          channel: z.string(),
          stage: z
            .enum(["accepted", "recorded", "sent"])
            .describe("Provider to acceptance; acceptance to inbox; reply to provider"),
          p50: z.number().describe("Seconds, within a bucket of the histogram"),
          p95: z.number(),
          count: z.int(),
        }),
      )
      .describe("Since the processes started, over all of them"),
    disk: z.object({ free_bytes: z.number(), total_bytes: z.number() }).nullable(),
    process: z.object({
      version: z.string(),
      node: z.string(),
      uptime_s: z.number(),
      roles: z.array(z.string()),
    }),
    quarantine: z.int(),
    dead: z.int(),
    settings: z.array(
      z.object({
        name: z.string(),
        value: z.string().nullable().describe("null: not set; secrets show only that they are set"),
        secret: z.boolean(),
        description: z.string(),
      }),
    ),
  })
  .meta({ id: "OperationsHealth" });

export type OperationsHealthDto = z.infer<typeof operationsHealthDto>;
