/** The data directory: made, checked, claimed by one launcher at a time, and the secrets of the local set-up in it. */
import { createHash, randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { socketPathMost } from "./redis.mjs";
import { Stop } from "./say.mjs";

/** Less free space than this and the stores would soon fail in worse ways. */
const spaceLeast = 20 * 1024 * 1024;

/** True when a setting comes from the environment, by value or by file. */
export const given = (name) => Boolean(process.env[name] || process.env[`${name}_FILE`]);

/** Makes the directory and proves that it can be written. Returns its absolute path. */
export function openDataDir(name) {
  const dir = resolve(name);
  const probe = join(dir, ".probe");
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    writeFileSync(probe, randomBytes(64));
    rmSync(probe);
  } catch (error) {
    const why = {
      ENOSPC: "the disk is full",
      EROFS: "the file system is read-only",
      ENOENT: "it cannot be made there; is the file system read-only?",
      EACCES: "it may not be written",
      ENOTDIR: "a file is in the way",
      EEXIST: "a file is in the way",
    };
    throw new Stop(`The data directory ${dir} cannot be used: ${why[error.code] ?? error.code}. Nothing was changed.`);
  }
  const { bavail, bsize } = statfsSync(dir);
  if (bavail * bsize < spaceLeast) {
    throw new Stop(
      `The disk of the data directory ${dir} is full (${Math.round((bavail * bsize) / 1e6)} MB left). Nothing was changed.`,
    );
  }
  return dir;
}

function lockPath(dir) {
  const inside = join(dir, "lock.sock");
  if (inside.length <= socketPathMost) return inside;
  return join(tmpdir(), `switchboard-${createHash("sha256").update(dir).digest("hex").slice(0, 16)}.sock`);
}

/** True while a launcher is running on the directory. */
export const claimed = (dir) => answers(lockPath(dir));

/**
 * Claims the directory for this process. The claim is a listening socket: it ends with the process, however that dies,
 * and a left-over file means nothing.
 */
export async function claim(dir) {
  const path = lockPath(dir);
  for (let tries = 0; tries < 3; tries++) {
    const server = createServer((socket) => socket.destroy());
    const listening = await new Promise((done, reject) => {
      server.once("error", (error) => (error.code === "EADDRINUSE" ? done(false) : reject(error)));
      server.listen(path, () => done(true));
    });
    if (listening) {
      chmodSync(path, 0o600);
      server.unref();
      return;
    }
    if (await answers(path))
      throw new Stop(`Another Switchboard is running on ${dir}; end it first, or set DATA_DIR to another directory.`);
    rmSync(path, { force: true });
  }
  throw new Stop(`The data directory ${dir} cannot be claimed; another start may be under way.`);
}

function answers(path) {
  return new Promise((done) => {
    const socket = createConnection(path);
    socket.on("connect", () => {
      socket.destroy();
      done(true);
    });
    socket.on("error", () => done(false));
  });
}

/**
 * Secrets of the local set-up, made on the first start, less those that the environment gives (by value or by file). In
 * production they come from the environment only.
 */
export function localSecrets(dir) {
  if (process.env.NODE_ENV === "production") return {};
  const file = join(dir, "secrets.json");
  if (!existsSync(file)) {
    const made = {
      MASTER_KEY: randomBytes(32).toString("base64"),
      SESSION_SECRET: randomBytes(32).toString("base64url"),
      ADMIN_TOKEN: randomBytes(24).toString("base64url"),
    };
    // Whole or not at all: half a secrets file would lock everybody out of what was sealed.
    writeFileSync(`${file}.new`, JSON.stringify(made, null, 2), { mode: 0o600, flush: true });
    renameSync(`${file}.new`, file);
  }
  try {
    const kept = JSON.parse(readFileSync(file, "utf8"));
    return Object.fromEntries(Object.entries(kept).filter(([name]) => !given(name)));
  } catch {
    throw new Stop(
      `${file} cannot be read as JSON; restore it from a backup: without it, what is stored cannot be opened.`,
    );
  }
}
