import { z } from "zod";

const id = z.string().min(1).max(500);
const file = {
  role: z.enum(["image", "audio", "voice", "video", "document", "sticker"]),
  url: z
    .url({ protocol: /^https?$/ })
    .max(4_000)
    .describe("Where it can be fetched, now and for the next hours"),
  mime: z.string().max(200).optional(),
  name: z.string().max(500).optional(),
};

const part = z.string().max(500).optional();
const sharedContact = z.object({
  name: z.string().max(500),
  phones: z.array(z.string().max(50)).max(20),
  emails: z.array(z.string().max(500)).max(20).optional(),
  addresses: z
    .array(z.object({ street: part, city: part, region: part, postcode: part, country: part }))
    .max(20)
    .optional(),
  organization: part,
  title: part,
  links: z.array(z.string().max(4_000)).max(20).optional(),
});

/** What a message says, in both directions. */
export const httpContent = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("text"), text: z.string().min(1).max(100_000) }),
  z.object({ kind: z.literal("media"), ...file, caption: z.string().max(10_000).optional() }),
  z.object({
    kind: z.literal("location"),
    lat: z.number().min(-90).max(90),
    lng: z.number().min(-180).max(180),
    label: z.string().max(500).optional(),
    address: z.string().max(1_000).optional(),
  }),
  z.object({
    kind: z.literal("contacts"),
    contacts: z.array(sharedContact).max(50),
  }),
  z.object({
    kind: z.literal("choices"),
    text: z.string().max(100_000),
    options: z.array(z.object({ id, label: z.string().max(500), url: z.string().max(4_000).optional() })).max(50),
  }),
  z.object({ kind: z.literal("choice_made"), option_id: id, label: z.string().max(500) }),
]);

const person = z.object({
  id,
  name: z.string().max(500).optional(),
  phone: z.string().max(50).optional(),
  email: z.string().max(500).optional(),
  username: z.string().max(200).optional(),
});
const common = {
  from: person.describe("The customer whom it is about"),
  chat: id.optional().describe("Where answers go, when that is not the customer's own id"),
  at: z.iso.datetime({ offset: true }).optional().describe("When it happened; the time of arrival when left out"),
};

/** One thing that happened in somebody's system. */
export const httpEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("message"),
    id: id.describe("Your id: a message that comes twice is stored once"),
    ...common,
    direction: z.enum(["in", "echo"]).optional().describe("`echo`: the business wrote it elsewhere"),
    content: httpContent,
    reply_to: id.optional(),
    correlation: id.optional().describe("Our id of a delivery, when the message is one that we delivered"),
  }),
  z.object({ type: z.literal("edit"), id, target: id, ...common, content: httpContent }),
  z.object({ type: z.literal("removal"), target: id, ...common }),
  z.object({ type: z.literal("reaction"), target: id, emoji: z.string().max(50).nullable(), ...common }),
  z.object({
    type: z.literal("receipt"),
    target: id.describe("Your id of a message that we delivered"),
    status: z.enum(["sent", "delivered", "read", "failed"]),
    detail: z.string().max(1_000).optional(),
    ...common,
  }),
  z.object({ type: z.literal("typing"), ...common }),
  z.object({ type: z.literal("blocked"), blocked: z.boolean(), ...common }),
]);

/** The body of a request to an account's address. */
export const httpInbound = z.object({ events: z.array(httpEvent).min(1).max(1_000) });

/** What is delivered to the account's own address; signed, and with the same id however often it is tried. */
export const httpDelivery = z.object({
  type: z
    .enum(["message", "edit", "removal", "reaction", "typing", "read", "test"])
    .describe("test: somebody pressed the test button; nothing is to be done"),
  id: z.string().describe("Our id; the same in the header webhook-id. Whoever has it already answers as before"),
  account: z.string(),
  chat: z.string().optional().describe("As in your events; missing in a test"),
  content: httpContent.optional(),
  reply_to: z.string().optional().describe("Your id of the message that is answered"),
  target: z.string().optional().describe("Your id of the message that is changed"),
  emoji: z.string().nullable().optional(),
  by_human: z.boolean().optional(),
});

export type HttpContent = z.infer<typeof httpContent>;
export type HttpEvent = z.infer<typeof httpEvent>;
