import type { Model } from "mongoose";
import type { Peer } from "../../core/events.js";
import type { ContactRow, IdentityRow } from "../models/person.js";
import type { Told } from "../models/told.js";
import type { DatedAlias } from "../types.js";
import { contactWords, type Attributes } from "./contactKeys.js";
import { alsoTell } from "./outbox.js";
import type { Seals } from "./seals.js";

/** Names that come otherwise than with a message. A name that one of us gave stays. */
export interface Naming {
  /** A name for somebody who has none yet, and what there is to tell of it. False when it was not needed. */
  nameFound(chatKey: string, name: string, told: readonly Told[], now: Date): Promise<boolean>;
  /** What a group is called now, or what the address book calls somebody (null: nothing any more). False when nothing changed. */
  rename(
    chatKey: string,
    to: { name: string | null; by: "group" | "address_book" },
    told: readonly Told[],
    now: Date,
  ): Promise<boolean>;
}

/** By whom a name may be that is replaced by one of the address book, or else of a profile. */
export const replaced = (namedBy: Peer["namedBy"]) => ({
  $in: namedBy === undefined ? (["provider"] as const) : (["provider", "address_book"] as const),
});

const at = (workspaceId: string, collection: "contacts" | "identities", field: string) => ({
  workspaceId,
  collection,
  field,
});

export function naming(contacts: Model<ContactRow>, identities: Model<IdentityRow>, seals: Seals): Naming {
  return {
    async nameFound(chatKey, name, told, now) {
      const row = await identities.findOne({ chatKey }, { workspaceId: 1, contactId: 1 }).lean();
      if (!row) return false;
      const { workspaceId, contactId } = row;
      const sealed = await seals.seal(at(workspaceId, "contacts", "name"), name);
      const words = await contactWords(seals, workspaceId, name, []);
      const { modifiedCount } = await contacts.collection.updateOne(
        { _id: contactId, workspaceId, namedBy: "provider", name: null } as never,
        [
          {
            $set: {
              name: { $literal: sealed },
              words: { $setUnion: ["$words", words] },
              updatedAt: now,
              ...alsoTell(told, now),
            },
          },
        ],
      );
      return modifiedCount === 1;
    },

    async rename(chatKey, { name, by }, told, now) {
      const identity = await identities.findOne({ chatKey }, { workspaceId: 1, contactId: 1, aliases: 1 }).lean();
      if (!identity) return false;
      const { workspaceId, contactId } = identity;
      const group = by === "group";
      const whose = { _id: contactId, workspaceId, namedBy: replaced(group ? undefined : by) };
      const contact = await contacts.findOne(whose, { name: 1, namedBy: 1, attributes: 1 }).lean();
      if (!contact) return false;
      const place = at(workspaceId, "contacts", "name");
      const before = await seals.openOptional(place, contact.name);
      // A name that the address book has no more stays until somebody says another one.
      const called = name ?? before;
      const from = group || name === null ? "provider" : "address_book";
      if (called === before && contact.namedBy === from) return false;
      const dated = identity.aliases
        ? ((await seals.openJson(at(workspaceId, "identities", "aliases"), identity.aliases)) as DatedAlias[])
        : [];
      const attributes = contact.attributes
        ? ((await seals.openJson(at(workspaceId, "contacts", "attributes"), contact.attributes)) as Attributes)
        : {};
      const today = dated.filter((alias) => alias.until === null);
      const { modifiedCount } = await contacts.collection.updateOne(whose as never, [
        {
          $set: {
            name: { $literal: await seals.sealOptional(place, called) },
            namedBy: from,
            words: await contactWords(seals, workspaceId, called, today, attributes),
            updatedAt: now,
            ...alsoTell(told, now),
          },
        },
      ]);
      return modifiedCount === 1;
    },
  };
}
