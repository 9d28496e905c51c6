import { z } from "zod";

/** Settings that every account at Meta has. Field names are those of the connect form. */
export const metaSecrets = {
  appSecret: z
    .string()
    .trim()
    .min(8)
    .max(200)
    .meta({ title: "App secret", description: "Meta's app dashboard, Settings, Basic", secret: true }),
  previousAppSecret: z
    .string()
    .trim()
    .min(8)
    .max(200)
    .optional()
    .meta({ title: "Previous app secret", description: "Still accepted while it is being changed", secret: true }),
  verifyToken: z
    .string()
    .trim()
    .min(4)
    .max(200)
    .optional()
    .meta({ title: "Verify token of your own", description: "Beside the one shown with the address", secret: true }),
};

/** A token of the Graph API. */
export const accessToken = z.string().trim().min(8).max(1_000);

/** A numeric id of the Graph API, as text: they are too long for numbers. */
export const graphId = z
  .string()
  .trim()
  .regex(/^\d{1,32}$/, "digits only");
