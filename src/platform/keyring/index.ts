import { createHmac, randomBytes } from "node:crypto";
import type { Connection, Model } from "mongoose";
import { coalesce } from "../../core/coalesce.js";
import type { Clock, Keyring, SealPlace } from "../../core/ports.js";
import { sealedBytes } from "../sealed.js";
import { KeyGone, keyIdBytes, keyIdOf, masterIdOf, openBytes, sealBytes, unwrapKey, wrapKey } from "./cipher.js";
import { keyModel, type KeyRow } from "./model.js";
import { prefixesOf, searchWords } from "./searchWords.js";

export { KeyGone, SealBroken } from "./cipher.js";

/** How long a key is trusted without looking again: a key shredded by another process dies within this time. */
const trustMs = 60_000;
/** Keys held in memory; contacts' keys are many, workspaces' few. */
const keysMost = 5_000;

/** Owner of the key behind `blind` and search tokens. It is never rotated: the index would lose everything. */
const blindOwner = "blind";

interface Known {
  id: string;
  key: Buffer;
  version: number;
  until: number;
}

export interface ManagedKeyring extends Keyring {
  ensureIndexes(): Promise<void>;
  /** Wraps every data key under the first master key; values need no change. Returns how many were wrapped anew. */
  rewrapAll(): Promise<number>;
  /** Gives the workspace a new data key; what older ones sealed still opens and is sealed anew when it is next written. */
  rotateWorkspace(workspaceId: string): Promise<void>;
  /** Deletes the keys of a contact, or of the whole workspace: what they sealed can never be opened again. */
  shred(workspaceId: string, contactId?: string): Promise<void>;
  /** Which master key wraps how many data keys; shredded keys count no more. */
  status(): Promise<{ masterId: string; keys: number; current: boolean }[]>;
  /** A master key that some data key needs and that is not configured, by its id; undefined when all is there. */
  missingMaster(): Promise<string | undefined>;
}

/** Envelope encryption. `masterKeys`: the first wraps, all of them unwrap. */
export function createKeyring(options: {
  connection: Connection;
  masterKeys: readonly Buffer[];
  clock: Clock;
}): ManagedKeyring {
  const { connection, clock } = options;
  const masters = new Map(options.masterKeys.map((key) => [masterIdOf(key), key]));
  const firstMaster = options.masterKeys[0];
  if (!firstMaster || options.masterKeys.some((key) => key.length !== 32))
    throw new TypeError("a master key has 32 bytes");
  const model: Model<KeyRow> = keyModel(connection);

  const newest = new Map<string, Known>();
  const byId = new Map<string, Known>();
  const loading = new Map<string, Promise<Known>>();

  const ownerOf = (place: SealPlace) => place.contactId ?? "";
  const slot = (workspaceId: string, owner: string) => `${workspaceId}/${owner}`;
  const fresh = (known: Known | undefined) => (known && known.until > Date.now() ? known : undefined);

  function remember(cache: Map<string, Known>, name: string, known: Known): Known {
    if (cache.size >= keysMost) cache.delete(cache.keys().next().value!);
    cache.set(name, known);
    return known;
  }

  function unwrapped(row: KeyRow): Known {
    const master = masters.get(row.masterId);
    if (!row.wrapped) throw new KeyGone();
    if (!master) throw new KeyGone("the master key of a data key is not configured");
    const key = unwrapKey(master, row._id, sealedBytes(row.wrapped));
    return remember(byId, row._id, { id: row._id, key, version: row.version, until: Date.now() + trustMs });
  }

  const first = (workspaceId: string, owner: string, version = 1): KeyRow => {
    const id = randomBytes(keyIdBytes).toString("base64url");
    const wrapped = wrapKey(firstMaster, id, randomBytes(32));
    return { _id: id, workspaceId, owner, version, wrapped, masterId: masterIdOf(firstMaster), createdAt: clock.now() };
  };

  /** Stores new keys; false when another process made one of them at the same moment: its key is as good. */
  async function create(rows: readonly KeyRow[]): Promise<boolean> {
    try {
      await model.insertMany(rows, { ordered: false });
      return true;
    } catch (error) {
      const { code, writeErrors = [] } = error as { code?: unknown; writeErrors?: { code?: unknown }[] };
      if (code !== 11000 || writeErrors.some((one) => one.code !== 11000)) throw error;
      return false;
    }
  }

  type Holder = Pick<KeyRow, "workspaceId" | "owner">;

  /** The newest key of each, by slot. */
  async function newestOf(holders: readonly Holder[]): Promise<Map<string, KeyRow>> {
    const owners = new Map<string, string[]>();
    for (const { workspaceId, owner } of holders) owners.set(workspaceId, [...(owners.get(workspaceId) ?? []), owner]);
    const asked = [...owners].map(([workspaceId, all]) => ({ workspaceId, owner: { $in: all } }));
    const rows = await model.find({ $or: asked }).lean();
    const found = new Map<string, KeyRow>();
    for (const row of rows) {
      const name = slot(row.workspaceId, row.owner);
      if (row.version > (found.get(name)?.version ?? 0)) found.set(name, row);
    }
    return found;
  }

  /** Many at once are looked up together, and what none is there for is made together: a crowd of new contacts costs no more. */
  const load = coalesce<Holder, KeyRow | undefined>(
    async (holders) => {
      const found = await newestOf(holders);
      const missing = holders.filter(({ workspaceId, owner }) => !found.has(slot(workspaceId, owner)));
      if (missing.length > 0) {
        const made = missing.map(({ workspaceId, owner }) => first(workspaceId, owner));
        const kept = (await create(made))
          ? made.map((row) => [slot(row.workspaceId, row.owner), row] as const)
          : await newestOf(missing);
        for (const [name, row] of kept) found.set(name, row);
      }
      return holders.map(({ workspaceId, owner }) => found.get(slot(workspaceId, owner)));
    },
    { maxBatch: 500 },
  );

  const rowOf = coalesce<string, KeyRow | undefined>(
    async (ids) => {
      const rows = new Map((await model.find({ _id: { $in: ids } }).lean()).map((row) => [row._id, row]));
      return ids.map((id) => rows.get(id));
    },
    { maxBatch: 500 },
  );

  async function newestFor(workspaceId: string, owner: string): Promise<Known> {
    const row = await load({ workspaceId, owner });
    if (!row) throw new KeyGone();
    return remember(newest, slot(workspaceId, owner), unwrapped(row));
  }

  function current(workspaceId: string, owner: string): Known | Promise<Known> {
    const name = slot(workspaceId, owner);
    const known = fresh(newest.get(name));
    if (known) return known;
    const under = loading.get(name);
    if (under) return under;
    const promise = newestFor(workspaceId, owner).finally(() => loading.delete(name));
    loading.set(name, promise);
    return promise;
  }

  async function keyOf(place: SealPlace, id: string): Promise<Known> {
    const known = fresh(byId.get(id));
    if (known) return known;
    byId.delete(id);
    const row = await rowOf(id);
    if (row?.workspaceId !== place.workspaceId || row.owner !== ownerOf(place)) throw new KeyGone();
    return unwrapped(row);
  }

  async function blind(workspaceId: string, purpose: string, value: string): Promise<string> {
    const { key } = await current(workspaceId, blindOwner);
    return token(key, purpose, value);
  }

  const token = (key: Buffer, purpose: string, value: string) =>
    createHmac("sha256", key).update(`${purpose}\u0000${value}`).digest().subarray(0, 16).toString("base64url");

  return {
    async ensureIndexes() {
      await model.createIndexes();
    },

    async seal(place, plain) {
      const { id, key } = await current(place.workspaceId, ownerOf(place));
      return sealBytes(key, Buffer.from(id, "base64url"), place, Buffer.from(plain, "utf8"));
    },

    async open(place, sealed) {
      const bytes = sealedBytes(sealed);
      const { key } = await keyOf(place, keyIdOf(bytes));
      return openBytes(key, place, bytes).toString("utf8");
    },

    blind,

    async searchTokens(workspaceId, text, { prefixes = false } = {}) {
      const words = searchWords(text);
      if (words.length === 0) return [];
      const { key } = await current(workspaceId, blindOwner);
      const starts = prefixes
        ? [...new Set(words.flatMap(prefixesOf))].map((start) => token(key, "prefix", start))
        : [];
      const whole = prefixes === "only" ? words.filter((word) => prefixesOf(word).length === 0) : words;
      return [...whole.map((word) => token(key, "word", word)), ...starts];
    },

    async rewrapAll() {
      const masterId = masterIdOf(firstMaster);
      let count = 0;
      for await (const row of model
        .find({ masterId: { $ne: masterId }, wrapped: { $ne: null } })
        .lean()
        .cursor()) {
        const master = masters.get(row.masterId);
        if (!master || !row.wrapped)
          throw new KeyGone("the old master key must stay in MASTER_KEY until all keys are wrapped anew");
        const wrapped = wrapKey(firstMaster, row._id, unwrapKey(master, row._id, sealedBytes(row.wrapped)));
        // Only if nobody shredded or wrapped it in between.
        const { modifiedCount } = await model.updateOne(
          { _id: row._id, masterId: row.masterId, wrapped: { $ne: null } },
          { $set: { wrapped, masterId } },
        );
        count += modifiedCount;
      }
      return count;
    },

    async rotateWorkspace(workspaceId) {
      const row = await model.findOne({ workspaceId, owner: "" }).sort({ version: -1 }).lean();
      await create([first(workspaceId, "", (row?.version ?? 0) + 1)]);
      newest.delete(slot(workspaceId, ""));
    },

    async needsReseal(place, sealed) {
      const { id } = await current(place.workspaceId, ownerOf(place));
      return keyIdOf(sealedBytes(sealed)) !== id;
    },

    async shred(workspaceId, contactId) {
      await model.updateMany(contactId === undefined ? { workspaceId } : { workspaceId, owner: contactId }, {
        $set: { wrapped: null },
      });
      newest.clear();
      byId.clear();
    },

    async status() {
      const rows = await model.aggregate<{ _id: string; keys: number }>([
        // Every key has a master; said so that the index is read, not the collection.
        { $match: { masterId: { $gt: "" }, wrapped: { $ne: null } } },
        { $group: { _id: "$masterId", keys: { $sum: 1 } } },
        { $sort: { _id: 1 } },
      ]);
      return rows.map(({ _id, keys }) => ({ masterId: _id, keys, current: _id === masterIdOf(firstMaster) }));
    },

    async missingMaster() {
      const row = await model.findOne({ masterId: { $nin: [...masters.keys()] }, wrapped: { $ne: null } }).lean();
      return row?.masterId;
    },
  };
}
