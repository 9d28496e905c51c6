import type { Model } from "mongoose";
import type { Content, MediaRef } from "../../core/message.js";
import type { MessageRow } from "../models/message.js";
import type { Told } from "../models/told.js";
import type { Message, Page } from "../types.js";
import type { FileRepo } from "./files.js";
import {
  albumRow,
  fileIdOf,
  fileIdsOf,
  inboundRow,
  messagePlace,
  noteRow,
  openedMessage,
  replyRow,
  type InboundMessage,
  type NewNote,
  type NewReply,
} from "./messageRow.js";
import type { Seals } from "./seals.js";
import { scheduledTold } from "./schedule.js";
import { threadRepo, type Thread } from "./thread.js";
import { threadPage } from "./threadPage.js";

/** A stored message and what of it is not settled yet. */
export interface Stored {
  id: string;
  conversationId: string;
  workspaceId: string;
  externalKey: string;
  /** The album it is a picture of. */
  partOf: string | null;
  /** Has no content of its own: it stands for its pictures. */
  album: boolean;
  /** False when the message was there before and everything that follows from it is done. */
  unsettled: boolean;
}

/** What must be known of a new message to count it and to tell of it. */
export interface Fresh {
  id: string;
  workspaceId: string;
  accountId: string;
  conversationId: string;
  direction: MessageRow["direction"];
  author: MessageRow["author"];
  content: Content;
  mentions: readonly string[];
  /** Whose conversation it is, where that is known without a look. */
  contactId?: string | undefined;
  partOf: string | null;
  /** From before the account was connected: nobody has to answer it. */
  history: boolean;
  at: Date;
}

export interface MessageRepo extends Thread {
  /** Stores what is not stored yet; returns the row of every message and album, old or new, by external key. */
  insertInbound(messages: readonly InboundMessage[], now: Date): Promise<Map<string, Stored>>;
  /** What followed from these messages is done. */
  settle(ids: readonly string[]): Promise<void>;
  /** Messages whose consequences nobody finished, because a process died: oldest first. */
  unsettled(before: Date, limit: number): Promise<Fresh[]>;
  /** Stores a reply as queued. With a known request key, gives back the message of that request. */
  insertReply(reply: NewReply): Promise<{
    message: Message;
    requestHash: string | null;
    created: boolean;
    /** What is yet to be done for it: of an earlier request too, when that one died. */
    fresh: Fresh | undefined;
    /** Of a message that is to be sent later: what there is to tell. */
    told?: Told | undefined;
  }>;
  /** True when a message of that request is there. */
  hasRequest(requestKey: string): Promise<boolean>;
  insertNote(note: NewNote): Promise<{ message: Message; fresh: Fresh }>;
  find(workspaceId: string, id: string): Promise<Message | undefined>;
  findMany(workspaceId: string, ids: readonly string[]): Promise<Message[]>;
  /** When messages were written; opens nothing that is sealed. */
  writtenAt(workspaceId: string, ids: readonly string[]): Promise<Map<string, Date>>;
  externalKeyOf(workspaceId: string, conversationId: string, id: string): Promise<string | undefined>;
  /** Our id of a message the provider named; pictures of an album lead to their album. */
  idOf(workspaceId: string, externalKey: string): Promise<string | undefined>;
  /** The same of many, by key, as far as they are here; keys name their workspace. One round trip, none without keys. */
  idsOf(externalKeys: readonly string[]): Promise<Map<string, string>>;
  /** The message under which this one is shown: its album, or itself. */
  shownAs(workspaceId: string, id: string): Promise<string>;
  /** Newest first, by provider time. Throws AppError `not_found` for a message to look around that is not in it. */
  list(workspaceId: string, conversationId: string, query: ThreadQuery): Promise<ThreadPage>;
}

/** Which part of a thread: from the newest or from a position on backwards, after a position, or around a message. */
export interface ThreadQuery {
  limit: number;
  cursor?: string | undefined;
  newer?: string | undefined;
  around?: string | undefined;
}

/** `previous` leads to what is newer; null where that is not known to be there. */
export interface ThreadPage extends Page<Message> {
  previous: string | null;
}

/** A row without what only search needs. */
type ShownRow = Omit<MessageRow, "words">;

export function messageRepo(model: Model<MessageRow>, files: FileRepo, seals: Seals): MessageRepo {
  async function contentOf(row: Pick<MessageRow, "_id" | "workspaceId" | "content">): Promise<Content> {
    const place = messagePlace(row.workspaceId, "content");
    const plain = await seals.open(place, row.content);
    const renewed = await seals.renewed(place, row.content, plain);
    if (renewed) await model.updateOne({ _id: row._id, content: row.content }, { $set: { content: renewed } });
    return JSON.parse(plain) as Content;
  }

  /** The pictures of albums, in order, by album. */
  async function picturesOf(rows: readonly Pick<MessageRow, "_id" | "kind" | "direction" | "externalKey">[]) {
    const albums = rows.filter((row) => row.kind === "album" && row.direction !== "note").map((row) => row._id);
    if (albums.length === 0) return new Map<string, ShownRow[]>();
    const parts = await model
      .find({ partOf: { $in: albums, $type: "string" } }, { words: 0 })
      .sort({ partOf: 1, sequence: 1, _id: 1 })
      .lean();
    return new Map(albums.map((id) => [id, parts.filter((part) => part.partOf === id)]));
  }

  /** Content and file ids of a row; an album that came in is put together from its pictures. */
  async function shown(row: ShownRow, pictures: readonly ShownRow[]): Promise<{ content: Content; ids: string[] }> {
    const own = await contentOf(row);
    if (pictures.length === 0) return { content: own, ids: fileIdsOf(row._id, own) };
    const items: MediaRef[] = [];
    const ids: string[] = [];
    let caption: string | undefined;
    for (const picture of pictures) {
      const content = await contentOf(picture);
      if (content.kind !== "media") continue;
      ids.push(fileIdOf(picture._id, 0, content.media.source));
      items.push(content.media);
      caption ??= content.caption === "" ? undefined : content.caption;
    }
    return { content: { kind: "album", items, ...(caption === undefined ? {} : { caption }) }, ids };
  }

  async function idsOf(keys: readonly string[]): Promise<Map<string, string>> {
    if (keys.length === 0) return new Map();
    const found = await model
      .find(
        { $or: [{ externalKey: { $in: keys, $type: "string" } }, { partKeys: { $in: keys } }] },
        { externalKey: 1, partKeys: 1, partOf: 1 },
      )
      .lean();
    return new Map(
      found.flatMap((row) =>
        [row.externalKey ?? "", ...(row.partKeys ?? [])].map((key) => [key, row.partOf ?? row._id] as const),
      ),
    );
  }

  /** Our ids of the messages that customers answered, as far as they are here; they may come later. */
  const answeredBy = (rows: readonly ShownRow[]) =>
    idsOf(rows.flatMap((row) => (row.replyTo && row.replyTo.messageId === null ? [row.replyTo.key] : [])));

  /** Without albums that came in and whose pictures are still being stored: they are stored right after it. */
  async function opened(stored: readonly ShownRow[]): Promise<Message[]> {
    const pictures = await picturesOf(stored);
    const rows = stored.filter(
      ({ _id, kind, direction }) => kind !== "album" || direction !== "in" || (pictures.get(_id) ?? []).length > 0,
    );
    const contents = await Promise.all(rows.map((row) => shown(row, pictures.get(row._id) ?? [])));
    const known = await files.byId(contents.flatMap(({ ids }) => ids));
    const answered = await answeredBy(rows);
    return Promise.all(
      rows.map((row, index) => {
        const { content, ids } = contents[index]!;
        const messageId = row.replyTo && (row.replyTo.messageId ?? answered.get(row.replyTo.key) ?? null);
        return openedMessage(
          seals,
          row.replyTo ? { ...row, replyTo: { ...row.replyTo, messageId } } : row,
          content,
          ids.map((id) => known.get(id) ?? null),
        );
      }),
    );
  }

  async function freshOf(row: ShownRow): Promise<Fresh> {
    const pictures = await picturesOf([row]);
    return {
      id: row._id,
      workspaceId: row.workspaceId,
      accountId: row.accountId,
      conversationId: row.conversationId,
      direction: row.direction,
      author: row.author,
      content: (await shown(row, pictures.get(row._id) ?? [])).content,
      mentions: row.mentions,
      partOf: row.partOf ?? null,
      history: row.history ?? false,
      at: row.at,
    };
  }

  type Remembered = Pick<
    MessageRow,
    "_id" | "conversationId" | "workspaceId" | "externalKey" | "unsettled" | "partOf" | "kind"
  >;
  const remembered = (row: Remembered): Stored => ({
    id: row._id,
    conversationId: row.conversationId,
    workspaceId: row.workspaceId,
    externalKey: row.externalKey ?? "",
    partOf: row.partOf ?? null,
    album: row.kind === "album",
    unsettled: row.unsettled === true,
  });

  /** Inserts rows that may be there already; returns what is there now, by external key. */
  async function insertOnce(rows: readonly MessageRow[]): Promise<Map<string, Stored>> {
    const stored = new Map<string, Stored>();
    if (rows.length === 0) return stored;
    const refused = await refusedRows(model.collection.insertMany(rows as never, { ordered: false }));
    rows.forEach((row, index) => {
      if (!refused.has(index)) stored.set(row.externalKey ?? "", remembered(row));
    });
    if (refused.size > 0) {
      const keys = rows.filter((_, index) => refused.has(index)).map((row) => row.externalKey);
      const fields = { conversationId: 1, workspaceId: 1, externalKey: 1, unsettled: 1, partOf: 1, kind: 1 };
      for (const row of await model.find({ externalKey: { $in: keys, $type: "string" } }, fields).lean()) {
        stored.set(row.externalKey ?? "", remembered(row));
      }
    }
    return stored;
  }

  return {
    ...threadRepo(model),
    async insertInbound(messages, now) {
      const rows = await Promise.all(messages.map((message) => inboundRow(seals, message, now)));
      const albums = new Map<string, MessageRow>();
      for (const [index, { albumKey }] of messages.entries()) {
        if (albumKey !== null && !albums.has(albumKey)) {
          albums.set(albumKey, await albumRow(seals, rows[index]!, albumKey));
        }
      }
      // Albums first: their pictures point to them.
      const heads = await insertOnce([...albums.values()]);
      messages.forEach(({ albumKey }, index) => {
        const head = albumKey === null ? undefined : heads.get(albumKey);
        if (head) rows[index]!.partOf = head.id;
      });
      return new Map([...heads, ...(await insertOnce(rows))]);
    },

    async settle(ids) {
      if (ids.length > 0) await model.updateMany({ _id: { $in: [...ids] } }, { $unset: { unsettled: 1 } });
    },

    async unsettled(before, limit) {
      const rows = await model
        .find({ unsettled: true, createdAt: { $lt: before } })
        .sort({ createdAt: 1 })
        .limit(limit)
        .lean();
      return Promise.all(rows.map(freshOf));
    },

    async insertReply(reply) {
      const row = await replyRow(seals, reply);
      const told = reply.sendAt
        ? scheduledTold({ id: row._id, conversationId: row.conversationId }, reply.sendAt, reply.now)
        : undefined;
      if (told) Object.assign(row, { tell: [told], tellAt: reply.now });
      try {
        await model.create(row);
        const [message] = await opened([row]);
        const fresh = told ? undefined : await freshOf(row);
        return { message: message!, requestHash: reply.requestHash, created: true, fresh, told };
      } catch (error) {
        if ((error as { code?: unknown }).code !== 11000 || !reply.requestKey) throw error;
        const earlier = await model.findOne({ requestKey: { $eq: reply.requestKey, $type: "string" } }).lean();
        if (!earlier) throw error;
        const [message] = await opened([earlier]);
        return {
          message: message!,
          requestHash: earlier.requestHash ?? null,
          created: false,
          fresh: earlier.unsettled ? await freshOf(earlier) : undefined,
        };
      }
    },

    hasRequest: async (requestKey) =>
      (await model.exists({ requestKey: { $eq: requestKey, $type: "string" } })) !== null,

    async insertNote(note) {
      const row = await noteRow(seals, note);
      await model.create(row);
      return { message: (await opened([row]))[0]!, fresh: await freshOf(row) };
    },

    async find(workspaceId, id) {
      const row = await model.findOne({ _id: id, workspaceId }, { words: 0 }).lean();
      return row ? (await opened([row]))[0] : undefined;
    },

    async writtenAt(workspaceId, ids) {
      const rows = await model.find({ _id: { $in: [...ids] }, workspaceId }, { at: 1 }).lean();
      return new Map(rows.map((row) => [row._id, row.at]));
    },
    async findMany(workspaceId, ids) {
      const rows = await model.find({ _id: { $in: [...ids] }, workspaceId }, { words: 0 }).lean();
      return opened(rows);
    },

    async externalKeyOf(workspaceId, conversationId, id) {
      const row = await model.findOne({ _id: id, workspaceId, conversationId }, { externalKey: 1 }).lean();
      return row?.externalKey ?? undefined;
    },

    idsOf,

    async idOf(workspaceId, externalKey) {
      const row = await model
        .findOne(
          { $or: [{ externalKey: { $eq: externalKey, $type: "string" } }, { partKeys: externalKey }], workspaceId },
          { partOf: 1 },
        )
        .lean();
      return row?.partOf ?? row?._id;
    },

    async shownAs(workspaceId, id) {
      return (await model.findOne({ _id: id, workspaceId }, { partOf: 1 }).lean())?.partOf ?? id;
    },

    async list(workspaceId, conversationId, query) {
      const { rows, next, previous } = await threadPage(model, workspaceId, conversationId, query);
      return { items: await opened(rows), next, previous };
    },
  };
}

/** The positions of the rows that were there already. Any other refusal is thrown. */
async function refusedRows(insertion: Promise<unknown>): Promise<Set<number>> {
  try {
    await insertion;
    return new Set();
  } catch (error) {
    const { writeErrors } = error as {
      writeErrors?: { index: number; code: number }[] | { index: number; code: number };
    };
    const list = writeErrors === undefined ? [] : Array.isArray(writeErrors) ? writeErrors : [writeErrors];
    if (list.length === 0 || list.some((one) => one.code !== 11000)) throw error;
    return new Set(list.map((one) => one.index));
  }
}
