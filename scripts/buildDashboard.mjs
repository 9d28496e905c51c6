/**
 * Builds the dashboard (web/dashboard) into a folder: hashed assets, compressed copies beside them and the list that the
 * service worker keeps. When nothing it is made of changed, the last build is taken over.
 */
import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import sharp from "sharp";
import { root } from "./prepare.mjs";

const source = join(root, "web", "dashboard");
const stampName = ".sources";

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function fingerprint() {
  const hash = createHash("sha256");
  const files = [...filesBelow(source), join(root, "package-lock.json"), join(root, "scripts", "buildDashboard.mjs")];
  for (const file of files.sort()) hash.update(file.slice(root.length)).update("\0").update(readFileSync(file));
  return hash.digest("hex");
}

/** Icons of the installed app, drawn from the one mark. */
async function icons(target) {
  const mark = readFileSync(join(source, "public", "mark.svg"), "utf8");
  // Systems cut such an icon into a shape of their own: it fills its square, and what matters lies within the inner circle.
  const square = mark.replace('rx="7"', 'rx="0"');
  for (const size of [192, 512]) {
    for (const [name, drawing] of Object.entries({ icon: mark, "icon-maskable": square })) {
      await sharp(Buffer.from(drawing), { density: (72 * size) / 32 })
        .resize(size, size)
        .png()
        .toFile(join(target, `${name}-${size}.png`));
    }
  }
}

/** The service worker is given the files of the first view, and a name that changes with any of them. */
function serviceWorker(target) {
  const manifest = JSON.parse(readFileSync(join(target, "manifest.json"), "utf8"));
  const entry = manifest["index.html"];
  const shell = new Set(["/index.html", "/theme.js"]);
  const add = (chunk) => {
    if (shell.has(`/${chunk.file}`)) return;
    for (const file of [chunk.file, ...(chunk.css ?? [])]) shell.add(`/${file}`);
    for (const next of chunk.imports ?? []) add(manifest[next]);
  };
  add(entry);
  const file = join(target, "sw.js");
  const list = [...shell];
  const name = createHash("sha256")
    .update(readFileSync(join(target, "index.html")))
    .digest("hex")
    .slice(0, 12);
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace("__SHELL__", JSON.stringify(list)).replace("__BUILD__", name));
}

async function compress(target) {
  for (const file of filesBelow(target)) {
    if (!/\.(js|css|html|json|svg|webmanifest)$/.test(file)) continue;
    const plain = readFileSync(file);
    if (plain.length < 1_000) continue;
    const brotli = await promisify(brotliCompress)(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } });
    writeFileSync(`${file}.br`, brotli);
    writeFileSync(`${file}.gz`, await promisify(gzip)(plain, { level: 9 }));
  }
}

/** Builds into `target`; `last` is the folder of the build before. */
export async function buildDashboard(target, last) {
  const wanted = fingerprint();
  const stamp = join(last, stampName);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) {
    if (target !== last) cpSync(last, target, { recursive: true });
    return;
  }
  // Only who builds needs the bundler.
  const [{ build }, { default: tailwind }] = await Promise.all([import("vite"), import("@tailwindcss/vite")]);
  await build({
    configFile: false,
    root: source,
    logLevel: "warn",
    plugins: [tailwind()],
    build: {
      outDir: target,
      emptyOutDir: true,
      manifest: "manifest.json",
      target: "es2022",
      reportCompressedSize: false,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        // Libraries mark their files for servers that render React; that means nothing here.
        onLog: (level, entry, tell) => {
          if (entry.code !== "MODULE_LEVEL_DIRECTIVE") tell(level, entry);
        },
      },
    },
  });
  await icons(target);
  serviceWorker(target);
  await compress(target);
  writeFileSync(join(target, stampName), wanted);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const target = join(root, "dist", "web", "dashboard");
  if (process.argv.includes("--force")) rmSync(target, { recursive: true, force: true });
  await buildDashboard(target, target);
}
