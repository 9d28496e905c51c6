import { z } from "zod";

const v1 = z.literal(1);

/** Payloads of the jobs. Private parts are sealed before they get here; every payload carries its version. */
export const inboundRecord = z.strictObject({
  v: v1,
  workspaceId: z.string(),
  accountId: z.string(),
  /** Of what was accepted. Jobs of before this was kept have none. */
  id: z.string().optional(),
  acceptedAt: z.iso.datetime(),
  traceId: z.string(),
  /** Played by a stand-in, which may tell of what is said to have happened long ago. */
  simulated: z.literal(true).optional(),
  /** Not just accepted, but kept since `acceptedAt` and put in again. */
  again: z.literal(true).optional(),
  /** Sealed JSON of InboundEvent[], base64. */
  events: z.string(),
});
export const inboundQuarantine = z.strictObject({
  v: v1,
  workspaceId: z.string(),
  accountId: z.string(),
  channel: z.string(),
  where: z.string(),
  key: z.string(),
  receivedAt: z.iso.datetime(),
  traceId: z.string(),
  /** Sealed bytes, base64. */
  raw: z.string(),
});
export const outboundDrain = z.strictObject({ v: v1, workspaceId: z.string().optional(), conversationId: z.string() });
export const outboundRelease = z.strictObject({ v: v1, workspaceId: z.string(), messageId: z.string() });
export const outboundSweep = z.strictObject({ v: v1 });
export const mediaFetch = z.strictObject({ v: v1, workspaceId: z.string().optional(), fileId: z.string() });
export const hooksRelay = z.strictObject({ v: v1, workspaceId: z.string() });
export const hooksPump = z.strictObject({ v: v1, workspaceId: z.string(), endpointId: z.string() });
export const noticesOfWorkspace = z.strictObject({ v: v1, workspaceId: z.string() });
export const noticesMail = z.strictObject({ v: v1, workspaceId: z.string(), memberId: z.string() });
export const channelsTemplates = z.strictObject({ v: v1, workspaceId: z.string(), accountId: z.string() });
export const contactsProfile = z.strictObject({
  v: v1,
  workspaceId: z.string(),
  accountId: z.string(),
  /** Blind key of the chat. */
  chatKey: z.string(),
});
export const upkeep = z.strictObject({ v: v1 });

export type InboundRecord = z.infer<typeof inboundRecord>;
export type InboundQuarantine = z.infer<typeof inboundQuarantine>;
export type MediaFetch = z.infer<typeof mediaFetch>;
export type OutboundDrain = z.infer<typeof outboundDrain>;
