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

const attributePattern = "^(?!__proto__$)[A-Za-z0-9_.-]{1,64}$";
export const attributeName = z.string().regex(new RegExp(attributePattern), "1 to 64 letters, digits, _ . or -");
const instant = z.iso.datetime({ offset: true });

/** What a segment is made of; the same names in the query of the list. Each is served by an index. */
export const contactFilters = z.strictObject({
  q: z.string().trim().min(1).max(200).optional().describe("Words of the name, an alias, the number or the address"),
  channel: z.string().min(1).max(100).optional().describe("A kind of channel, such as `telegram`"),
  language: z.string().min(2).max(35).optional(),
  blocked: z.boolean().optional().describe("Blocked here"),
  attribute: attributeName.optional().describe("Name of an attribute that is there"),
  attribute_value: z.string().min(1).max(2_000).optional().describe("What that attribute says, in whatever case"),
  added_after: instant.optional(),
  added_before: instant.optional(),
  changed_after: instant.optional().describe("Then those that were changed last come first"),
  changed_before: instant.optional().describe("Then those that were changed last come first"),
});

const valueNeedsName = "attribute_value needs attribute";
export const contactListQuery = listQuery.extend({
  ...contactFilters.shape,
  blocked: z
    .enum(["true", "false"])
    .transform((value) => value === "true")
    .optional()
    .describe("Blocked here"),
});

const oneName = (value: ContactFilters) => value.attribute_value === undefined || value.attribute !== undefined;
const segmentFilters = contactFilters.refine(oneName, valueNeedsName);
const segmentName = z.string().trim().min(1).max(100);
export const segmentDto = z
  .object({
    id: z.string(),
    name: z.string(),
    shared: z.boolean().describe("Everybody of the workspace sees it; otherwise whoever made it"),
    filters: contactFilters,
    created_by: z.string(),
    created_at: time,
  })
  .meta({ id: "ContactSegment" });
export const newSegment = z
  .strictObject({ name: segmentName, shared: z.boolean().default(true), filters: segmentFilters })
  .meta({ id: "NewContactSegment" });
export const segmentChange = z
  .strictObject({ name: segmentName.optional(), shared: z.boolean().optional(), filters: segmentFilters.optional() })
  .meta({ id: "ContactSegmentChange" });

const name = z.string().trim().min(1).max(200).nullable().optional();
const language = z.string().min(2).max(35).nullable().optional();
const attributes = z
  .record(attributeName, z.union([z.string().max(2_000), z.number(), z.boolean(), z.null()]))
  .refine((value) => Object.keys(value).length <= 100, "at most 100 attributes")
  .meta({ propertyNames: { pattern: attributePattern }, maxProperties: 100 })
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
export type ContactFilters = z.infer<typeof contactFilters>;
export type SegmentDto = z.infer<typeof segmentDto>;
