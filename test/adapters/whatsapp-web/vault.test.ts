import { randomBytes } from "node:crypto";
import { readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Connection } from "mongoose";
import { BlobGone, systemClock } from "../../../src/core/ports.js";
import { createBlobStore, directoryBackend } from "../../../src/platform/blobs/index.js";
import { createKeyring } from "../../../src/platform/keyring/index.js";
import { connectMongo } from "../../../src/platform/mongo.js";
import { createSessionVaults, type SessionVaults } from "../../../src/sessions/vault.js";
import { captureLog } from "../captureLog.js";
import { eventually } from "../../support/gateway.js";
import { testStores, type TestStores } from "../../support/stores.js";

let stores: TestStores;
let connection: Connection;
let vaults: SessionVaults;
const folder = () => join(stores.dataDir, "blobs");

beforeAll(async () => {
  stores = testStores();
  connection = await connectMongo({ uri: stores.mongoUri, database: stores.database, log: captureLog().log });
  const keyring = createKeyring({ connection, masterKeys: [randomBytes(32)], clock: systemClock });
  await keyring.ensureIndexes();
  const blobs = createBlobStore({ backend: directoryBackend(folder()), keyring });
  vaults = createSessionVaults({ connection, blobs, clock: systemClock });
  await vaults.ensureIndexes();
});
afterAll(async () => {
  await connection.close();
  await rm(stores.dataDir, { recursive: true, force: true });
  await stores.drop();
});

const stored = async () => {
  const files = await readdir(folder(), { recursive: true, withFileTypes: true }).catch(() => []);
  return files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
};

describe("the vault", () => {
  it("keeps the last three versions, newest first, sealed", async () => {
    const vault = vaults.vault("ws", "kind");
    for (const n of [1, 2, 3, 4, 5]) await vault.save("a", Readable.from([`the proof of version ${n}`]));
    const versions = await vault.versions("a");
    const contents = await Promise.all(versions.map(async ({ id }) => text(await vault.open("a", id))));
    expect(contents).toEqual([5, 4, 3].map((n) => `the proof of version ${n}`));
    const files = await stored();
    expect(files).toHaveLength(3);
    for (const file of files) expect((await readFile(file)).includes("the proof of version")).toBe(false);
  });

  it("deletes nothing when a session is marked as deleted, and begins anew after it", async () => {
    const vault = vaults.vault("ws", "kind");
    const before = await vault.versions("a");
    await vault.markDeleted("a");
    expect(await vault.versions("a")).toEqual([]);
    expect(await text(await vault.open("a", before[0]!.id))).toBe("the proof of version 5");
    const next = await vault.save("a", Readable.from(["a new link"]));
    expect((await vault.versions("a")).map(({ id }) => id)).toEqual([next.id]);
  });

  it("keeps accounts, kinds and workspaces apart", async () => {
    const { id } = await vaults.vault("ws", "kind").save("b", Readable.from(["b"]));
    for (const [workspaceId, kind, account] of [
      ["other", "kind", "b"],
      ["ws", "other", "b"],
      ["ws", "kind", "c"],
    ] as const) {
      expect(await vaults.vault(workspaceId, kind).versions(account)).toEqual([]);
      await expect(vaults.vault(workspaceId, kind).open(account, id)).rejects.toThrow(BlobGone);
    }
  });
});

describe("the spool", () => {
  it("hands a file over once", async () => {
    const spool = vaults.spool("ws");
    const before = (await stored()).length;
    const key = await spool.put(Readable.from(["a file"]), 100);
    expect(await text(await spool.take(key))).toBe("a file");
    await eventually("its removal", async () => ((await stored()).length === before ? true : undefined));
  });
});
