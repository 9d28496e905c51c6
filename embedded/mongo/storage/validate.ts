/** Proves that every index holds exactly the entries its documents call for. */
import { decodeDocument } from "../values/codec.js";
import type { CollectionState } from "./collection.js";
import { everything } from "./bounds.js";
import type { Disk, Entry } from "./disk.js";
import { keysOf, type StoredIndex } from "./indexTable.js";

const piece = 500;
const turn = () => new Promise((resolve) => setImmediate(resolve));

export async function validateCollection(disk: Disk, state: CollectionState) {
  const errors: string[] = [];
  let nrecords = 0;
  const called = new Map(state.indexes.map((index) => [index, 0]));
  let from: number | undefined;
  for (;;) {
    const rows = disk.records(state.id, from, false, piece);
    for (const { rid, bytes } of rows) {
      nrecords += 1;
      const doc = decodeDocument(bytes);
      for (const index of state.indexes) {
        const { keys } = keysOf(index, doc);
        called.set(index, called.get(index)! + keys.length);
        for (const key of keys) {
          if (!disk.hasEntry(index, key, rid)) errors.push(`record ${rid} is missing from index ${index.spec.name}`);
        }
      }
    }
    if (rows.length < piece) break;
    from = rows.at(-1)!.rid;
    await turn();
  }
  const keysPerIndex: Record<string, number> = {};
  for (const index of state.indexes) {
    const entries = await countEntries(disk, index);
    keysPerIndex[index.spec.name] = entries;
    if (entries !== called.get(index)) {
      errors.push(`index ${index.spec.name} has ${entries} entries where its documents call for ${called.get(index)!}`);
    }
  }
  if (nrecords !== state.count) errors.push(`the collection counts ${state.count} documents and has ${nrecords}`);
  return { valid: errors.length === 0, errors: errors.slice(0, 100), nrecords, keysPerIndex };
}

async function countEntries(disk: Disk, index: StoredIndex): Promise<number> {
  let count = 0;
  let last: Entry | undefined;
  for (;;) {
    const entries = disk.entries(index, everything, last, false, 5_000);
    count += entries.length;
    if (entries.length < 5_000) return count;
    last = entries.at(-1);
    await turn();
  }
}
