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
export const quarantineDetailDto = quarantineDto
  .extend({ raw: z.string().describe("The payload as it came") })
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
