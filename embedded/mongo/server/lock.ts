/** Makes sure that one process at a time serves a data directory. */
import { connect, createServer, type Server } from "node:net";
import { chmod, open, rm } from "node:fs/promises";
import { join } from "node:path";

/** Longest path of a unix socket on the platforms we run on (sun_path without its end, 104 on macOS). */
export const maxSocketPath = process.platform === "linux" ? 107 : 103;

/** True when some process accepts connections on this unix socket. */
export function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** Listens on a unix socket that only this user may open; one that a dead process left behind is removed first. */
export async function listenPrivately(server: Server, path: string): Promise<void> {
  if (Buffer.byteLength(path) > maxSocketPath) {
    throw new Error(`the unix socket path is longer than ${maxSocketPath} bytes, use a shorter directory: ${path}`);
  }
  if (await answers(path)) throw new Error(`another process already serves this directory (${path} answers)`);
  await rm(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    // Node binds a unix socket while listen() runs, so the mask covers just that moment.
    const mask = process.umask(0o177);
    try {
      server.listen(path, () => {
        server.off("error", reject);
        resolve();
      });
    } finally {
      process.umask(mask);
    }
  });
  await chmod(path, 0o600);
}

/**
 * Claims a data directory for this process until `release`. The claim is a socket that listens: it ends with the process,
 * however that dies. Rejects when another process holds it.
 */
export async function claimDirectory(dir: string): Promise<{ release(): Promise<void> }> {
  const server = createServer((socket) => socket.destroy());
  server.unref();
  const path = join(dir, "owner.sock");
  // Linux reaches a directory whose path is too long for a socket through an open handle of it.
  const handle = Buffer.byteLength(path) > maxSocketPath && process.platform === "linux" ? await open(dir) : undefined;
  try {
    await listenPrivately(server, handle ? `/proc/self/fd/${handle.fd}/owner.sock` : path);
  } catch (error) {
    await handle?.close();
    throw error;
  }
  return {
    release: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      await handle?.close();
    },
  };
}
