import { pasted, pastedSecret } from "../pasted.js";

/** Settings that every account at Meta has. Field names are those of the connect form. */
export const metaSecrets = {
  appSecret: pastedSecret().min(8).max(200).meta({
    title: "App secret",
    description: "In Meta's app dashboard under App settings, Basic, App secret, Show.",
    link: "https://developers.facebook.com/apps/",
    expects: "8 to 200 characters, usually 32 digits and letters a to f",
    secret: true,
  }),
  previousAppSecret: pastedSecret().min(8).max(200).optional().meta({
    title: "Previous app secret",
    description: "Only while the secret is being changed: the old one stays accepted beside the new one.",
    secret: true,
    advanced: true,
  }),
  verifyToken: pasted().min(4).max(200).optional().meta({
    title: "Verify token of your own",
    description: "Only when Meta's settings hold another one already: it is accepted beside the one shown here.",
    secret: true,
    advanced: true,
  }),
};

/** A token of the Graph API. */
export const accessToken = pastedSecret().min(8).max(1_000);

/** A numeric id of the Graph API, as text: they are too long for numbers. */
export const graphId = pasted().regex(/^\d{1,32}$/, "digits only");
