import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "whatsapp-web.js";
import type { ChildOptions } from "./protocol.js";

type Page = NonNullable<Client["pupPage"]>;

/** Where the page comes from, and what a new browser needs for it. */
export interface PageSource {
  /** For the library. */
  options: object;
  prepare(page: Page): Promise<void>;
}

/** The page as WhatsApp serves it, or the stand-in's. */
export async function pageSource({ apiRoot, dir }: ChildOptions): Promise<PageSource> {
  if (apiRoot === undefined) {
    return { options: { webVersionCache: { type: "none" } }, prepare: () => Promise.resolve() };
  }
  const { version } = (await (await fetch(`${apiRoot}/version`)).json()) as { version: string };
  const html = await (await fetch(`${apiRoot}/page`)).text();
  await writeFile(join(dir, `${version}.html`), html);
  return {
    options: { webVersion: version, webVersionCache: { type: "local", path: dir, strict: true } },
    prepare: (page) => serveWithQuery(page, html),
  };
}

/**
 * WhatsApp serves the same page at `/?post_logout=1`, where a page goes that was unlinked; the library's cache has it for
 * the bare address only.
 */
async function serveWithQuery(page: Page, html: string): Promise<void> {
  const devtools = await page.createCDPSession();
  const answer = {
    responseCode: 200,
    responseHeaders: [{ name: "content-type", value: "text/html" }],
    body: Buffer.from(html).toString("base64"),
  };
  devtools.on("Fetch.requestPaused", ({ requestId }) => {
    // A page that left meanwhile does not wait for it any more.
    devtools.send("Fetch.fulfillRequest", { requestId, ...answer }).catch(() => undefined);
  });
  const urlPattern = "https://web.whatsapp.com/\\?*";
  await devtools.send("Fetch.enable", { patterns: [{ urlPattern, resourceType: "Document" }] });
}

/** What Chromium is started with. */
export function browserArgs({ apiRoot, sandbox }: Pick<ChildOptions, "apiRoot" | "sandbox">): string[] {
  const args = ["--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions", "--no-first-run", "--mute-audio"];
  // Chromium has no sandbox for root.
  if (!sandbox || process.getuid?.() === 0) args.push("--no-sandbox");
  // The stand-in's page comes from the web client's address and talks to this machine.
  if (apiRoot !== undefined) args.push("--disable-features=LocalNetworkAccessChecks");
  return args;
}
