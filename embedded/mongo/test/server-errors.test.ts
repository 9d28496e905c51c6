/** What the server answers to commands that are wrong: MongoDB 7.0's codes and words. */
import { describe, expect, it } from "@jest/globals";
import { Long, UUID, type Document } from "mongodb";
import { failure, useStore } from "./serverHarness.js";

const test = useStore();
const lsid = { id: new UUID() };

interface Wrong {
  title: string;
  command: Document;
  code: number;
  message?: RegExp;
}

const wrong: Wrong[] = [
  { title: "unknown command", command: { foo: 1 }, code: 59, message: /^no such command: 'foo'$/ },
  { title: "atlasVersion, which mongosh asks for", command: { atlasVersion: 1 }, code: 59 },
  { title: "bulkWrite of 8.0", command: { bulkWrite: 1, ops: [], nsInfo: [] }, code: 59 },
  {
    title: "unknown field",
    command: { find: "a", foo: 1 },
    code: 40415,
    message: /^BSON field 'find\.foo' is an unknown field\.$/,
  },
  { title: "rawData of 8.x", command: { find: "a", rawData: true }, code: 40415 },
  {
    title: "wrong type",
    command: { find: "a", filter: "x" },
    code: 14,
    message: /^BSON field 'find\.filter' is the wrong type 'string', expected type 'object'$/,
  },
  {
    title: "wrong type of a number",
    command: { find: "a", limit: "x" },
    code: 14,
    message: /^BSON field 'find\.limit' is the wrong type 'string', expected types '\[long, int, decimal, double\]'$/,
  },
  {
    title: "missing field",
    command: { distinct: "a" },
    code: 40414,
    message: /^BSON field 'distinct\.key' is missing but a required field$/,
  },
  {
    title: "negative skip",
    command: { find: "a", skip: -1 },
    code: 51024,
    message: /^BSON field 'skip' value must be >= 0, actual value '-1'$/,
  },
  { title: "negative limit", command: { find: "a", limit: -1 }, code: 51024 },
  { title: "negative batchSize", command: { find: "a", batchSize: -1 }, code: 51024 },
  { title: "collection name of a wrong type", command: { find: 1 }, code: 73 },
  { title: "empty collection name", command: { find: "" }, code: 73 },
  { title: "aggregate without cursor", command: { aggregate: "a", pipeline: [] }, code: 9, message: /'cursor' option/ },
  { title: "pipeline of a wrong type", command: { aggregate: "a", pipeline: 1, cursor: {} }, code: 14 },
  {
    title: "stage with two names",
    command: { aggregate: "a", pipeline: [{ $match: {}, $limit: 1 }], cursor: {} },
    code: 40323,
  },
  { title: "unknown stage", command: { aggregate: "a", pipeline: [{ $foo: {} }], cursor: {} }, code: 40324 },
  {
    title: "change stream",
    command: { aggregate: "a", pipeline: [{ $changeStream: {} }], cursor: {} },
    code: 40573,
    message: /only supported on replica sets/,
  },
  { title: "insert of nothing", command: { insert: "a", documents: [] }, code: 16 },
  { title: "insert without documents", command: { insert: "a" }, code: 40414 },
  { title: "insert of a number", command: { insert: "a", documents: [{}, 1] }, code: 14 },
  { title: "insert with documents of a wrong type", command: { insert: "a", documents: "x" }, code: 14 },
  { title: "update without q", command: { update: "a", updates: [{ u: {} }] }, code: 40414 },
  { title: "sort in an update, of 8.0", command: { update: "a", updates: [{ q: {}, u: {}, sort: {} }] }, code: 40415 },
  { title: "delete without limit", command: { delete: "a", deletes: [{ q: {} }] }, code: 40414 },
  { title: "delete with limit 2", command: { delete: "a", deletes: [{ q: {}, limit: 2 }] }, code: 9 },
  { title: "findAndModify of nothing", command: { findAndModify: "a" }, code: 9 },
  {
    title: "findAndModify with remove and update",
    command: { findAndModify: "a", remove: true, update: {} },
    code: 9,
  },
  { title: "findAndModify with remove and new", command: { findAndModify: "a", remove: true, new: true }, code: 9 },
  { title: "tailable", command: { find: "a", tailable: true }, code: 2 },
  { title: "maxTimeMS below zero", command: { ping: 1, maxTimeMS: -1 }, code: 2 },
  { title: "maxTimeMS of a wrong type", command: { ping: 1, maxTimeMS: "x" }, code: 2 },
  {
    title: "w: 2",
    command: { insert: "a", documents: [{}], writeConcern: { w: 2 } },
    code: 2,
    message: /^cannot use 'w' > 1 when a host is not replicated$/,
  },
  {
    title: "w of a name",
    command: { insert: "a", documents: [{}], writeConcern: { w: "two" } },
    code: 2,
    message: /non-majority 'w' mode two/,
  },
  {
    title: "unknown field of writeConcern",
    command: { insert: "a", documents: [{}], writeConcern: { x: 1 } },
    code: 40415,
  },
  { title: "read concern linearizable", command: { find: "a", readConcern: { level: "linearizable" } }, code: 123 },
  { title: "read concern snapshot", command: { find: "a", readConcern: { level: "snapshot" } }, code: 123 },
  {
    title: "transaction number",
    command: { insert: "a", documents: [{}], lsid, txnNumber: Long.fromNumber(1) },
    code: 20,
    message: /^Transaction numbers are only allowed on a replica set member or mongos$/,
  },
  { title: "API version 2", command: { ping: 1, apiVersion: "2" }, code: 322 },
  { title: "strict API", command: { distinct: "a", key: "b", apiVersion: "1", apiStrict: true }, code: 323 },
  { title: "strict API without a version", command: { ping: 1, apiStrict: true }, code: 4886600 },
  { title: "admin command elsewhere", command: { listDatabases: 1 }, code: 13 },
  { title: "capped collection", command: { create: "c", capped: true, size: 1000 }, code: 238 },
  { title: "validator", command: { create: "c", validator: { a: 1 } }, code: 238 },
  { title: "view", command: { create: "c", viewOn: "a", pipeline: [] }, code: 238 },
  { title: "time series", command: { create: "c", timeseries: { timeField: "t" } }, code: 238 },
  { title: "unknown collection option", command: { create: "c", foo: 1 }, code: 40415 },
  { title: "getMore on a dead cursor", command: { getMore: Long.fromNumber(77), collection: "a" }, code: 43 },
  { title: "getMore of a wrong type", command: { getMore: 77, collection: "a" }, code: 14 },
  { title: "collMod of a missing collection", command: { collMod: "missing" }, code: 26 },
  { title: "listIndexes of a missing collection", command: { listIndexes: "missing" }, code: 26 },
  { title: "dropIndexes of a missing collection", command: { dropIndexes: "missing", index: "*" }, code: 26 },
  { title: "validate of a missing collection", command: { validate: "missing" }, code: 26 },
  { title: "unknown filter operator", command: { find: "a", filter: { a: { $foo: 1 } } }, code: 2 },
  { title: "unknown top-level operator", command: { find: "a", filter: { $foo: 1 } }, code: 2 },
  { title: "explain of an unknown command", command: { explain: { foo: "a" } }, code: 59 },
  { title: "explain with an unknown verbosity", command: { explain: { find: "a" }, verbosity: "x" }, code: 9 },
  { title: "commit without a transaction", command: { commitTransaction: 1 }, code: 13 },
];

describe("wrong commands", () => {
  it.each(wrong)("$title: $code", async ({ command, code, message }) => {
    const error = await failure(test.db().command(command));
    expect(error.code).toBe(code);
    if (message) expect(error.errmsg).toMatch(message);
  });

  it("names codes as MongoDB does", async () => {
    expect((await failure(test.db().command({ foo: 1 }))).codeName).toBe("CommandNotFound");
    expect((await failure(test.db().command({ find: "a", foo: 1 }))).codeName).toBe("Location40415");
    const snapshot = { find: "a", readConcern: { level: "snapshot" } };
    expect((await failure(test.db().command(snapshot))).codeName).toBe("NotAReplicaSet");
  });
});

const wrongIndexes: { title: string; index: Document; code: number }[] = [
  { title: "no name", index: { key: { a: 1 } }, code: 9 },
  { title: "no key", index: { name: "a" }, code: 9 },
  { title: "empty key", index: { key: {}, name: "a" }, code: 67 },
  { title: "direction 0", index: { key: { a: 0 }, name: "a" }, code: 67 },
  { title: "unknown kind", index: { key: { a: "foo" }, name: "a" }, code: 67 },
  { title: "text", index: { key: { a: "text" }, name: "a" }, code: 67 },
  { title: "wildcard", index: { key: { "$**": 1 }, name: "a" }, code: 67 },
  { title: "unknown option", index: { key: { a: 1 }, name: "a", foo: 1 }, code: 197 },
  { title: "compound TTL", index: { key: { a: 1, b: 1 }, name: "a", expireAfterSeconds: 1 }, code: 67 },
  { title: "negative TTL", index: { key: { a: 1 }, name: "a", expireAfterSeconds: -1 }, code: 67 },
  { title: "name *", index: { key: { a: 1 }, name: "*" }, code: 2 },
  {
    title: "sparse and partial",
    index: { key: { a: 1 }, name: "a", sparse: true, partialFilterExpression: { a: 1 } },
    code: 67,
  },
  {
    title: "$ne in a partial index",
    index: { key: { a: 1 }, name: "a", partialFilterExpression: { a: { $ne: 1 } } },
    code: 67,
  },
  { title: "TTL on _id", index: { key: { _id: 1 }, name: "_id_", expireAfterSeconds: 1 }, code: 197 },
];

describe("wrong indexes", () => {
  it.each(wrongIndexes)("$title: $code", async ({ index, code }) => {
    const error = await failure(test.db().command({ createIndexes: "a", indexes: [index] }));
    expect(error.code).toBe(code);
  });
});
