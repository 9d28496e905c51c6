/** `npm run docs`: writes .env.example and the README's table of settings from config/schema.ts, and the table of channels from their manifests. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { built, packages, root } from "./prepare.mjs";

await packages();
await built();
const { envExample, settingsTable } = await import(`${root}/dist/config/describe.js`);
writeFileSync(join(root, ".env.example"), envExample());
const readme = join(root, "README.md");
const text = readFileSync(readme, "utf8");
writeFileSync(readme, text.replace(/(<!-- settings -->\n)[\s\S]*?(\n<!-- \/settings -->)/, `$1${settingsTable()}$2`));

const { channelMatrix } = await import(`${root}/dist/src/adapters/matrix.js`);
const { adapters } = await import(`${root}/dist/src/adapters/registry.js`);
const channels = join(root, "docs/channels.md");
const page = readFileSync(channels, "utf8");
writeFileSync(
  channels,
  page.replace(/(<!-- channels -->\n)[\s\S]*?(<!-- \/channels -->)/, `$1\n${channelMatrix(adapters)}\n\n$2`),
);
