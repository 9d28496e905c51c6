/** mongoose as applications use it: validation, population, discriminators, timestamps, versions, indexes. */

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import mongoose, { Schema, type Connection } from "mongoose";
import { useStore } from "./serverHarness.js";

const test = useStore();
let connection: Connection;

beforeAll(async () => {
  connection = await mongoose.createConnection(test.store.uri, { dbName: "goose" }).asPromise();
});
afterAll(() => connection.close());

describe("mongoose", () => {
  it("saves, finds, updates and deletes", async () => {
    const User = connection.model("User", new Schema({ name: { type: String, required: true }, age: Number }));
    const ann = await User.create({ name: "Ann", age: 30 });
    ann.age = 31;
    await ann.save();
    expect(await User.findById(ann._id).lean()).toMatchObject({ name: "Ann", age: 31 });
    expect(
      await User.findOneAndUpdate({ name: "Ann" }, { $inc: { age: 1 } }, { returnDocument: "after" }),
    ).toMatchObject({ age: 32 });
    await expect(User.create({ age: 1 })).rejects.toThrow(/name.*required/);
    expect(await User.exists({ name: "Ann" })).not.toBeNull();
    await ann.deleteOne();
    expect(await User.countDocuments()).toBe(0);
  });

  it("populates references, nested and in arrays", async () => {
    const Author = connection.model("Author", new Schema({ name: String }));
    const Book = connection.model(
      "Book",
      new Schema({
        title: String,
        author: { type: Schema.Types.ObjectId, ref: "Author" },
        readers: [{ type: Schema.Types.ObjectId, ref: "Author" }],
      }),
    );
    const [ann, bob] = await Author.create([{ name: "Ann" }, { name: "Bob" }]);
    await Book.create({ title: "One", author: ann!._id, readers: [bob!._id, ann!._id] });
    const book = await Book.findOne({ title: "One" }).populate("author").populate("readers").lean();
    expect(book).toMatchObject({ author: { name: "Ann" }, readers: [{ name: "Bob" }, { name: "Ann" }] });
  });

  it("keeps discriminators apart", async () => {
    const Shape = connection.model("Shape", new Schema({ label: String }, { discriminatorKey: "kind" }));
    const Circle = Shape.discriminator("Circle", new Schema({ radius: Number }));
    const Square = Shape.discriminator("Square", new Schema({ side: Number }));
    await Circle.create({ label: "c", radius: 1 });
    await Square.create({ label: "s", side: 2 });
    expect(await Circle.countDocuments()).toBe(1);
    expect(await Shape.find().sort({ label: 1 }).lean()).toMatchObject([
      { kind: "Circle", radius: 1 },
      { kind: "Square", side: 2 },
    ]);
  });

  it("sets timestamps, also on upserts and bulk writes", async () => {
    const Note = connection.model("Note", new Schema({ text: String }, { timestamps: true }));
    const note = await Note.create({ text: "a" });
    expect(note.createdAt).toBeInstanceOf(Date);
    await Note.updateOne({ text: "b" }, { $set: { text: "b" } }, { upsert: true });
    expect((await Note.findOne({ text: "b" }))!.createdAt).toBeInstanceOf(Date);
    await Note.bulkWrite([
      { updateOne: { filter: { text: "a" }, update: { $set: { text: "c" } } } },
      { insertOne: { document: { text: "d" } } },
    ]);
    const changed = (await Note.findById(note._id))!;
    expect(changed.text).toBe("c");
    expect(changed.updatedAt.getTime()).toBeGreaterThanOrEqual(note.updatedAt.getTime());
  });

  it("refuses a save over somebody else's change (optimistic concurrency)", async () => {
    const Account = connection.model("Account", new Schema({ sum: Number }, { optimisticConcurrency: true }));
    const { _id } = await Account.create({ sum: 1 });
    const [first, second] = await Promise.all([Account.findById(_id), Account.findById(_id)]);
    first!.sum = 2;
    await first!.save();
    second!.sum = 3;
    await expect(second!.save()).rejects.toMatchObject({ name: "VersionError" });
    expect(await Account.findById(_id).lean()).toMatchObject({ sum: 2 });
  });

  it("changes arrays and nested paths with the operators it derives", async () => {
    const List = connection.model(
      "List",
      new Schema({ tags: [String], items: [{ n: Number }], meta: { type: Map, of: String } }),
    );
    const list = await List.create({ tags: ["a"], items: [{ n: 1 }, { n: 2 }] });
    list.tags.push("b");
    list.items.id(list.items[0]!._id)!.n = 10;
    list.items.pull(list.items[1]!._id);
    list.set("meta.k", "v");
    await list.save();
    expect(await List.findById(list._id).lean()).toMatchObject({
      tags: ["a", "b"],
      items: [{ n: 10 }],
      meta: { k: "v" },
    });
  });

  it("builds the indexes of a schema and syncs them", async () => {
    const schema = new Schema({
      email: { type: String, unique: true, sparse: true },
      at: { type: Date, expires: 60 },
      a: Number,
      b: Number,
    });
    schema.index({ a: 1, b: -1 });
    const Indexed = connection.model("Indexed", schema);
    await Indexed.init();
    expect((await Indexed.listIndexes()).map((index: { name: string }) => index.name).sort()).toEqual([
      "_id_",
      "a_1_b_-1",
      "at_1",
      "email_1",
    ]);
    await Indexed.create({ email: "a@x" });
    await expect(Indexed.create({ email: "a@x" })).rejects.toMatchObject({ code: 11000, keyPattern: { email: 1 } });
    await Indexed.collection.createIndex({ b: 1 }, {}, {});
    expect(await Indexed.syncIndexes()).toEqual(["b_1"]);
    expect(await Indexed.diffIndexes()).toEqual({ toDrop: [], toCreate: [] });
  });

  it("streams with a cursor and aggregates", async () => {
    const Event = connection.model("Event", new Schema({ n: Number }));
    await Event.insertMany(Array.from({ length: 300 }, (_, n) => ({ n })));
    let sum = 0;
    for await (const event of Event.find().cursor({ batchSize: 50 })) sum += event.n!;
    expect(sum).toBe((299 * 300) / 2);
    expect(await Event.aggregate([{ $group: { _id: null, n: { $max: "$n" } } }])).toEqual([{ _id: null, n: 299 }]);
  });

  it("makes collections with the collation of the schema", async () => {
    const City = connection.model("City", new Schema({ name: String }, { collation: { locale: "de", strength: 1 } }));
    await City.init();
    await City.create([{ name: "Köln" }, { name: "koln" }]);
    expect(await City.countDocuments({ name: "KOLN" })).toBe(2);
  });
});
