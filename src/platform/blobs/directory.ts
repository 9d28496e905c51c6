import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BlobGone } from "../../core/ports.js";
import type { BlobBackend } from "./backend.js";

/** A file that nobody wrote to for this long belongs to a process that died; other processes may share the folder. */
const abandonedMs = 24 * 3600_000;
const sweepEveryMs = 3600_000;

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === "ENOENT";

/** Makes names in a folder durable: a file's own fsync does not cover its entry. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Blobs as files below `root`, in folders by the first four characters of their name, readable by this user only. A blob is
 * written aside, brought to disk and then renamed, so that a name never shows half of one.
 */
export function directoryBackend(root: string): BlobBackend {
  const incoming = join(root, "incoming");
  const pathOf = (name: string) => join(root, name.slice(0, 2), name.slice(2, 4), name);
  let sweptAt = -Infinity;

  async function sweep(): Promise<void> {
    if (Date.now() - sweptAt < sweepEveryMs) return;
    sweptAt = Date.now();
    for (const file of await readdir(incoming)) {
      const path = join(incoming, file);
      const found = await stat(path).catch((error: unknown) => {
        if (isMissing(error)) return undefined;
        throw error;
      });
      if (found && Date.now() - found.mtimeMs > abandonedMs) await rm(path, { force: true });
    }
  }

  async function makeFolderOf(path: string): Promise<void> {
    const leaf = dirname(path);
    if ((await mkdir(leaf, { recursive: true, mode: 0o700 })) === undefined) return;
    await syncFolder(dirname(leaf));
    await syncFolder(root);
  }

  return {
    async write(name, content) {
      const path = pathOf(name);
      const aside = join(incoming, `${name}.${randomBytes(6).toString("hex")}`);
      try {
        await mkdir(incoming, { recursive: true, mode: 0o700 });
        await sweep();
        const file = await open(aside, "wx", 0o600);
        try {
          await writeFile(file, content);
          await file.sync();
        } finally {
          await file.close();
        }
        await makeFolderOf(path);
        await rename(aside, path);
        await syncFolder(dirname(path));
      } catch (error) {
        content.destroy();
        await rm(aside, { force: true });
        await rm(path, { force: true });
        throw error;
      }
    },

    async read(name, range) {
      try {
        return (await open(pathOf(name), "r")).createReadStream(range ?? {});
      } catch (error) {
        throw isMissing(error) ? new BlobGone() : error;
      }
    },

    async remove(name) {
      await rm(pathOf(name), { force: true });
    },
  };
}
