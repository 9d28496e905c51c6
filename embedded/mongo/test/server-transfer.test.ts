/** The command line: serving alone, and moving all data out and in again. */
import { afterEach, describe, expect, it } from "@jest/globals";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Decimal128, Double, Long, MongoClient, ObjectId } from "mongodb";
import { startStore } from "../index.js";
import { copyAll } from "../transfer.js";
import { useStore } from "./serverHarness.js";

const test = useStore();
const children: ChildProcess[] = [];
const dirs: string[] = [];
const main = join(process.cwd(), "embedded/mongo/main.ts");

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const dir of dirs.splice(0)) await rm(dir, { recursive: true, force: true });
});

async function temporary(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "store-cli-"));
  dirs.push(dir);
  return dir;
}

function cli(
  args: string[],
  ipc = false,
): { child: ChildProcess; output: () => string; ended: Promise<number | null> } {
  const env = { ...process.env, NODE_OPTIONS: "" };
  const stdio = ipc ? (["ignore", "pipe", "pipe", "ipc"] as const) : (["ignore", "pipe", "pipe"] as const);
  const child = spawn(process.execPath, ["--import", "tsx", main, ...args], { env, stdio: [...stdio] });
  children.push(child);
  let text = "";
  child.stdout!.on("data", (chunk: Buffer) => (text += chunk.toString()));
  child.stderr!.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const ended = once(child, "exit").then(([code]) => code as number | null);
  return { child, output: () => text, ended };
}

async function served(running: ReturnType<typeof cli>): Promise<string> {
  for (;;) {
    const uri = /listening on (\S+)/.exec(running.output())?.[1];
    if (uri) return uri;
    if (running.child.exitCode !== null) throw new Error(running.output());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function fill(client: MongoClient): Promise<void> {
  const a = client.db("one").collection("a");
  await a.insertMany(
    Array.from({ length: 2500 }, (_, i) => ({ _id: new ObjectId(), i, half: new Double(i), long: Long.fromNumber(i) })),
  );
  await a.createIndex({ i: -1, half: 1 }, { unique: true }, {});
  await a.createIndex({ long: 1 }, { partialFilterExpression: { i: { $gt: 5 } } }, {});
  const b = await client.db("two").createCollection("b", { collation: { locale: "en", strength: 2 } });
  await b.insertMany([
    { text: "é", price: Decimal128.fromString("1.10"), when: new Date(5), pattern: /a/i, list: [1, [2, {}]] },
    { text: "E", bytes: Buffer.from([1, 2, 3]), nothing: null, ref: { $ref: "a", $id: 1 } },
  ]);
  await client.db("two").createCollection("empty");
}

describe("copying", () => {
  it("copies everything, types and indexes too, and says so", async () => {
    await fill(test.client);
    const dir = await temporary();
    const target = await startStore({ dir });
    const lines: string[] = [];
    try {
      await copyAll({ from: test.store.uri, to: target.uri, drop: false, say: (line) => lines.push(line) });
      expect(lines.at(-1)).toBe("done: 3 collections, 2502 documents copied and verified");
      const copy = await new MongoClient(target.uri).connect();
      try {
        const raw = (client: MongoClient, db: string, name: string): Promise<unknown[]> =>
          client
            .db(db)
            .collection(name)
            .find({}, { raw: true, sort: { _id: 1 } })
            .toArray();
        for (const [db, name] of [
          ["one", "a"],
          ["two", "b"],
          ["two", "empty"],
        ] as const) {
          expect(await raw(copy, db, name)).toEqual(await raw(test.client, db, name));
          const indexes = (client: MongoClient): Promise<unknown[]> => client.db(db).collection(name).indexes();
          expect(await indexes(copy)).toEqual(await indexes(test.client));
        }
        expect(await copy.db("two").collection("b").countDocuments({ text: "e" })).toBe(1);
        await expect(
          copyAll({ from: test.store.uri, to: target.uri, drop: false, say: () => undefined }),
        ).rejects.toThrow(/already has documents/);
        await copyAll({ from: test.store.uri, to: target.uri, drop: true, say: () => undefined });
      } finally {
        await copy.close();
      }
    } finally {
      await target.close();
    }
  });

  it("exports and imports from the command line", async () => {
    const dir = await temporary();
    const into = cli(["import", "--from", test.store.uri, "--dir", dir]);
    expect(await into.ended).toBe(0);
    expect(into.output()).toMatch(/copied and verified/);
    await test.client.db("one").dropDatabase();
    const out = cli(["export", "--dir", dir, "--to", test.store.uri, "--drop"]);
    expect(await out.ended).toBe(0);
    expect(await test.client.db("one").collection("a").countDocuments()).toBe(2500);
  });
});

describe("serving", () => {
  it("listens on a private socket in the directory, ends on SIGTERM, and keeps what it was given", async () => {
    const dir = await temporary();
    const first = cli(["serve", "--dir", dir]);
    const uri = await served(first);
    expect(((await stat(join(dir, "store.sock"))).mode & 0o777).toString(8)).toBe("600");
    const client = await new MongoClient(uri).connect();
    await client.db("x").collection("a").insertOne({ a: 1 });
    await client.close();
    await expect(startStore({ dir })).rejects.toThrow(/another process/);
    first.child.kill("SIGTERM");
    expect(await first.ended).toBe(0);
    const again = await startStore({ dir, port: 0 });
    const reader = await new MongoClient(again.uri).connect();
    expect(again.uri).toMatch(/^mongodb:\/\/127\.0\.0\.1:\d+\/$/);
    expect(await reader.db("x").collection("a").countDocuments()).toBe(1);
    await reader.close();
    await again.close();
  });

  it("keeps acknowledged writes of a process that is killed, and starts again in the same directory", async () => {
    const dir = await temporary();
    const first = cli(["serve", "--dir", dir, "--port", "0"]);
    const client = new MongoClient(await served(first), { serverSelectionTimeoutMS: 500 });
    let acknowledged = 0;
    const writing = (async () => {
      for (let i = 0; i < 100_000; i += 1) {
        await client
          .db("x")
          .collection("a")
          .insertOne({ _id: i as never });
        acknowledged = i + 1;
      }
    })().catch(() => undefined);
    while (acknowledged < 100) await new Promise((resolve) => setTimeout(resolve, 5));
    const dead = new Promise((resolve) => first.child.once("exit", resolve));
    first.child.kill("SIGKILL");
    await dead;
    await writing;
    await client.close();
    const again = await startStore({ dir });
    const reader = await new MongoClient(again.uri).connect();
    const found = await reader.db("x").collection("a").countDocuments();
    expect(found).toBeGreaterThanOrEqual(acknowledged);
    expect(await reader.db("x").command({ validate: "a" })).toMatchObject({ valid: true, nrecords: found });
    await reader.close();
    await again.close();
  });

  it("ends by itself when the parent that started it is gone", async () => {
    const dir = await temporary();
    const child = cli(["serve", "--dir", dir], true);
    const [message] = (await once(child.child, "message")) as [{ uri: string }];
    expect(message.uri).toMatch(/^mongodb:\/\//);
    child.child.disconnect();
    expect(await child.ended).toBe(0);
  });

  it("serves a directory whose path is too long for a unix socket, on a port, for one process only", async () => {
    const dir = join(await temporary(), "a".repeat(60), "b".repeat(60));
    const store = await startStore({ dir, port: 0 });
    await expect(startStore({ dir, port: 0 })).rejects.toThrow(/another process/);
    await store.close();
    await expect(startStore({ dir })).rejects.toThrow(/longer than/);
    const again = await startStore({ dir, port: 0 });
    await again.close();
  });

  it("ends when its parent goes while it starts", async () => {
    const child = cli(["serve", "--dir", await temporary()], true);
    child.child.disconnect();
    expect(await child.ended).toBe(0);
  });

  it("refuses arguments that make no sense", async () => {
    expect(await cli(["serve"]).ended).toBe(1);
    expect(await cli(["serve", "--dir", await temporary(), "--port", "70000"]).ended).toBe(1);
  });
});
