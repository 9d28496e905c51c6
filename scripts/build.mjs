/**
 * Turns the TypeScript sources into dist/, file by file, so that dist/ mirrors the source tree.
 * Types are not checked here (npm test does that): a start should not wait for it.
 */
import { build } from "esbuild";
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildDashboard } from "./buildDashboard.mjs";

const roots = ["src", "config", "embedded", "simulator", "bench"];

function sourcesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "test" ? [] : sourcesBelow(path);
    return path.endsWith(".ts") ? [path] : [];
  });
}

// Beside the old one and then in its place: a program that is running keeps finding its files.
const fresh = `dist.${process.pid}`;
await build({
  entryPoints: roots.filter((root) => existsSync(root)).flatMap(sourcesBelow),
  outbase: ".",
  outdir: fresh,
  format: "esm",
  platform: "node",
  target: "node20",
  sourcemap: true,
  logLevel: "warning",
});
await buildDashboard(resolve(fresh, "web", "dashboard"), resolve("dist", "web", "dashboard"));
rmSync("dist", { recursive: true, force: true });
renameSync(fresh, "dist");
