/** The `_id` of stored bytes without reading the rest. */
import { ObjectId } from "bson";
import type { Doc } from "../types.js";

const objectId = 0x07;
const int32 = 0x10;
const text = 0x02;

/** {_id} of a document that begins with an `_id` of a common type; undefined for any other. */
export function firstField(bytes: Uint8Array): Doc | undefined {
  // length (4), type (1), "_id" and its end (4), value
  if (bytes[5] !== 0x5f || bytes[6] !== 0x69 || bytes[7] !== 0x64 || bytes[8] !== 0) return undefined;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (bytes[4]) {
    case objectId:
      return { _id: new ObjectId(Uint8Array.prototype.slice.call(bytes, 9, 21)) };
    case int32:
      return { _id: view.readInt32LE(9) };
    case text:
      return { _id: view.toString("utf8", 13, 13 + view.readInt32LE(9) - 1) };
    default:
      return undefined;
  }
}
