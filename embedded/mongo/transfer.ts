/** Moves everything from one MongoDB to another, types kept apart, and proves that the copy is the same. */
import { createHash } from "node:crypto";
import { MongoClient, type Collection, type Db, type Document, type IndexDescription } from "mongodb";

export interface CopyOptions {
  /** Connection strings of the source and the target. */
  from: string;
  to: string;
  /** Replace collections that the target has already; otherwise a target collection with documents stops the copy. */
  drop: boolean;
  /** Gets lines of progress. */
  say: (line: string) => void;
}

const batchDocuments = 1000;
const progressEvery = 100_000;
/** Databases that belong to the server itself. */
const serverDatabases = new Set(["admin", "local", "config"]);

/** What one side of the copy holds of a collection. */
interface Tally {
  count: number;
  /** SHA-256 over the documents' BSON in _id order. */
  hash: string;
}

/**
 * Copies all databases but the server's own. Each collection is read back from both sides and compared by count and hash.
 * Rejects, naming the collection, when they differ or when the target already holds documents and `drop` is not set.
 */
export async function copyAll(options: CopyOptions): Promise<void> {
  const source = new MongoClient(options.from);
  const target = new MongoClient(options.to);
  try {
    await Promise.all([source.connect(), target.connect()]);
    const { databases } = await source.db("admin").admin().listDatabases({ nameOnly: true });
    let collections = 0;
    let documents = 0;
    for (const { name } of databases) {
      if (serverDatabases.has(name)) continue;
      const copied = await copyDatabase(source.db(name), target.db(name), options);
      collections += copied.collections;
      documents += copied.documents;
    }
    options.say(`done: ${collections} collections, ${documents} documents copied and verified`);
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
}

async function copyDatabase(
  source: Db,
  target: Db,
  options: CopyOptions,
): Promise<{ collections: number; documents: number }> {
  const rows = await source.listCollections().toArray();
  let documents = 0;
  let collections = 0;
  for (const row of rows.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (row.name.startsWith("system.")) continue;
    const namespace = `${source.databaseName}.${row.name}`;
    if (row.type !== undefined && row.type !== "collection") {
      throw new Error(`${namespace} is a ${row.type}: only plain collections can be copied`);
    }
    await makeRoom(target, row.name, namespace, options.drop);
    const made = "options" in row ? portable(row.options ?? {}) : {};
    await target.createCollection(row.name, made);
    const from = source.collection(row.name);
    const to = target.collection(row.name);
    await copyDocuments(from, to, (count) => options.say(`${namespace}: ${count} documents`));
    await copyIndexes(from, to);
    const tally = await verify(source, target, row.name);
    options.say(`${namespace}: ${tally.count} documents, verified (sha256 ${tally.hash.slice(0, 16)})`);
    documents += tally.count;
    collections += 1;
  }
  return { collections, documents };
}

async function makeRoom(target: Db, name: string, namespace: string, drop: boolean): Promise<void> {
  const there = await target.listCollections({ name }, { nameOnly: true }).hasNext();
  if (!there) return;
  if (!drop && (await target.collection(name).countDocuments({}, { limit: 1 })) > 0) {
    throw new Error(`the target already has documents in ${namespace}: use --drop to replace them`);
  }
  await target.dropCollection(name);
}

/** Reading options that keep every BSON type apart, so that writing gives the same bytes again. */
const exactTypes = {
  promoteValues: false,
  promoteLongs: false,
  promoteBuffers: false,
  bsonRegExp: true,
  useBigInt64: false,
} as const;

async function copyDocuments(from: Collection, to: Collection, progress: (count: number) => void): Promise<void> {
  let count = 0;
  let batch: Document[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    await to.insertMany(batch, { ordered: true });
    const before = count;
    count += batch.length;
    if (Math.floor(count / progressEvery) > Math.floor(before / progressEvery)) progress(count);
    batch = [];
  };
  for await (const document of from.find({}, { ...exactTypes, batchSize: batchDocuments })) {
    batch.push(document);
    if (batch.length >= batchDocuments) await flush();
  }
  await flush();
}

/** A collation as it can be given to another server: without the version of the ICU library that wrote it. */
function portable<T extends Document>(options: T): T {
  if (typeof options.collation !== "object" || options.collation === null) return options;
  const { version, ...collation } = options.collation as Document;
  return { ...options, collation };
}

async function copyIndexes(from: Collection, to: Collection): Promise<void> {
  const indexes: IndexDescription[] = [];
  for (const row of await from.listIndexes().toArray()) {
    const { v, ns, ...index } = portable(row as Document);
    if (index.name !== "_id_") indexes.push(index as IndexDescription);
  }
  if (indexes.length > 0) await to.createIndexes(indexes);
}

async function tallyOf(collection: Collection): Promise<Tally> {
  const hash = createHash("sha256");
  let count = 0;
  for await (const bytes of collection.find({}, { raw: true, sort: { _id: 1 }, batchSize: batchDocuments })) {
    hash.update(bytes as unknown as Uint8Array);
    count += 1;
  }
  return { count, hash: hash.digest("hex") };
}

async function verify(source: Db, target: Db, name: string): Promise<Tally> {
  const [had, has] = await Promise.all([tallyOf(source.collection(name)), tallyOf(target.collection(name))]);
  if (had.count === has.count && had.hash === has.hash) return has;
  throw new Error(
    `${source.databaseName}.${name}: the copy differs (${had.count} documents, sha256 ${had.hash}; ` +
      `copied ${has.count}, sha256 ${has.hash})`,
  );
}
