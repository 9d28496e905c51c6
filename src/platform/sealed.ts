import mongoose, { type SchemaDefinitionProperty } from "mongoose";

declare const brand: unique symbol;

/** Bytes that a keyring sealed. Only `asSealed` makes one, so that plain text cannot slip into a private field by mistake. */
export type SealedValue = Uint8Array & { readonly [brand]: "sealed" };

/** First byte of every sealed value: the version of its format. */
export const sealedVersion = 1;
/** Version, key id, nonce and tag: nothing sealed is shorter. */
export const sealedOverhead = 1 + 16 + 12 + 16;

/** Marks what `Keyring.seal` returned as fit for a sealed field. Throws when the bytes cannot come from there. */
export function asSealed(bytes: Uint8Array): SealedValue {
  if (bytes.length < sealedOverhead || bytes[0] !== sealedVersion) throw new TypeError("not a sealed value");
  return bytes as SealedValue;
}

/** The bytes of a sealed field as the database gives it back (a BSON Binary from lean queries, a Buffer from documents). */
export function sealedBytes(value: Uint8Array | { buffer: Uint8Array }): Uint8Array {
  return value instanceof Uint8Array ? value : value.buffer;
}

function isSealed(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  const bytes = value instanceof Uint8Array ? value : value instanceof mongoose.mongo.Binary ? value.buffer : undefined;
  return bytes !== undefined && bytes.length >= sealedOverhead && bytes[0] === sealedVersion;
}

/**
 * A private field of a model: `text: sealed("text")`. It takes sealed bytes and nothing else; a plain string is refused
 * before it reaches the database, with an error that does not quote it.
 */
export function sealed(field: string): SchemaDefinitionProperty {
  return {
    type: mongoose.Schema.Types.Mixed,
    default: null,
    // Runs on documents and on casted updates alike, before validation could print the value.
    set: (value: unknown) => {
      // mongoose would quote the value in an error of its own: its error comes from here, without.
      if (!isSealed(value)) throw new mongoose.Error.CastError("Sealed", "[private]", field);
      return value;
    },
    validate: { validator: isSealed, message: `${field} must be sealed before it is stored` },
  };
}
