import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Schema, type Connection, type Model } from "mongoose";
import { createLog } from "../../src/platform/log.js";
import { connectMongo } from "../../src/platform/mongo.js";
import { asSealed, sealed, sealedBytes, sealedOverhead, type SealedValue } from "../../src/platform/sealed.js";
import { testStores } from "../support/stores.js";

interface Row {
  _id: string;
  text: SealedValue | null;
}

const stores = testStores();
const value = asSealed(Buffer.concat([Buffer.of(1), randomBytes(sealedOverhead)]));
const plain = "plain text that must not get through" as unknown as SealedValue;

describe("a sealed field", () => {
  let connection: Connection;
  let rows: Model<Row>;

  beforeAll(async () => {
    connection = await connectMongo({
      uri: stores.mongoUri,
      database: stores.database,
      log: createLog({ level: "silent" }),
    });
    rows = connection.model<Row>("Row", new Schema<Row>({ _id: String, text: sealed("text") }, { versionKey: false }));
  });
  afterAll(async () => {
    await connection.close();
    await stores.drop();
  });

  it("keeps sealed bytes as they are", async () => {
    await rows.create({ _id: "a", text: value });
    await rows.create({ _id: "b", text: null });
    const row = await rows.findById("a").lean();
    expect(Buffer.from(sealedBytes(row!.text!)).equals(value)).toBe(true);
    expect((await rows.findById("b").lean())!.text).toBeNull();
  });

  it("refuses plain text on every way in, without quoting it", async () => {
    const ways: (() => PromiseLike<unknown>)[] = [
      () => rows.create({ _id: "c", text: plain }),
      () => rows.insertMany([{ _id: "d", text: plain }]),
      () => rows.updateOne({ _id: "a" }, { $set: { text: plain } }),
      () => rows.findOneAndUpdate({ _id: "a" }, { text: plain }),
      () => rows.bulkWrite([{ updateOne: { filter: { _id: "a" }, update: { $set: { text: plain } } } }]),
      () => rows.updateOne({ _id: "e" }, { $setOnInsert: { text: plain } }, { upsert: true }),
    ];
    for (const [index, way] of ways.entries()) {
      const error = await Promise.resolve()
        .then(way)
        .then(
          () => undefined,
          (reason: unknown) => reason as Error,
        );
      expect([index, error]).toEqual([index, expect.any(Error)]);
      expect(error!.message).not.toContain("plain text");
    }
    expect(await rows.estimatedDocumentCount()).toBe(2);
  });

  it("is made of nothing but what a keyring gave", () => {
    expect(() => asSealed(Buffer.from("short"))).toThrow(TypeError);
    expect(() => asSealed(Buffer.from("x".repeat(100)))).toThrow(TypeError);
  });
});
