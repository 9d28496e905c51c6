/** From a fresh clone to something that can run: the packages of the lockfile, and dist/ in step with the sources. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./command.mjs";
import { step, Stop } from "./say.mjs";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = ["src", "config", "embedded", "simulator", "bench", "web"];
const oldest = [20, 19];

export function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
    throw new Stop(`Node ${oldest.join(".")} or newer is needed; this is ${process.versions.node}.`);
  }
}

/** Installs what the lockfile says when it is missing or another lockfile was installed. */
export async function packages() {
  const stamp = join(root, "node_modules", ".switchboard-lock");
  const wanted = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  await step("Installing packages", async () => {
    const { code, output } = await run("npm", ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: root,
    });
    if (code !== 0) throw new Stop(`The packages could not be installed:\n${output.trim()}`);
    writeFileSync(stamp, wanted);
  });
}

function newest(folder) {
  let time = 0;
  if (!existsSync(folder)) return time;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    // A folder's own time tells of files that were removed.
    time = Math.max(time, statSync(path).mtimeMs, entry.isDirectory() ? newest(path) : 0);
  }
  return time;
}

/** Builds dist/ when a source is newer than the last build. */
export async function built() {
  const stamp = join(root, "dist", ".built");
  const time = Math.max(
    ...sources.map((folder) => newest(join(root, folder))),
    statSync(join(root, "package-lock.json")).mtimeMs,
  );
  if (existsSync(stamp) && Number(readFileSync(stamp, "utf8")) === time) return;
  await step("Building", async () => {
    const { code, output } = await run(process.execPath, [join(root, "scripts", "build.mjs")], { cwd: root });
    if (code !== 0) throw new Stop(`The build failed:\n${output.trim()}`);
    writeFileSync(stamp, String(time));
  });
}

/** Settings of `.env`, which the environment overrides. */
export function readDotEnv() {
  const file = join(root, ".env");
  if (existsSync(file)) process.loadEnvFile(file);
}
