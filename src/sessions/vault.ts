import type { Readable } from "node:stream";
import type { Connection } from "mongoose";
import { ulid } from "ulid";
import type { SessionVault, Spool } from "../adapters/contract.js";
import { BlobGone, type BlobStore, type Clock } from "../core/ports.js";
import { sessionVersionModel } from "./versions.js";

interface Deps {
  connection: Connection;
  blobs: BlobStore;
  clock: Clock;
}

/** Versions that stay of one session. */
const kept = 3;
/** A browser's stores of one number; more than this is not a proof of being linked. */
const maxBytes = 512 * 1024 * 1024;

export interface SessionVaults {
  /** The vault of one kind of channel in one workspace. */
  vault(workspaceId: string, kind: string): SessionVault;
  spool(workspaceId: string): Spool;
  ensureIndexes(): Promise<void>;
}

/**
 * Sessions, sealed in the blob store and listed in the database, so that any machine can take one over. The newest three
 * versions of each stay. Marking them as deleted deletes nothing; only newer versions push older ones out.
 */
export function createSessionVaults({ connection, blobs, clock }: Deps): SessionVaults {
  const rows = sessionVersionModel(connection);

  function vault(workspaceId: string, kind: string): SessionVault {
    const of = (accountRef: string) => ({ workspaceId, session: `${kind}:${accountRef}` });
    return {
      async versions(accountRef) {
        const found = await rows
          .find({ ...of(accountRef), deletedAt: null })
          .sort({ _id: -1 })
          .limit(kept)
          .lean();
        return found.map((row) => ({ id: row._id, savedAt: row.savedAt }));
      },
      async save(accountRef, content) {
        const { key } = await blobs.put(workspaceId, content, { maxBytes });
        const now = clock.now();
        // Ids ascend with time: the newest version is the one with the highest.
        const id = ulid(now.getTime());
        try {
          await rows.create({ _id: id, ...of(accountRef), blob: key, savedAt: now, deletedAt: null });
        } catch (error) {
          await blobs.remove(workspaceId, key).catch(() => undefined);
          throw error;
        }
        const all = await rows.find(of(accountRef)).sort({ _id: -1 }).lean();
        for (const old of all.slice(kept)) {
          await blobs.remove(workspaceId, old.blob);
          await rows.deleteOne({ _id: old._id });
        }
        return { id, savedAt: now };
      },
      async open(accountRef, id) {
        const row = await rows.findOne({ ...of(accountRef), _id: id }).lean();
        if (!row) throw new BlobGone();
        return blobs.open(workspaceId, row.blob);
      },
      async markDeleted(accountRef) {
        await rows.updateMany({ ...of(accountRef), deletedAt: null }, { $set: { deletedAt: clock.now() } });
      },
    };
  }

  return {
    vault,
    async ensureIndexes() {
      await rows.createIndexes();
    },
    spool: (workspaceId) => ({
      put: async (content, most) => (await blobs.put(workspaceId, content, { maxBytes: most })).key,
      async take(key) {
        const stream: Readable = await blobs.open(workspaceId, key);
        stream.once("close", () => void blobs.remove(workspaceId, key).catch(() => undefined));
        return stream;
      },
    }),
  };
}
