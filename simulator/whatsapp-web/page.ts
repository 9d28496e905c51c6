import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The version of the web client that the page claims to be. */
export const version = "2.3000.1017054665";

const parts = ["registry", "models", "link", "media", "actions", "session"];

/** The stand-in's page: what the library expects to find at the web client's address, talking to `root`. */
export function pageHtml(root: string): string {
  const folder = join(projectRoot(), "simulator", "whatsapp-web", "page");
  const scripts = parts.map((part) => `<script>${readFileSync(join(folder, `${part}.js`), "utf8")}</script>`);
  const setting = `<script>window.standIn = ${JSON.stringify({ root, version })};</script>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Stand-in</title></head><body>${setting}${scripts.join("")}</body></html>`;
}

/** The scripts are read where they lie, also by the compiled program. */
function projectRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}
