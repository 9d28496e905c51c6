/**
 * Turns the TypeScript sources into dist/, file by file, so that dist/ mirrors the source tree.
 * Types are not checked here (npm test does that): a start should not wait for it.
 */
import { build } from "esbuild";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

const roots = ["src", "config", "embedded", "simulator", "bench"];

function sourcesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "test" ? [] : sourcesBelow(path);
    return path.endsWith(".ts") ? [path] : [];
  });
}

rmSync("dist", { recursive: true, force: true });
await build({
  entryPoints: roots.filter((root) => existsSync(root)).flatMap(sourcesBelow),
  outbase: ".",
  outdir: "dist",
  format: "esm",
  platform: "node",
  target: "node20",
  sourcemap: true,
  logLevel: "warning",
});
