/** The local store through its server and the official driver, against bare floors: what the protocol and the semantics cost. */
import { fork, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MongoClient, type Collection } from "mongodb";
import { bareTable } from "./bareTable.js";
import { contest, median } from "./rounds.js";
import { rowOf } from "./rows.js";

type Row = ReturnType<typeof rowOf>;

const concurrency = 64;
const batch = 1_000;
const batches = 10;
const singles = 4_000;
const pages = 300;
const pageSize = 50;
const sizes = [10_000, 1_000_000];

async function startChild(script: string, args: string[]): Promise<{ child: ChildProcess; uri: string }> {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), args, {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const uri = await new Promise<string>((resolve) => {
    let text = "";
    child.on("message", (message) => resolve(message as string));
    child.stdout?.on("data", (chunk) => {
      text += String(chunk);
      const found = /mongodb:\/\/\S+/.exec(text);
      if (found) resolve(found[0]);
    });
  });
  return { child, uri };
}

/** Runs `operations` of them, `concurrency` at a time. */
async function together(operations: number, work: (n: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const lane = async () => {
    while (next < operations) await work(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return operations;
}

async function fill(rows: Collection<Row>, bare: ReturnType<typeof bareTable>, size: number): Promise<void> {
  for (let from = 0; from < size; from += 5_000) {
    const list = Array.from({ length: Math.min(5_000, size - from) }, (_, at) => rowOf(from + at));
    await rows.insertMany(list, { ordered: false });
    bare.put(from, list.length);
  }
}

export async function run(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "bench-store-"));
  const store = await startChild("../embedded/mongo/main.js", ["serve", "--dir", join(dir, "store"), "--port", "0"]);
  const stub = await startChild("./stubMain.js", []);
  const ours = await MongoClient.connect(store.uri, { maxPoolSize: concurrency });
  const floor = await MongoClient.connect(stub.uri, { maxPoolSize: concurrency });
  const db = ours.db("bench");
  const stubbed = floor.db("bench").collection<Row>("rows");
  const bare = bareTable(join(dir, "bare"));
  try {
    let serial = 0;
    const many = db.collection<Row>("many");
    await contest({
      name: "(a) insertMany of 1,000, against LMDB puts of the same BSON",
      aim: 0.4,
      floor: () => {
        for (let n = 0; n < batches; n++) bare.put((serial += batch), batch);
        return Promise.resolve(batch * batches);
      },
      ours: async () => {
        for (let n = 0; n < batches; n++) {
          const from = (serial += batch);
          await many.insertMany(Array.from({ length: batch }, (_, at) => rowOf(from + at)));
        }
        return batch * batches;
      },
    });
    const single = db.collection<Row>("single");
    await contest({
      name: "(b) insertOne, 64 at once, against a server that only acknowledges",
      aim: 0.6,
      floor: () => together(singles, () => stubbed.insertOne(rowOf(++serial))),
      ours: () => together(singles, () => single.insertOne(rowOf(++serial))),
    });
    const first = await single.findOne({});
    await contest({
      name: "(c) find by _id, 64 at once, against a server that answers one fixed document",
      aim: 0.6,
      floor: () => together(singles, (n) => stubbed.findOne({ _id: n })),
      ours: () => together(singles, (n) => single.findOne({ _id: first!._id + (n % 1_000) })),
    });
    const rates: number[] = [];
    for (const size of sizes) {
      const rows = db.collection<Row>(`pages_${size}`);
      await rows.createIndex({ workspaceId: 1, at: -1 }, {}, {});
      const tableDir = join(dir, `bare_${size}`);
      const table = bareTable(tableDir);
      await fill(rows, table, size);
      await table.close();
      const pageStub = await startChild("./stubMain.js", [tableDir, String(size), String(pageSize)]);
      const pageClient = await MongoClient.connect(pageStub.uri);
      const bareRows = pageClient.db("bench").collection<Row>("rows");
      const read = async (from: Collection<Row>) => {
        for (let n = 0; n < pages; n++) {
          const { workspaceId, at } = rowOf(pageSize + ((n * 7_919) % (size - pageSize)));
          const page = await from
            .find({ workspaceId, at: { $lte: at } })
            .sort({ at: -1 })
            .limit(pageSize)
            .toArray();
          if (page.length !== pageSize) throw new Error(`a page of ${page.length}`);
        }
        return pages;
      };
      const spent: number[] = [];
      await contest({
        name: `(d) an indexed page of 50 of ${size}, against a server that reads it straight from LMDB`,
        aim: 0.5,
        floor: () => read(bareRows),
        ours: async () => {
          const started = process.hrtime.bigint();
          await read(rows);
          spent.push(Number(process.hrtime.bigint() - started));
          return pages;
        },
      });
      // The first round only warms up.
      rates.push(median(spent.slice(1)));
      await pageClient.close();
      pageStub.child.disconnect();
    }
    console.log(
      `(d) a page of a million takes ${(rates[1]! / rates[0]!).toFixed(2)} times a page of ten thousand; aim ≤ 1.5`,
    );
  } finally {
    await ours.close();
    await floor.close();
    await bare.close();
    store.child.disconnect();
    stub.child.disconnect();
    await new Promise((resolve) => store.child.once("exit", resolve));
    rmSync(dir, { recursive: true, force: true });
  }
}
