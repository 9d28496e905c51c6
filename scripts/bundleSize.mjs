/** Fails when the JavaScript that the inbox's first view needs is larger than it may be. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { root } from "./prepare.mjs";

const mostKb = 260;
const folder = join(root, "dist", "web", "dashboard");
const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
const files = new Set();

function add(key) {
  const chunk = manifest[key];
  if (!chunk) throw new Error(`${key} is not part of the build.`);
  if (files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const next of chunk.imports ?? []) add(next);
}
add("index.html");
add("areas/inbox/routes.tsx");
// What the inbox's own route loads at once counts as well.
for (const next of manifest["areas/inbox/routes.tsx"].dynamicImports ?? []) {
  if (/\/InboxPage\.tsx$/.test(next)) add(next);
}

let total = 0;
for (const file of [...files].filter((name) => name.endsWith(".js"))) {
  const size = gzipSync(readFileSync(join(folder, file)), { level: 9 }).length;
  total += size;
  process.stdout.write(`${(size / 1000).toFixed(1).padStart(7)} kB  ${file}\n`);
}
process.stdout.write(`${(total / 1000).toFixed(1).padStart(7)} kB  of ${mostKb}\n`);
if (total > mostKb * 1000) process.exit(1);
