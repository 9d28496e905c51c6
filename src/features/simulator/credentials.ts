import { randomBytes, randomInt } from "node:crypto";
import type { SimulatedKind } from "../../wire/simulator.js";

const digits = (count: number) =>
  Array.from({ length: count }, (_, index) => String(randomInt(index === 0 ? 1 : 0, 10))).join("");

/** Credentials that a played provider gives to a new account. */
export function newCredentials(kind: SimulatedKind): Record<string, unknown> {
  const token = () => `EAA${randomBytes(30).toString("hex")}`;
  const secret = randomBytes(16).toString("hex");
  switch (kind) {
    case "telegram":
      return { token: `${digits(10)}:${randomBytes(26).toString("base64url")}`, mode: "webhook" };
    case "whatsapp":
      return { accessToken: token(), appSecret: secret, phoneNumberId: digits(15), businessAccountId: digits(15) };
    case "messenger":
      return { pageAccessToken: token(), appSecret: secret, pageId: digits(15), appId: digits(15) };
    case "http":
      return {
        accountId: randomBytes(9).toString("base64url"),
        // Whoever delivers there is led to the stand-in, wherever it is at the moment.
        deliveryUrl: "http://simulator.invalid/own",
        signingSecret: `whsec_${randomBytes(32).toString("base64")}`,
      };
  }
}

/** The id a network gives to somebody new. */
export function newPersonId(kind: SimulatedKind): string {
  if (kind === "telegram") return digits(9);
  if (kind === "whatsapp") return `1555${digits(7)}`;
  return kind === "messenger" ? digits(16) : `cus_${randomBytes(6).toString("hex")}`;
}
