import { z } from "zod";
import { listQuery } from "./inbox.js";
import { time } from "./time.js";

export const contactDto = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    language: z.string().nullable(),
    attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    merged_into: z.string().nullable().describe("The contact this one was found to be"),
    identities: z.array(
      z.object({
        id: z.string(),
        channel: z.string(),
        channel_account_id: z.string(),
        provider_chat: z.string(),
        group: z.boolean(),
        blocked: z.boolean().describe("The person blocked the account"),
        blocked_by_us: z.boolean().describe("The person was blocked here"),
        aliases: z.array(z.object({ kind: z.string(), value: z.string(), from: time, until: time.nullable() })),
        created_at: time,
      }),
    ),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "Contact" });

export const contactListQuery = listQuery.extend({
  q: z.string().trim().min(1).max(200).optional().describe("Words of the name or of an alias"),
});

const name = z.string().trim().min(1).max(200).nullable().optional();
const language = z.string().min(2).max(35).nullable().optional();
const attributeName = "^(?!__proto__$)[A-Za-z0-9_.-]{1,64}$";
const attributes = z
  .record(
    z.string().regex(new RegExp(attributeName), "1 to 64 letters, digits, _ . or -"),
    z.union([z.string().max(2_000), z.number(), z.boolean(), z.null()]),
  )
  .refine((value) => Object.keys(value).length <= 100, "at most 100 attributes")
  .meta({ propertyNames: { pattern: attributeName }, maxProperties: 100 })
  .optional()
  .describe("Replaces those that are named; null removes one");

export const newContact = z.strictObject({ name, language, attributes }).meta({ id: "NewContact" });
export const contactChange = z.strictObject({ name, language, attributes }).meta({ id: "ContactChange" });
export const contactMerge = z.strictObject({
  from: z.string().min(1).max(100).describe("The contact that turned out to be this one"),
});

export const contactNoteDto = z
  .object({
    id: z.string(),
    contact_id: z.string(),
    text: z.string(),
    author: z.object({ kind: z.string(), id: z.string().nullable() }),
    created_at: time,
  })
  .meta({ id: "ContactNote" });
export const newContactNote = z
  .strictObject({ text: z.string().trim().min(1).max(20_000) })
  .meta({ id: "NewContactNote" });

export type ContactNoteDto = z.infer<typeof contactNoteDto>;
export type ContactDto = z.infer<typeof contactDto>;
