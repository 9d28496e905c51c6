/**
 * Turns the TypeScript sources into dist/, file by file, so that dist/ mirrors the source tree.
 * Types are not checked here (npm test does that): a start should not wait for it.
 */
import { build } from "esbuild";
import { rmSync } from "node:fs";

const roots = ["src", "config", "embedded", "simulator", "bench"];
rmSync("dist", { recursive: true, force: true });
await build({
  entryPoints: roots.flatMap((root) => [`${root}/**/*.ts`]),
  outbase: ".",
  outdir: "dist",
  format: "esm",
  platform: "node",
  target: "node20",
  sourcemap: true,
  logLevel: "warning",
});
