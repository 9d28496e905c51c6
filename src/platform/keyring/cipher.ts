import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import type { SealPlace } from "../../core/ports.js";
import { sealedOverhead, sealedVersion } from "../sealed.js";

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;
export const keyIdBytes = 16;

/** The value was changed, cut, or moved from its place. */
export class SealBroken extends Error {
  constructor() {
    super("a sealed value does not open at its place");
    this.name = "SealBroken";
  }
}

/** The key of the value was shredded or is not known under any master key. */
export class KeyGone extends Error {
  constructor(why = "the key of a sealed value is gone") {
    super(why);
    this.name = "KeyGone";
  }
}

const aad = (place: SealPlace) =>
  Buffer.from([place.workspaceId, place.collection, place.field, place.contactId ?? ""].join("\u0000"));

/** version (1) · key id (16) · nonce (12) · tag (16) · cipher text. A random 96-bit nonce per value. */
export function sealBytes(key: Buffer, keyId: Buffer, place: SealPlace, plain: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(aad(place));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Buffer.of(sealedVersion), keyId, nonce, cipher.getAuthTag(), body]);
}

/** Which key sealed this. Throws SealBroken when it has not the form of a sealed value. */
export function keyIdOf(sealed: Uint8Array): string {
  if (sealed.length < sealedOverhead || sealed[0] !== sealedVersion) throw new SealBroken();
  return Buffer.from(sealed.subarray(1, 1 + keyIdBytes)).toString("base64url");
}

export function openBytes(key: Buffer, place: SealPlace, sealed: Uint8Array): Buffer {
  const nonceAt = 1 + keyIdBytes;
  const tagAt = nonceAt + nonceBytes;
  const bodyAt = tagAt + tagBytes;
  try {
    const decipher = createDecipheriv(algorithm, key, sealed.subarray(nonceAt, tagAt), { authTagLength: tagBytes })
      .setAAD(aad(place))
      .setAuthTag(sealed.subarray(tagAt, bodyAt));
    return Buffer.concat([decipher.update(sealed.subarray(bodyAt)), decipher.final()]);
  } catch {
    throw new SealBroken();
  }
}

/** Names a master key without telling it. */
export const masterIdOf = (master: Buffer) => createHash("sha256").update(master).digest("hex").slice(0, 16);

/** Wraps a data key under a master key, bound to the key's own id. */
export function wrapKey(master: Buffer, id: string, key: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, master, nonce).setAAD(Buffer.from(id));
  const body = Buffer.concat([cipher.update(key), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

export function unwrapKey(master: Buffer, id: string, wrapped: Uint8Array): Buffer {
  try {
    const decipher = createDecipheriv(algorithm, master, wrapped.subarray(0, nonceBytes), { authTagLength: tagBytes })
      .setAAD(Buffer.from(id))
      .setAuthTag(wrapped.subarray(nonceBytes, nonceBytes + tagBytes));
    return Buffer.concat([decipher.update(wrapped.subarray(nonceBytes + tagBytes)), decipher.final()]);
  } catch {
    throw new KeyGone("a data key does not open under its master key");
  }
}
