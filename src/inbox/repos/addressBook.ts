import type { Model } from "mongoose";
import type { AddressBookRow } from "../models/addressBook.js";
import { identifyingKeys } from "./contactKeys.js";
import type { Chat } from "./people.js";
import type { Seals } from "./seals.js";

/** Whoever stands in the address book of an account's phone; the people themselves may be unknown here. */
export interface AddressBook {
  /** Writes down what the phone says of each, null: not in it any more. By position: what it calls them now. */
  note(entries: readonly (Chat & { name: string | null; at: Date })[]): Promise<(string | null)[]>;
  /** What these people are called there, by position. One look for all; none where nobody has an id that names one person only. */
  namesOf(chats: readonly Chat[]): Promise<(string | null)[]>;
}

export function addressBook(rows: Model<AddressBookRow>, seals: Seals): AddressBook {
  const place = (workspaceId: string) => ({ workspaceId, collection: "address_book", field: "name" });
  const keysOf = (chats: readonly Chat[]) => Promise.all(chats.map((chat) => identifyingKeys(seals, chat)));

  async function namesBy(keys: readonly (readonly string[])[]): Promise<(string | null)[]> {
    const wanted = [...new Set(keys.flat())];
    if (wanted.length === 0) return keys.map(() => null);
    const found = await rows.find({ _id: { $in: wanted } }, { workspaceId: 1, name: 1, at: 1 }).lean();
    return Promise.all(
      keys.map(async (own) => {
        const [newest] = found.filter((row) => own.includes(row._id)).sort((a, b) => b.at.getTime() - a.at.getTime());
        return newest ? seals.openOptional(place(newest.workspaceId), newest.name) : null;
      }),
    );
  }

  return {
    async note(entries) {
      const keys = await keysOf(entries);
      const writes = await Promise.all(
        entries.map(async ({ workspaceId, accountId, name, at }, index) => {
          const sealed = await seals.sealOptional(place(workspaceId), name);
          const first = { workspaceId, accountId, name: null, at: new Date(0) };
          return keys[index]!.flatMap((_id) => [
            { updateOne: { filter: { _id }, update: { $setOnInsert: first }, upsert: true } },
            { updateOne: { filter: { _id, at: { $lte: at } }, update: { $set: { name: sealed, at } } } },
          ]);
        }),
      );
      if (writes.some((of) => of.length > 0)) await rows.bulkWrite(writes.flat());
      return namesBy(keys);
    },
    namesOf: async (chats) => namesBy(await keysOf(chats)),
  };
}
