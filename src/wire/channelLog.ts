import { z } from "zod";
import { reasonFields } from "./channels.js";
import { time } from "./time.js";

/** What the log of a channel account tells of. */
export const channelLogKinds = [
  "handshake",
  "refused",
  "event",
  "quarantined",
  "sent",
  "send_failed",
  "health",
  "settings",
] as const;
export type ChannelLogKind = (typeof channelLogKinds)[number];

export const channelLogEntryDto = z
  .object({
    id: z.string(),
    at: time,
    kind: z.enum(channelLogKinds),
    ok: z.boolean(),
    sentence: z.string(),
    ...reasonFields,
    details: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .describe("Facts such as `times`, `reason`, `trace_id`; never what a message says, never a secret"),
  })
  .meta({ id: "ChannelLogEntry" });

export const channelLogQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50).describe("Rows per page"),
  cursor: z.string().max(500).optional().describe("`next_cursor` of the page before"),
  kind: z.enum(channelLogKinds).optional().describe("Only entries of this kind"),
  errors: z.enum(["true", "false"]).default("false").describe("true: only what went wrong"),
});

/** How the linking of a session goes. */
export const channelSessionDto = z
  .object({
    state: z.enum(["starting", "scan", "authenticating", "syncing", "ready", "lost", "banned", "off"]),
    sentence: z.string(),
    qr_svg: z.string().nullable().describe("The QR code as an SVG document, while it is to be scanned"),
    pairing_code: z.string().nullable().describe("To be typed on the phone, while it is asked for"),
    percent: z.number().nullable().describe("How much is synced"),
    since: time,
  })
  .meta({ id: "ChannelSession" });

export const pairingCodeRequest = z.strictObject({
  phone: z.string().trim().min(5).max(40).describe("The number on the phone, with its country code"),
});
export const sessionRestart = z.strictObject({
  pairing: z.enum(["qr", "phone"]).optional().describe("How to link from now on; as before when left out"),
});

export type ChannelLogEntryDto = z.infer<typeof channelLogEntryDto>;
export type ChannelSessionDto = z.infer<typeof channelSessionDto>;
