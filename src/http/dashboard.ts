import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Router, type Response } from "express";
import helmet from "helmet";

const top = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const built = join(basename(top).startsWith("dist") ? top : join(top, "dist"), "web", "dashboard");

/** Nothing comes from anywhere else. Styles may be inline: the scroll lock of dialogs is a style element. */
const policy = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", "blob:", "data:"],
      mediaSrc: ["'self'", "blob:"],
      connectSrc: ["'self'"],
      workerSrc: ["'self'"],
      fontSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
});

/** Addresses that are not pages of the dashboard, whatever the client accepts. */
const others =
  /^\/(api|webhooks|docs|openapi\.json|livez|readyz|version|metrics|admin|files|hooks|bins?|realtime)(\/|$)/;
/** index.html by its own name is for the service worker, which asks for it as a file and takes whatever comes. */
const files =
  /^\/(assets\/[\w.-]+|index\.html|(?:theme|sw)\.js|app\.webmanifest|mark\.svg|icon-(?:maskable-)?\d+\.png)$/;
const types: Record<string, string> = { webmanifest: "application/manifest+json", woff2: "font/woff2" };
const encodings = [
  { name: "br", ending: ".br" },
  { name: "gzip", ending: ".gz" },
];

const exists = (path: string) =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

/**
 * The built dashboard. Every address that a browser opens as a page and that is nobody else's gets index.html, which is
 * asked for anew each time; assets carry a hash in their name and are kept for a year. `folder` is where the build is.
 */
export function dashboardRoutes(folder = built): Router {
  const routes = Router();

  async function send(response: Response, name: string, accepted: readonly string[]): Promise<void> {
    response.vary("Accept-Encoding");
    response.set("Cache-Control", name.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache");
    let file = name;
    for (const { name: encoding, ending } of encodings) {
      if (!accepted.includes(encoding) || !(await exists(join(folder, name + ending)))) continue;
      file = name + ending;
      response.set("Content-Encoding", encoding);
      break;
    }
    const extension = name.slice(name.lastIndexOf(".") + 1);
    response.type(types[extension] ?? extension);
    await new Promise<void>((resolve, reject) => {
      response.sendFile(file, { root: folder, cacheControl: false, dotfiles: "deny" }, (error) => {
        // Whoever went away in the middle is no failure.
        const gone = (error as NodeJS.ErrnoException | undefined)?.code === "ECONNABORTED";
        if (error && !gone && !response.headersSent) reject(error);
        else resolve();
      });
    });
  }

  // Not a route: a router with a route for every address would answer OPTIONS for the whole program.
  routes.use(async (request, response, next) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      next();
      return;
    }
    const asset = files.exec(request.path)?.[1];
    const page =
      asset === undefined &&
      !others.test(request.path) &&
      !request.path.startsWith("/assets/") &&
      request.accepts(["json", "html"]) === "html";
    const name = asset ?? (page ? "index.html" : undefined);
    if (name === undefined) {
      next();
    } else if (await exists(join(folder, name))) {
      policy(request, response, () => void send(response, name, request.acceptsEncodings()).catch(next));
    } else if (page) {
      response.status(503).type("text").send("The dashboard is not built. Run npm run build, then reload this page.\n");
    } else {
      next();
    }
  });
  return routes;
}
