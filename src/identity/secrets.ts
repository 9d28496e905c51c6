import { createHash, randomBytes } from "node:crypto";

/** A secret of 256 random bits that fits in a link or a cookie. */
export const newSecret = (): string => randomBytes(32).toString("base64url");

/** What is kept of a secret that we made: it is random enough that one round of SHA-256 cannot be turned back. */
export const hashOf = (secret: string): string => createHash("sha256").update(secret).digest("hex");

/** True for the error of a unique index that somebody else was faster at. */
export const isDuplicate = (error: unknown): boolean => (error as { code?: unknown }).code === 11000;
