import { z } from "zod";

const entity = z.object({
  kind: z.enum([
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "code",
    "pre",
    "quote",
    "link",
    "mention",
    "hashtag",
    "command",
    "email",
    "phone",
    "other",
  ]),
  offset: z.int().min(0).describe("In UTF-16 code units"),
  length: z.int().min(1).describe("In UTF-16 code units"),
  value: z.string().optional(),
});

const media = z.object({
  role: z.enum(["image", "audio", "voice", "video", "video_note", "animation", "document", "sticker"]),
  mime: z.string().optional(),
  name: z.string().optional(),
  bytes: z.int().optional(),
  width: z.int().optional(),
  height: z.int().optional(),
  seconds: z.number().optional(),
  emoji: z.string().optional(),
});

const sharedContact = z.object({ name: z.string(), phones: z.array(z.string()), user: z.string().optional() });
const parameter = z.object({ name: z.string().optional(), value: z.string() });

/** What a message says, as the API shows it. Where a file lies with the provider is never shown. */
export const contentDto = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("text"), text: z.string(), entities: z.array(entity).optional() }),
  z.object({ kind: z.literal("media"), media, caption: z.string().optional(), entities: z.array(entity).optional() }),
  z.object({ kind: z.literal("album"), items: z.array(media), caption: z.string().optional() }),
  z.object({
    kind: z.literal("location"),
    lat: z.number(),
    lng: z.number(),
    label: z.string().optional(),
    address: z.string().optional(),
  }),
  z.object({ kind: z.literal("contacts"), contacts: z.array(sharedContact) }),
  z.object({
    kind: z.literal("choices"),
    text: z.string(),
    options: z.array(z.object({ id: z.string(), label: z.string() })),
  }),
  z.object({ kind: z.literal("choice_made"), option_id: z.string(), label: z.string() }),
  z.object({
    kind: z.literal("template"),
    name: z.string(),
    language: z.string(),
    parameters: z.array(parameter),
  }),
  z.object({ kind: z.enum(["order", "referral", "system"]), summary: z.string() }),
  z.object({ kind: z.literal("unsupported"), hint: z.string() }),
]);

/** What may be sent through the API. Lengths are limits of sanity; each channel's own limits are checked as well. */
export const sendableContent = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("text"),
    text: z.string().min(1).max(100_000),
    entities: z.array(entity).max(500).optional(),
  }),
  z.strictObject({
    kind: z.literal("location"),
    lat: z.number().min(-90).max(90),
    lng: z.number().min(-180).max(180),
    label: z.string().max(200).optional(),
    address: z.string().max(500).optional(),
  }),
  z.strictObject({
    kind: z.literal("choices"),
    text: z.string().min(1).max(10_000),
    options: z
      .array(z.strictObject({ id: z.string().min(1).max(200), label: z.string().min(1).max(200) }))
      .min(1)
      .max(50),
  }),
]);

export type ContentDto = z.infer<typeof contentDto>;
export type SendableContent = z.infer<typeof sendableContent>;
