/** The wire itself: both section kinds, pipelining, silence, checksums, the legacy hello, and messages that are wrong. */
import { afterEach, describe, expect, it } from "@jest/globals";
import { Binary, BSON, type Document } from "mongodb";
import { connect, type Socket } from "node:net";
import fc from "fast-check";
import { useStore } from "./serverHarness.js";

const test = useStore({ port: 0 });
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A raw connection: what is written goes out as it is; replies come back one by one. */
class Raw {
  private received = Buffer.alloc(0);
  private readonly waiting: ((reply: Document | undefined) => void)[] = [];
  private readonly replies: Document[] = [];
  closed = false;

  constructor(private readonly socket: Socket) {
    socket.on("data", (chunk) => this.take(chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.closed = true;
      for (const give of this.waiting.splice(0)) give(undefined);
    });
  }

  static async open(): Promise<Raw> {
    const socket = connect(Number(new URL(test.store.uri).port), "127.0.0.1");
    sockets.push(socket);
    await new Promise((resolve) => socket.once("connect", resolve));
    return new Raw(socket);
  }

  send(bytes: Uint8Array): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  /** The next reply, or undefined when the server closed the connection. */
  async next(): Promise<Document | undefined> {
    const ready = this.replies.shift();
    if (ready) return ready;
    if (this.closed) return undefined;
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private take(chunk: Buffer): void {
    this.received = Buffer.concat([this.received, chunk]);
    while (this.received.length >= 4 && this.received.length >= this.received.readInt32LE(0)) {
      const frame = this.received.subarray(0, this.received.readInt32LE(0));
      this.received = this.received.subarray(frame.length);
      const body = BSON.deserialize(frame.subarray(frame.readInt32LE(12) === 1 ? 36 : 21));
      const reply = { ...body, responseTo: frame.readInt32LE(8), opCode: frame.readInt32LE(12) };
      const give = this.waiting.shift();
      if (give) give(reply);
      else this.replies.push(reply);
    }
  }
}

function frame(requestId: number, opCode: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(16);
  header.writeInt32LE(16 + payload.length, 0);
  header.writeInt32LE(requestId, 4);
  header.writeInt32LE(opCode, 12);
  return Buffer.concat([header, payload]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function sequenceSection(name: string, documents: Document[]): Buffer {
  const rest = Buffer.concat([Buffer.from(`${name}\0`), ...documents.map((doc) => BSON.serialize(doc))]);
  return Buffer.concat([Buffer.from([1]), int32(rest.length + 4), rest]);
}

const message = (requestId: number, sections: Buffer[], flags = 0): Buffer =>
  frame(requestId, 2013, Buffer.concat([int32(flags), ...sections]));
const command = (requestId: number, body: Document): Buffer =>
  message(requestId, [Buffer.concat([Buffer.from([0]), BSON.serialize({ ...body, $db: body.$db ?? "wire" })])]);

describe("messages", () => {
  it("takes documents from a sequence (section kind 1), before or after the command", async () => {
    const raw = await Raw.open();
    const documents = [{ _id: 1 }, { _id: 2 }];
    const body = Buffer.concat([Buffer.from([0]), BSON.serialize({ insert: "seq", $db: "wire" })]);
    raw.send(message(1, [body, sequenceSection("documents", documents)]));
    expect(await raw.next()).toMatchObject({ ok: 1, n: 2, responseTo: 1 });
    raw.send(message(2, [sequenceSection("documents", [{ _id: 3 }]), body]));
    expect(await raw.next()).toMatchObject({ ok: 1, n: 1, responseTo: 2 });
    const update = Buffer.concat([Buffer.from([0]), BSON.serialize({ update: "seq", $db: "wire" })]);
    raw.send(message(3, [update, sequenceSection("updates", [{ q: {}, u: { $set: { a: 1 } }, multi: true }])]));
    expect(await raw.next()).toMatchObject({ ok: 1, n: 3, nModified: 3 });
  });

  it("answers pipelined requests in their order", async () => {
    const raw = await Raw.open();
    const requests = Array.from({ length: 200 }, (_, i) =>
      i % 3 === 0 ? command(i + 1, { insert: "pipe", documents: [{ _id: i }] }) : command(i + 1, { find: "pipe" }),
    );
    raw.send(Buffer.concat(requests));
    for (let i = 0; i < 200; i += 1) {
      const reply = await raw.next();
      expect(reply).toMatchObject({ ok: 1, responseTo: i + 1 });
      if (i % 3 !== 0) expect(reply!.cursor.firstBatch).toHaveLength(Math.min(101, Math.floor(i / 3) + 1));
    }
  });

  it("takes a message in single bytes", async () => {
    const raw = await Raw.open();
    for (const byte of command(9, { ping: 1 })) raw.send(Buffer.from([byte]));
    expect(await raw.next()).toMatchObject({ ok: 1, responseTo: 9 });
  });

  it("says nothing to a request that wants no answer, and does it", async () => {
    const raw = await Raw.open();
    const body = BSON.serialize({ insert: "quiet", documents: [{ _id: 1 }], writeConcern: { w: 0 }, $db: "wire" });
    raw.send(message(1, [Buffer.concat([Buffer.from([0]), body])], 2));
    raw.send(command(2, { count: "quiet" }));
    expect(await raw.next()).toMatchObject({ responseTo: 2, n: 1 });
  });

  it("tolerates a checksum", async () => {
    const raw = await Raw.open();
    const body = Buffer.concat([Buffer.from([0]), BSON.serialize({ ping: 1, $db: "admin" })]);
    raw.send(message(1, [body, int32(0x1234)], 1));
    expect(await raw.next()).toMatchObject({ ok: 1 });
  });

  it("answers the legacy hello in OP_QUERY, and refuses any other command there", async () => {
    const raw = await Raw.open();
    const query = (doc: Document): Buffer =>
      Buffer.concat([int32(0), Buffer.from("admin.$cmd\0"), int32(0), int32(-1), BSON.serialize(doc)]);
    raw.send(frame(1, 2004, query({ isMaster: 1, helloOk: true })));
    expect(await raw.next()).toMatchObject({ ok: 1, ismaster: true, helloOk: true, maxWireVersion: 21, opCode: 1 });
    raw.send(frame(2, 2004, query({ find: "a" })));
    expect(await raw.next()).toMatchObject({ ok: 0, code: 352 });
  });

  it("generates a missing _id and puts _id first", async () => {
    const raw = await Raw.open();
    raw.send(command(1, { insert: "ids", documents: [{ a: 1 }, { b: 2, _id: 5 }] }));
    expect(await raw.next()).toMatchObject({ n: 2 });
    raw.send(command(2, { find: "ids" }));
    const { firstBatch } = (await raw.next())!.cursor;
    expect(firstBatch.map((doc: Document) => Object.keys(doc))).toEqual([
      ["_id", "a"],
      ["_id", "b"],
    ]);
    expect(firstBatch[0]._id._bsontype).toBe("ObjectId");
  });

  it("answers a request without $db, and goes on", async () => {
    const raw = await Raw.open();
    raw.send(message(1, [Buffer.concat([Buffer.from([0]), BSON.serialize({ ping: 1 })])]));
    expect(await raw.next()).toMatchObject({ ok: 0, code: 40571 });
    raw.send(command(2, { ping: 1 }));
    expect(await raw.next()).toMatchObject({ ok: 1 });
  });

  it("refuses a session id that is no UUID", async () => {
    const raw = await Raw.open();
    raw.send(command(1, { ping: 1, lsid: { id: new Binary(Buffer.alloc(16), 0) } }));
    expect(await raw.next()).toMatchObject({ ok: 0, code: 14 });
    raw.send(command(2, { ping: 1, lsid: {} }));
    expect(await raw.next()).toMatchObject({ ok: 0, code: 40414 });
  });

  it("refuses a document that is too large for the wire with 10334, and goes on", async () => {
    const raw = await Raw.open();
    raw.send(command(1, { insert: "big", documents: [{ text: "x".repeat(17_000_000) }] }));
    expect(await raw.next()).toMatchObject({ ok: 0, code: 10334 });
    raw.send(command(2, { ping: 1 }));
    expect(await raw.next()).toMatchObject({ ok: 1 });
  });

  it("takes a message of nearly 48 MB", async () => {
    const raw = await Raw.open();
    const body = Buffer.concat([Buffer.from([0]), BSON.serialize({ insert: "large", $db: "wire" })]);
    const documents = [1, 2, 3].map((_id) => ({ _id, text: "x".repeat(15_900_000) }));
    raw.send(message(1, [body, sequenceSection("documents", documents)]));
    expect(await raw.next()).toMatchObject({ ok: 1, n: 3 });
  });
});

describe("messages that are wrong", () => {
  const ping = Buffer.concat([Buffer.from([0]), BSON.serialize({ ping: 1, $db: "admin" })]);
  const closing: { title: string; bytes: Buffer }[] = [
    { title: "a negative length", bytes: Buffer.concat([int32(-1), Buffer.alloc(12)]) },
    { title: "a length below the header's", bytes: Buffer.concat([int32(15), Buffer.alloc(12)]) },
    { title: "a length above 48 MB", bytes: Buffer.concat([int32(48_000_001), Buffer.alloc(12)]) },
    { title: "an unknown operation", bytes: frame(1, 9999, Buffer.alloc(20)) },
    { title: "OP_INSERT", bytes: frame(1, 2002, Buffer.alloc(20)) },
    { title: "OP_COMPRESSED", bytes: frame(1, 2012, Buffer.alloc(20)) },
    { title: "an unknown required flag", bytes: message(1, [ping], 1 << 5) },
    { title: "no section", bytes: message(1, []) },
    { title: "two commands", bytes: message(1, [ping, ping]) },
    { title: "an unknown section", bytes: message(1, [Buffer.from([7]), ping]) },
    { title: "a sequence that is cut off", bytes: message(1, [ping, Buffer.from([1, 200, 0, 0, 0, 97, 0])]) },
    { title: "a section shorter than itself", bytes: message(1, [Buffer.from([0, 200, 0, 0, 0, 0])]) },
  ];

  it.each(closing)("closes the connection after $title", async ({ bytes }) => {
    const raw = await Raw.open();
    raw.send(bytes);
    expect(await raw.next()).toBeUndefined();
  });

  it.each([
    { title: "an unknown type in the command", doc: Buffer.from([12, 0, 0, 0, 0x55, 97, 0, 1, 0, 0, 0, 0]) },
    { title: "an unknown type in a document", doc: undefined },
  ])("answers $title with InvalidBSON or an unknown command", async ({ doc }) => {
    const raw = await Raw.open();
    const broken = Buffer.from(BSON.serialize({ insert: "a", documents: [{ a: 1 }], $db: "wire" }));
    const at = broken.indexOf(Buffer.from([0x10, 97, 0]));
    broken[at] = 0x55;
    raw.send(message(1, [Buffer.concat([Buffer.from([0]), doc ?? broken])]));
    const reply = await raw.next();
    expect(reply).toMatchObject({ ok: 0 });
    expect([22, 59]).toContain(reply!.code);
  });

  it("stores nothing that is not well formed", async () => {
    const raw = await Raw.open();
    const good = BSON.serialize({ _id: 1, deep: { text: "abc", list: [1, { x: true }] } });
    for (let at = 4; at < good.length; at += 1) {
      const bytes = Buffer.from(good);
      bytes[at] = bytes[at]! ^ 0x15;
      const rest = Buffer.concat([Buffer.from("documents\0"), bytes]);
      const section = Buffer.concat([Buffer.from([1]), int32(rest.length + 4), rest]);
      const body = Buffer.concat([Buffer.from([0]), BSON.serialize({ insert: `f${at}`, $db: "flips" })]);
      raw.send(message(at, [body, section]));
      const reply = await raw.next();
      if (reply!.ok !== 1 || reply!.writeErrors) continue;
      const [stored] = await test.client.db("flips").collection(`f${at}`).find({}, { raw: true }).toArray();
      expect(() => BSON.deserialize(stored as unknown as Uint8Array)).not.toThrow();
    }
  });

  it("survives random bytes: each connection is closed or answered, others go on", async () => {
    const seeds = [
      command(1, { find: "a", filter: { a: { $gt: 1 } }, sort: { a: 1 }, limit: 5 }),
      command(2, { insert: "a", documents: [{ a: 1, b: { c: [1, 2, { d: "x" }] } }] }),
      command(3, { update: "a", updates: [{ q: { a: 1 }, u: { $set: { "b.c.0": 5 } }, upsert: true }] }),
      command(4, { aggregate: "a", pipeline: [{ $group: { _id: "$a", n: { $sum: 1 } } }], cursor: {} }),
      message(5, [ping, sequenceSection("documents", [{ a: 1 }])]),
    ];
    const change = fc.record({
      seed: fc.nat(seeds.length - 1),
      flips: fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 6 }),
      cut: fc.option(fc.nat(300)),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ seed, flips, cut }) => {
        const bytes = Buffer.from(seeds[seed]!);
        for (const [at, value] of flips) if (at > 3 && at < bytes.length) bytes[at] = value;
        const raw = await Raw.open();
        raw.send(cut === null ? bytes : Buffer.concat([bytes.subarray(0, cut), Buffer.alloc(64)]));
        const partial = cut !== null;
        // Whole messages must be answered or refused; after half a message the client hangs up instead.
        if (!partial && (bytes.readUInt32LE(16) & 2) === 0) await raw.next();
        sockets.pop()?.destroy();
        const check = await Raw.open();
        check.send(command(7, { ping: 1 }));
        expect(await check.next()).toMatchObject({ ok: 1 });
        sockets.pop()?.destroy();
      }),
      { numRuns: 300 },
    );
  });
});
