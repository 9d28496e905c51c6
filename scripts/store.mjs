/** The local store of documents, as a process of its own. */
import { fork } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { end } from "./command.mjs";
import { root } from "./prepare.mjs";
import { socketPathMost } from "./redis.mjs";
import { Stop } from "./say.mjs";

/**
 * Starts the store on a unix socket in `dir` (a free loopback port where the path is too long). It ends when the launcher does.
 * `strict`: it refuses reads that no index serves.
 */
export async function startStore(dir, { strict = false } = {}) {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const socket = join(dir, "store.sock");
  const where = socket.length <= socketPathMost ? ["--socket", socket] : ["--port", "0"];
  const child = fork(
    join(root, "dist", "embedded", "mongo", "main.js"),
    ["serve", "--dir", dir, ...where, ...(strict ? ["--notablescan"] : [])],
    {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      detached: true,
    },
  );
  let output = "";
  const uri = await new Promise((resolve, reject) => {
    const look = (chunk) => {
      output += chunk;
      const found = /mongodb:\/\/\S+/.exec(output);
      if (found) resolve(found[0]);
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    child.once("exit", () => reject(new Stop(`The local store did not start: ${output.trim().split("\n").at(-1)}`)));
  });
  child.stdout.resume();
  child.stderr.resume();
  return { uri, exited: new Promise((resolve) => child.once("exit", resolve)), stop: () => end(child, 15_000) };
}
