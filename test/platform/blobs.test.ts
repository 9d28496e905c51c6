import { createHash, randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Connection } from "mongoose";
import { BlobGone, BlobTooLarge, systemClock, type BlobStore } from "../../src/core/ports.js";
import {
  BlobBroken,
  createBlobStore,
  directoryBackend,
  s3Backend,
  type BlobBackend,
} from "../../src/platform/blobs/index.js";
import { createKeyring } from "../../src/platform/keyring/index.js";
import { createLog } from "../../src/platform/log.js";
import { connectMongo } from "../../src/platform/mongo.js";
import { startS3, type S3StandIn } from "../support/s3.js";
import { testStores } from "../support/stores.js";

const stores = testStores();
const log = createLog({ level: "silent" });
const chunk = 64 * 1024;
const workspace = "wsp_a";
const most = { maxBytes: 50_000_000 };

/** A place for sealed bytes, with a look from behind. */
interface Place {
  backend: BlobBackend;
  /** What lies there, by name. */
  held(): Map<string, Buffer>;
  replace(name: string, bytes: Buffer): void;
  /** Nothing half done lies about. */
  tidy(): boolean;
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

let connection: Connection;
let s3: S3StandIn;
let root: string;
const places: Record<string, () => Place> = {
  "in a folder": () => ({
    backend: directoryBackend(root),
    held: () => new Map(filesIn(root).map((path) => [path, readFileSync(path)])),
    replace: (name, bytes) => writeFileSync(name, bytes),
    tidy: () => readdirSync(join(root, "incoming")).length === 0,
  }),
  "in an S3 bucket": () => ({
    backend: s3Backend({
      endpoint: s3.endpoint,
      region: "eu-1",
      bucket: s3.bucket,
      accessKeyId: "AK",
      secretAccessKey: "SK",
      forcePathStyle: true,
    }),
    held: () => s3.objects,
    replace: (name, bytes) => s3.objects.set(name, bytes),
    tidy: () => s3.openUploads() === 0,
  }),
};

async function contentOf(stream: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/** A stream in pieces of uneven size. */
function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7 + 3) % 100_003) {
    yield bytes.subarray(at, at + size);
  }
}
const streamOf = (bytes: Buffer) => Readable.from(pieces(bytes), { objectMode: false });

beforeAll(async () => {
  connection = await connectMongo({ uri: stores.mongoUri, database: stores.database, log });
  await createKeyring({ connection, masterKeys: [master], clock: systemClock }).ensureIndexes();
  s3 = await startS3("AK");
  root = join(mkdtempSync(join(tmpdir(), "sb-blobs-")), "blobs");
});
afterAll(async () => {
  await s3.close();
  rmSync(join(root, ".."), { recursive: true });
  await connection.close();
  await stores.drop();
});

const master = randomBytes(32);
const storeOver = (backend: BlobBackend): BlobStore =>
  createBlobStore({ backend, keyring: createKeyring({ connection, masterKeys: [master], clock: systemClock }) });

describe.each(Object.entries(places))("blobs %s", (_, placeAt) => {
  let place: Place;
  let store: BlobStore;
  beforeAll(() => {
    place = placeAt();
    store = storeOver(place.backend);
  });

  /** Stores something and tells under which name it lies. */
  async function put(bytes: Buffer): Promise<{ key: string; name: string }> {
    const before = new Set(place.held().keys());
    const { key } = await store.put(workspace, streamOf(bytes), most);
    return { key, name: [...place.held().keys()].find((name) => !before.has(name))! };
  }
  const read = async (key: string, range?: { start: number; end: number }) =>
    contentOf(await store.open(workspace, key, range));

  it.each([0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk, 1_000_000])("come back whole: %i bytes", async (size) => {
    const bytes = randomBytes(size);
    const blob = await store.put(workspace, streamOf(bytes), most);
    expect(blob).toEqual({
      key: expect.stringMatching(/^[A-Za-z0-9_-]{32}$/),
      bytes: size,
      sha256: createHash("sha256").update(bytes).digest("hex"),
    });
    expect((await read(blob.key)).equals(bytes)).toBe(true);
  });

  it("come back in ranges", async () => {
    const bytes = randomBytes(3 * chunk + 500);
    const { key } = await put(bytes);
    const ends = [0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 3 * chunk - 1, 3 * chunk, bytes.length - 1];
    for (const start of ends) {
      for (const end of ends.filter((end) => end >= start)) {
        const got = await read(key, { start, end });
        expect([start, end, got.equals(bytes.subarray(start, end + 1))]).toEqual([start, end, true]);
      }
    }
    expect((await read(key, { start: 10, end: 1e9 })).equals(bytes.subarray(10))).toBe(true);
    await expect(read(key, { start: 5, end: 4 })).rejects.toThrow(RangeError);
    await expect(read(key, { start: -1, end: 4 })).rejects.toThrow(RangeError);
    for (const start of [bytes.length, 10 * chunk]) {
      await expect(read(key, { start, end: start + 1 })).rejects.toThrow(BlobBroken);
    }
    const whole = await put(randomBytes(2 * chunk));
    expect(await read(whole.key, { start: 2 * chunk - 1, end: 2 * chunk - 1 })).toHaveLength(1);
  });

  it("show nothing of their content to whoever holds the store", async () => {
    const secret = Buffer.from("a private sentence of a customer. ".repeat(5000));
    const { key, name } = await put(secret);
    expect(place.held().get(name)!.includes("customer")).toBe(false);
    expect(place.held().get(name)!.includes(workspace)).toBe(false);
    expect(name).not.toContain(key);
  });

  it("do not open once a bit was changed, a chunk swapped, dropped or added, or the end cut", async () => {
    const bytes = randomBytes(3 * chunk);
    const { key, name } = await put(bytes);
    const good = place.held().get(name)!;
    const sealed = chunk + 16;
    const header = good.length - 3 * sealed;
    const part = (index: number) => good.subarray(header + index * sealed, header + (index + 1) * sealed);
    const flipped = (at: number) => {
      const copy = Buffer.from(good);
      copy[at]! ^= 1;
      return copy;
    };
    const bad = {
      magic: flipped(0),
      length: flipped(5),
      sealedKey: flipped(50),
      firstByte: flipped(header),
      lastTag: flipped(good.length - 1),
      swapped: Buffer.concat([good.subarray(0, header), part(1), part(0), part(2)]),
      dropped: Buffer.concat([good.subarray(0, header), part(0), part(2)]),
      cutAtChunk: good.subarray(0, good.length - sealed),
      cutInChunk: good.subarray(0, good.length - 100),
      onlyHeader: good.subarray(0, header),
      halfHeader: good.subarray(0, 20),
      nothing: Buffer.alloc(0),
      twice: Buffer.concat([good, part(2)]),
      tail: Buffer.concat([good, Buffer.from("x")]),
    };
    for (const [what, changed] of Object.entries(bad)) {
      place.replace(name, changed);
      const outcome = await read(key).then(
        () => "opened",
        (error: unknown) => (error as Error).name,
      );
      expect([what, outcome]).toEqual([what, expect.stringMatching(/^(BlobBroken|SealBroken|KeyGone)$/)]);
    }
    place.replace(name, bad.cutAtChunk);
    await expect(read(key, { start: 2 * chunk - 10, end: 2 * chunk - 1 })).rejects.toThrow(BlobBroken);
    place.replace(name, good);
    expect((await read(key)).equals(bytes)).toBe(true);
  });

  it("open neither under another blob's name nor in another workspace", async () => {
    const one = await put(randomBytes(100));
    const two = await put(randomBytes(100));
    await expect(store.open("wsp_b", one.key)).rejects.toThrow(BlobGone);
    await store.remove("wsp_b", one.key);
    expect(await read(one.key)).toHaveLength(100);
    place.replace(two.name, place.held().get(one.name)!);
    await expect(read(two.key)).rejects.toMatchObject({ name: "SealBroken" });
  });

  it("are refused above the limit, and nothing stays behind", async () => {
    const before = place.held().size;
    for (const size of [101, 6_000_000]) {
      const put = store.put(workspace, streamOf(randomBytes(size)), { maxBytes: size - 1 });
      await expect(put).rejects.toThrow(BlobTooLarge);
    }
    expect(place.held().size).toBe(before);
    expect(place.tidy()).toBe(true);
    expect(await store.put(workspace, streamOf(randomBytes(101)), { maxBytes: 101 })).toMatchObject({ bytes: 101 });
  });

  it("leave nothing behind when their stream fails or is cut, early or late", async () => {
    const before = place.held().size;
    for (const size of [0, 100, 12_000_000]) {
      const failing = Readable.from(
        (function* () {
          yield* pieces(randomBytes(size));
          throw new Error("the line broke");
        })(),
        { objectMode: false },
      );
      await expect(store.put(workspace, failing, most)).rejects.toThrow("the line broke");
    }
    const cut = new Readable({ read() {} });
    cut.push(randomBytes(1000));
    const putting = store.put(workspace, cut, most);
    cut.destroy();
    await expect(putting).rejects.toMatchObject({ code: "ERR_STREAM_PREMATURE_CLOSE" });
    const failed = new Readable({ read() {} });
    const early = store.put(workspace, failed, most);
    failed.destroy(new Error("failed at once"));
    await expect(early).rejects.toThrow("failed at once");
    expect(place.held().size).toBe(before);
    expect(place.tidy()).toBe(true);
  });

  it("take large content piece by piece", async () => {
    const bytes = randomBytes(20_000_000);
    const { key, name } = await put(bytes);
    expect(place.held().get(name)!.length).toBeGreaterThan(bytes.length);
    expect((await read(key)).equals(bytes)).toBe(true);
    expect(await read(key, { start: 19_000_000, end: 19_000_009 })).toEqual(bytes.subarray(19_000_000, 19_000_010));
  });

  it("are gone once removed, and removing again is fine", async () => {
    const { key, name } = await put(randomBytes(10));
    await store.remove(workspace, key);
    await store.remove(workspace, key);
    expect(place.held().has(name)).toBe(false);
    await expect(store.open(workspace, key)).rejects.toThrow(BlobGone);
    await expect(store.open(workspace, key, { start: 0, end: 1 })).rejects.toThrow(BlobGone);
  });

  it("are asked for by the store's own keys only", async () => {
    for (const key of ["", "..", "../../etc/passwd", "a/b", "x".repeat(31), "x".repeat(33), `${"x".repeat(31)}\n`]) {
      await expect(store.open(workspace, key)).rejects.toThrow(TypeError);
      await expect(store.remove(workspace, key)).rejects.toThrow(TypeError);
    }
  });

  it("may be let go unread", async () => {
    const { key } = await put(randomBytes(300_000));
    for (const range of [undefined, { start: 70_000, end: 290_000 }]) {
      const stream = await store.open(workspace, key, range);
      const closed = new Promise((resolve) => stream.once("close", resolve));
      stream.destroy();
      await closed;
    }
  });
});

describe("a folder of blobs", () => {
  it("is for its owner alone", async () => {
    const own = join(root, "..", "modes");
    await storeOver(directoryBackend(own)).put(workspace, streamOf(randomBytes(10)), most);
    for (const entry of readdirSync(own, { recursive: true, withFileTypes: true })) {
      const mode = statSync(join(entry.parentPath, entry.name)).mode & 0o777;
      expect([entry.name, mode]).toEqual([entry.name, entry.isDirectory() ? 0o700 : 0o600]);
    }
    expect(statSync(own).mode & 0o777).toBe(0o700);
  });

  it("is cleared of what a process left half written, not of what one is writing", async () => {
    const own = join(root, "..", "left-overs");
    mkdirSync(join(own, "incoming"), { recursive: true });
    for (const name of ["old", "new"]) writeFileSync(join(own, "incoming", name), "x");
    const daysAgo = new Date(Date.now() - 3 * 24 * 3600_000);
    utimesSync(join(own, "incoming", "old"), daysAgo, daysAgo);
    await storeOver(directoryBackend(own)).put(workspace, streamOf(randomBytes(10)), most);
    expect(readdirSync(join(own, "incoming"))).toEqual(["new"]);
  });

  it("reports what it cannot do", async () => {
    const file = join(root, "..", "file");
    writeFileSync(file, "x");
    const store = storeOver(directoryBackend(file));
    await expect(store.put(workspace, streamOf(randomBytes(10)), most)).rejects.toThrow();
    await expect(store.open(workspace, "x".repeat(32))).rejects.toThrow();
  });
});

describe("an S3 bucket of blobs", () => {
  it("is sent content of several parts as one object, and asked for the touched chunks only", async () => {
    const store = storeOver(places["in an S3 bucket"]!().backend);
    s3.requests.length = 0;
    const { key } = await store.put(workspace, streamOf(randomBytes(12_000_000)), most);
    expect(s3.requests.filter((request) => request.includes("partNumber="))).toHaveLength(3);
    s3.requests.length = 0;
    await contentOf(await store.open(workspace, key, { start: chunk, end: chunk + 1 }));
    const ranges = s3.requests.map((request) => /bytes=(\d+)-(\d+)/.exec(request)!);
    expect(ranges.map(([, start, end]) => Number(end) - Number(start) + 1)).toEqual([1024, chunk + 16 + 1]);
  });

  it("says so when it refuses", async () => {
    const backend = s3Backend({
      endpoint: s3.endpoint,
      region: "eu-1",
      bucket: s3.bucket,
      accessKeyId: "wrong",
      secretAccessKey: "SK",
      forcePathStyle: true,
    });
    const store = storeOver(backend);
    await expect(store.put(workspace, streamOf(randomBytes(10)), most)).rejects.toThrow("AccessDenied");
    await expect(store.open(workspace, "x".repeat(32))).rejects.toThrow("AccessDenied");
  });
});
