import { z } from "zod";

const base64url = (letters: number) =>
  z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${letters}}={0,2}$`), "is not what a browser gives");

/** What a browser's PushManager gives when it subscribes. */
export const pushSubscription = z
  .strictObject({
    endpoint: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .describe("The push service's address of this browser"),
    keys: z.strictObject({
      p256dh: base64url(87).describe("The browser's public key, base64url"),
      auth: base64url(22).describe("What only browser and sender know, base64url"),
    }),
  })
  .meta({ id: "PushSubscription" });

export const pushDto = z
  .object({
    public_key: z.string().describe("The installation's VAPID key: `applicationServerKey` of the subscription"),
    on: z.boolean().describe("The browser of this session is told"),
  })
  .meta({ id: "Push" });

export type PushDto = z.infer<typeof pushDto>;
export type PushSubscriptionRequest = z.input<typeof pushSubscription>;
