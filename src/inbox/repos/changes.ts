import type { AnyBulkWriteOperation } from "mongodb";
import type { Model } from "mongoose";
import type { DeliveryReceipt } from "../../core/events.js";
import { soughtTextOf, type Author, type Content } from "../../core/message.js";
import type { MessageRow } from "../models/message.js";
import type { Told } from "../models/told.js";
import { messagePlace } from "./messageRow.js";
import { alsoTell } from "./outbox.js";
import type { Seals } from "./seals.js";

/** The message a change is about. */
export interface Target {
  id: string;
  workspaceId: string;
  accountId: string;
  conversationId: string;
  direction: MessageRow["direction"];
  status: MessageRow["status"];
  /** The album whose picture it is: what happens to the picture is told of the album. */
  shownAs: string;
  sentAt: Date;
  /** The blind provider ids it is known by. */
  keys: string[];
}

/** Something that happened to a message. Its `key` follows from the event: applying it twice is applying it once. */
export type Change = { target: Target; key: string; at: Date; told: Told } & (
  | { kind: "edit"; content: Content }
  /** What a message says that came without its content. No change of what was said. */
  | { kind: "completed"; content: Content }
  | { kind: "removal" }
  | { kind: "reaction"; by: string; author: Author; emoji: string | null }
  | {
      kind: "receipt";
      status: DeliveryReceipt["status"];
      failure: MessageRow["failure"];
      pricing: MessageRow["pricing"] | null;
    }
  /** The provider's id of a message whose sending got no answer, found by our own id. */
  | { kind: "identified"; externalId: string; externalKey: string }
);

export interface ChangeRepo {
  /** The messages with these blind provider ids. */
  targets(externalKeys: readonly string[]): Promise<Target[]>;
  /** A message of ours by its id, for receipts that carry it. */
  targetById(workspaceId: string, accountId: string, id: string): Promise<Target | undefined>;
  /** Messages of ours by their ids. */
  ownTargets(ids: readonly string[]): Promise<Target[]>;
  /** Messages of ours in a conversation, sent until then, that may still go up to this status. */
  sentUntil(conversationId: string, until: Date, status: DeliveryReceipt["status"]): Promise<Target[]>;
  /** Applies changes in one round trip. Returns the rows with what they have to tell. */
  apply(changes: readonly Change[], now: Date): Promise<Pick<MessageRow, "_id" | "workspaceId" | "tell">[]>;
}

/** Earlier contents that are kept. */
const revisionsMost = 50;
/** How far back a watermark reaches, and how many messages: what is older keeps its state, and no receipt scans a whole chat. */
/** Our time of sending is taken when the provider has answered, a little after its own. */
const watermark = { backMs: 7 * 86_400_000, most: 1_000, slackMs: 2_000 };

/** What a receipt may lift: a status never goes back, and what failed for good only a person revives. */
const below: Record<DeliveryReceipt["status"], MessageRow["status"][]> = {
  sent: ["unknown"],
  delivered: ["unknown", "sent"],
  read: ["unknown", "sent", "delivered"],
  failed: ["unknown", "sent"],
};

const fields = {
  workspaceId: 1,
  accountId: 1,
  conversationId: 1,
  direction: 1,
  status: 1,
  partOf: 1,
  at: 1,
  externalKey: 1,
  partKeys: 1,
} as const;

const targetOf = (row: Pick<MessageRow, "_id" | keyof typeof fields>): Target => ({
  id: row._id,
  workspaceId: row.workspaceId,
  accountId: row.accountId,
  conversationId: row.conversationId,
  direction: row.direction,
  status: row.status,
  shownAs: row.partOf ?? row._id,
  sentAt: row.at,
  keys: [...(row.externalKey ? [row.externalKey] : []), ...(row.partKeys ?? [])],
});

/** Edits, removals, reactions and receipts of stored messages. */
export function changeRepo(model: Model<MessageRow>, seals: Seals): ChangeRepo {
  async function operation(change: Change, now: Date): Promise<AnyBulkWriteOperation> {
    const { target, key, at } = change;
    const { filter, set } = await effect(change);
    return {
      updateOne: {
        filter: { _id: target.id, "tell.id": { $ne: change.told.id }, ...filter } as never,
        update: [{ $set: { ...set, ...alsoTell(change.told, now) } }],
      },
    };

    async function effect(one: Change): Promise<{ filter: Record<string, unknown>; set: Record<string, unknown> }> {
      const place = (field: string) => messagePlace(target.workspaceId, field);
      switch (one.kind) {
        case "edit": {
          const content = await seals.sealJson(place("content"), one.content);
          const words = await seals.searchTokens(target.workspaceId, soughtTextOf(one.content), { prefixes: "only" });
          // An edit that comes late is history: it does not undo a newer one.
          const newest = { $gte: [at, { $ifNull: ["$editedAt", new Date(0)] }] };
          const before = { content: "$content", at: { $ifNull: ["$editedAt", "$at"] }, key };
          const history = { $cond: [newest, before, { $literal: { content, at, key } }] };
          return {
            filter: { removedAt: null, "revisions.key": { $ne: key } },
            set: {
              revisions: { $slice: [{ $concatArrays: [{ $ifNull: ["$revisions", []] }, [history]] }, -revisionsMost] },
              content: { $cond: [newest, { $literal: content }, "$content"] },
              kind: { $cond: [newest, one.content.kind, "$kind"] },
              words: { $cond: [newest, { $literal: words }, "$words"] },
              editedAt: { $max: ["$editedAt", at] },
            },
          };
        }
        case "completed":
          return {
            filter: { removedAt: null, kind: "unsupported" },
            set: {
              content: { $literal: await seals.sealJson(place("content"), one.content) },
              kind: one.content.kind,
              words: {
                $literal: await seals.searchTokens(target.workspaceId, soughtTextOf(one.content), { prefixes: "only" }),
              },
            },
          };
        case "removal":
          return {
            filter: { removedAt: null },
            set: {
              content: { $literal: await seals.sealJson(place("content"), { kind: "removed" } satisfies Content) },
              kind: "removed",
              words: [],
              revisions: [],
              removedAt: at,
            },
          };
        case "reaction": {
          const emoji = await seals.sealOptional(place("emoji"), one.emoji);
          const reaction = { by: one.by, author: one.author, emoji, at, key };
          const others = {
            $filter: { input: { $ifNull: ["$reactions", []] }, as: "one", cond: { $ne: ["$$one.by", one.by] } },
          };
          return {
            filter: { reactions: { $not: { $elemMatch: { by: one.by, $or: [{ at: { $gt: at } }, { key }] } } } },
            set: { reactions: { $concatArrays: [others, [{ $literal: reaction }]] } },
          };
        }
        case "identified": {
          const { externalKey } = one;
          const sealed = await seals.seal(place("externalId"), one.externalId);
          // The first id is the message's own, further ones are of its parts.
          const first = { $in: [{ $ifNull: ["$externalKey", null] }, [null, externalKey]] };
          const parts = { $setUnion: [{ $ifNull: ["$partKeys", []] }, [externalKey]] };
          return {
            filter: { direction: "out", externalKey: { $ne: externalKey }, partKeys: { $ne: externalKey } },
            set: {
              externalId: { $ifNull: ["$externalId", { $literal: sealed }] },
              externalKey: { $ifNull: ["$externalKey", externalKey] },
              partKeys: { $cond: [first, { $ifNull: ["$partKeys", "$$REMOVE"] }, parts] },
            },
          };
        }
        case "receipt": {
          const { status, failure } = one;
          return {
            filter: { direction: "out", status: { $in: below[status] } },
            set: {
              ...(one.pricing ? { pricing: { $literal: one.pricing } } : {}),
              status,
              ...(failure ? { failure: { $literal: failure } } : {}),
              ...(status === "failed" ? {} : { [`receipts.${status}`]: { $min: [`$receipts.${status}`, at] } }),
            },
          };
        }
      }
    }
  }

  return {
    async targets(externalKeys) {
      if (externalKeys.length === 0) return [];
      const keys = [...externalKeys];
      const rows = await model
        .find({ $or: [{ externalKey: { $in: keys, $type: "string" } }, { partKeys: { $in: keys } }] }, fields)
        .lean();
      return rows.map(targetOf);
    },

    async targetById(workspaceId, accountId, id) {
      const row = await model.findOne({ _id: id, workspaceId, accountId }, fields).lean();
      return row ? targetOf(row) : undefined;
    },

    async ownTargets(ids) {
      if (ids.length === 0) return [];
      const rows = await model.find({ _id: { $in: [...ids] }, direction: "out" }, fields).lean();
      return rows.map(targetOf);
    },

    async sentUntil(conversationId, until, status) {
      const rows = await model
        .find(
          {
            conversationId,
            at: {
              $lte: new Date(until.getTime() + watermark.slackMs),
              $gte: new Date(until.getTime() - watermark.backMs),
            },
            direction: "out",
            // A mark of time says nothing of what may never have left.
            status: { $in: below[status].filter((one) => one !== "unknown") },
          },
          fields,
        )
        .sort({ at: -1, sequence: -1, _id: -1 })
        .limit(watermark.most)
        .lean();
      return rows.map(targetOf);
    },

    async apply(changes, now) {
      if (changes.length === 0) return [];
      const operations = await Promise.all(changes.map((change) => operation(change, now)));
      // In order: two changes of one message build on each other.
      await model.collection.bulkWrite(operations, { ordered: true });
      const ids = [...new Set(changes.map((change) => change.target.id))];
      return model.find({ _id: { $in: ids } }, { workspaceId: 1, tell: 1 }).lean();
    },
  };
}
