import { createRequire } from "node:module";
import { serialize } from "bson";
import type * as Lmdb from "lmdb";
import { rowOf } from "./rows.js";

// The same face of the package as the store uses: two in one process would not share their native part.
const lmdb = createRequire(import.meta.url)("lmdb") as typeof Lmdb;

/** One LMDB table of BSON rows by number, one durable transaction a batch: what the disk and LMDB alone cost. */
export function bareTable(dir: string) {
  const form = { encoding: "binary", keyEncoding: "binary" } as const;
  const table = lmdb.open<Buffer, Buffer>({ path: dir, ...form, overlappingSync: false, mapSize: 2 ** 36 });
  const key = (n: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32BE(n, 4);
    return bytes;
  };
  return {
    put(from: number, count: number): void {
      table.transactionSync(() => {
        for (let n = from; n < from + count; n++) table.putSync(key(n), Buffer.from(serialize(rowOf(n))));
      });
    },
    /** The `size` rows up to number `before`, last first. */
    page(before: number, size: number): Buffer[] {
      return [...table.getRange({ start: key(before), reverse: true, limit: size })].map(({ value }) => value);
    },
    close: () => table.close(),
  };
}
