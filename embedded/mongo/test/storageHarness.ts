import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEngine } from "../storage/engine.js";
import { compileFilter } from "../query/filter.js";
import { compileUpdate } from "../update/update.js";
import { encodeDocument } from "../values/codec.js";
import type { Collection, Doc, FindRequest, IndexSpec } from "../types.js";

const context = { now: new Date(0) };

/** An engine in a directory of its own. */
export async function temporaryEngine() {
  const dir = mkdtempSync(join(tmpdir(), "store-"));
  let engine = await openEngine({ dir, ttlIntervalMs: 0 });
  return {
    dir,
    get engine() {
      return engine;
    },
    async reopen() {
      await engine.close();
      engine = await openEngine({ dir, ttlIntervalMs: 0 });
    },
    async remove() {
      await engine.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export const request = (filter: Doc, more: Partial<FindRequest> = {}): FindRequest => ({
  filter: compileFilter(filter, context),
  context,
  ...more,
});

export async function find(collection: Collection, filter: Doc, more: Partial<FindRequest> = {}): Promise<Doc[]> {
  const docs: Doc[] = [];
  for await (const found of collection.find(request(filter, more))) docs.push(found.doc());
  return docs;
}

export const insert = (collection: Collection, docs: Doc[], ordered = true) =>
  collection.insert(docs.map(encodeDocument), { ordered });

export const update = (
  collection: Collection,
  filter: Doc,
  change: Doc,
  how: { multi?: boolean; upsert?: boolean } = {},
) =>
  collection.update({
    ...request(filter),
    updater: compileUpdate(change, { context }),
    multi: how.multi ?? false,
    upsert: how.upsert ?? false,
  });

export const remove = (collection: Collection, filter: Doc, limit: 0 | 1 = 0) =>
  collection.remove({ ...request(filter), limit });

export const index = (key: Record<string, 1 | -1>, more: Partial<IndexSpec> = {}): IndexSpec => ({
  v: 2,
  key,
  name: Object.entries(key).flat().join("_"),
  ...more,
});
