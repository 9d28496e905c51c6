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
  offset: z.int().min(0).max(Number.MAX_SAFE_INTEGER).describe("In UTF-16 code units"),
  length: z.int().min(1).max(Number.MAX_SAFE_INTEGER).describe("In UTF-16 code units"),
  value: z.string().optional(),
});

const role = z.enum(["image", "audio", "voice", "video", "video_note", "animation", "document", "sticker"]);

/** What is said of an upload, beside its bytes. */
export const uploadQuery = z.strictObject({
  name: z.string().max(500).optional(),
  role: role.optional().describe("As what it is to be sent; found from the content when left out"),
});

/** A file of a message. */
export const attachmentDto = z
  .object({
    id: z.string(),
    state: z
      .enum(["pending", "stored", "failed", "expired", "refused", "removed"])
      .describe("`pending`: still with the provider; `stored`: here; the others say in `cause` why it is not"),
    cause: z.string().nullable(),
    name: z.string().nullable(),
    mime: z.string().nullable().describe("By its content, not by its name"),
    bytes: z.int().nullable(),
    width: z.int().nullable(),
    height: z.int().nullable(),
    seconds: z.number().nullable(),
    peaks: z.array(z.number()).nullable().describe("Loudness over time, 0 to 1, for drawing a voice message"),
    url: z.string().nullable().describe("Where to download it for the next minutes, without a key"),
    thumbnail_url: z.string().nullable(),
  })
  .meta({ id: "Attachment" });

const media = z.object({
  role,
  mime: z.string().optional(),
  name: z.string().optional(),
  bytes: z.int().optional(),
  width: z.int().optional(),
  height: z.int().optional(),
  seconds: z.number().optional(),
  emoji: z.string().optional(),
  attachment: attachmentDto.nullable(),
});

const postalAddress = z.object({
  street: z.string().optional(),
  city: z.string().optional(),
  region: z.string().optional(),
  postcode: z.string().optional(),
  country: z.string().optional(),
});
const sharedContact = z.object({
  name: z.string(),
  phones: z.array(z.string()),
  emails: z.array(z.string()).optional(),
  addresses: z.array(postalAddress).optional(),
  organization: z.string().optional().describe("The company the person belongs to"),
  title: z.string().optional().describe("As what the person works there"),
  links: z.array(z.string()).optional().describe("Pages on the web"),
  user: z.string().optional().describe("Who the person is on the channel itself, where it says so"),
});
const parameter = z.object({
  name: z.string().optional(),
  value: z.string(),
  in: z.enum(["header", "body", "button"]).optional(),
  index: z.int().optional(),
  type: z.enum(["text", "image", "video", "document", "payload", "coupon_code"]).optional(),
});
const option = z.object({
  id: z.string(),
  label: z.string(),
  description: z.string().optional(),
  url: z.string().optional().describe("Opens this page instead of coming back as an answer"),
});
const card = z.object({
  title: z.string(),
  subtitle: z.string().optional(),
  image_url: z.string().optional(),
  options: z.array(option),
});

/** What a message says, as the API shows it. Where a file lies with the provider is never shown. */
export const contentDto = z
  .discriminatedUnion("kind", [
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
      options: z.array(option),
      button: z.string().optional(),
    }),
    z.object({ kind: z.literal("cards"), cards: z.array(card) }),
    z.object({ kind: z.literal("choice_made"), option_id: z.string(), label: z.string() }),
    z.object({
      kind: z.literal("template"),
      name: z.string(),
      language: z.string(),
      parameters: z.array(parameter),
      text: z.string().optional().describe("What the customer reads, where the template's words are known"),
    }),
    z.object({ kind: z.enum(["order", "referral", "system"]), summary: z.string() }),
    z.object({ kind: z.literal("unsupported"), hint: z.string() }),
    z.object({ kind: z.literal("removed") }),
  ])
  .meta({ id: "Content" });

/** What may be sent through the API. Lengths are limits of sanity; each channel's own limits are checked as well. */
const upload = {
  attachment_id: z.string().min(1).max(100).describe("Of POST /attachments"),
  role: role.optional().describe("As what it is sent; found from the content when left out"),
};
const caption = z.string().max(10_000).optional();

const newParameter = z.strictObject({
  name: z.string().max(100).optional(),
  value: z.string().max(2_000),
  in: z.enum(["header", "body", "button"]).optional().describe("`body` when left out"),
  index: z.int().min(0).max(9).optional().describe("Which button, from 0"),
  type: z.enum(["text", "image", "video", "document", "payload", "coupon_code"]).optional(),
});

const newOption = z.strictObject({
  id: z.string().min(1).max(200),
  label: z.string().min(1).max(200),
  description: z.string().max(200).optional(),
  url: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .optional()
    .describe("Opens this page instead of coming back"),
});

export const sendableContent = z
  .discriminatedUnion("kind", [
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
      options: z.array(newOption).min(1).max(50),
      button: z.string().min(1).max(20).optional().describe("What opens the list, where there are many options"),
    }),
    z.strictObject({
      kind: z.literal("cards"),
      cards: z
        .array(
          z.strictObject({
            title: z.string().min(1).max(200),
            subtitle: z.string().max(200).optional(),
            image_url: z
              .url({ protocol: /^https?$/ })
              .max(2_000)
              .optional(),
            options: z.array(newOption).max(3),
          }),
        )
        .min(1)
        .max(10),
    }),
    z.strictObject({ kind: z.literal("media"), ...upload, caption, entities: z.array(entity).max(500).optional() }),
    z.strictObject({ kind: z.literal("album"), items: z.array(z.strictObject(upload)).min(2).max(10), caption }),
    z.strictObject({
      kind: z.literal("contacts"),
      contacts: z
        .array(
          z.strictObject({
            name: z.string().min(1).max(200),
            phones: z.array(z.string().min(3).max(40)).min(1).max(5),
            emails: z.array(z.email().max(320)).max(5).optional(),
            addresses: z
              .array(
                z.strictObject({
                  street: z.string().max(200).optional(),
                  city: z.string().max(100).optional(),
                  region: z.string().max(100).optional(),
                  postcode: z.string().max(20).optional(),
                  country: z.string().max(100).optional(),
                }),
              )
              .max(3)
              .optional(),
            organization: z.string().min(1).max(200).optional(),
            title: z.string().min(1).max(200).optional(),
            links: z
              .array(z.url({ protocol: /^https?$/ }).max(2_000))
              .max(5)
              .optional(),
          }),
        )
        .min(1)
        .max(10),
    }),
    z.strictObject({
      kind: z.literal("template"),
      name: z.string().min(1).max(512),
      language: z.string().min(2).max(20),
      parameters: z.array(newParameter).max(50),
    }),
  ])
  .meta({ id: "SendableContent" });

/** A template with the values of its places. */
export const templateContent = z.strictObject({
  name: z.string().min(1).max(512),
  language: z.string().min(2).max(20),
  parameters: z.array(newParameter).max(50),
});

export type AttachmentDto = z.infer<typeof attachmentDto>;
export type ContentDto = z.infer<typeof contentDto>;
export type SendableContent = z.infer<typeof sendableContent>;
