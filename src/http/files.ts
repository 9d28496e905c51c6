import { createHmac, timingSafeEqual } from "node:crypto";
import { pipeline } from "node:stream/promises";
import { Router, type RequestHandler } from "express";
import { z } from "zod";
import { AppError } from "../core/errors.js";
import { requireScope } from "../identity/index.js";
import type { Attachment, Inbox } from "../inbox/index.js";
import { downloadHeaders } from "../platform/media/index.js";
import { uploadQuery } from "../wire/content.js";
import type { FileUrls, InboxPresenter } from "./presenters/inbox.js";
import { parse, principalOf } from "./request.js";

/** How long an address works. Addresses are made anew with every answer; within a minute they are the same, for caches. */
const validMs = 15 * 60_000;
const stepMs = 60_000;

type Part = "original" | "thumbnail";

/** Signed addresses of files: whoever has one may download that part of that file until it runs out. */
export interface SignedFiles {
  urls: FileUrls;
  /** Serves what `urls` gave out. */
  downloads: Router;
}

const query = z.strictObject({
  w: z.string().max(100),
  p: z.enum(["original", "thumbnail"]),
  e: z.coerce.number().int(),
  s: z.string().max(100),
});

/** `secret` signs the addresses. */
export function signedFiles(deps: { inbox: () => Inbox; secret: string; publicUrl: () => string }): SignedFiles {
  const key = createHmac("sha256", deps.secret).update("file addresses").digest();
  const signature = (workspaceId: string, id: string, part: Part, until: number) =>
    createHmac("sha256", key).update([workspaceId, id, part, until].join("\u0000")).digest("base64url");

  function urlOf(file: Attachment, part: Part): string {
    const until = Math.ceil((Date.now() + validMs) / stepMs) * stepMs;
    const words = new URLSearchParams({
      w: file.workspaceId,
      p: part,
      e: String(until),
      s: signature(file.workspaceId, file.id, part, until),
    });
    return `${deps.publicUrl().replace(/\/$/, "")}/files/${file.id}?${words.toString()}`;
  }

  const download: RequestHandler = async (request, response) => {
    const id = String(request.params.id);
    const gone = new AppError("not_found", "There is no such file, or its address has run out. Ask for a new one.", {
      reason: "file_unknown",
    });
    const given = query.safeParse(request.query);
    if (!given.success) throw gone;
    const { w, p, e, s } = given.data;
    const right = Buffer.from(signature(w, id, p, e));
    const said = Buffer.from(s);
    if (right.length !== said.length || !timingSafeEqual(right, said) || e < Date.now()) throw gone;

    const files = deps.inbox().files;
    const file = await files.find(w, id);
    if (!file) throw gone;
    const thumbnail = p === "thumbnail";
    const range = thumbnail ? undefined : rangeOf(request.get("range"), file.bytes ?? 0);
    if (range === "beyond") {
      response
        .status(416)
        .set("Content-Range", `bytes */${file.bytes ?? 0}`)
        .end();
      return;
    }
    const { stream } = await files.open(w, id, { thumbnail, ...(range ? { range } : {}) });
    const headers = thumbnail
      ? downloadHeaders({ mime: "image/webp", inline: true, name: "thumbnail.webp" })
      : downloadHeaders({
          mime: file.mime ?? "application/octet-stream",
          inline: file.inline,
          name: file.name ?? file.id,
          ...(range || file.bytes === null ? {} : { bytes: file.bytes }),
        });
    response.status(range ? 206 : 200).set(headers);
    if (!thumbnail) response.set("Accept-Ranges", "bytes");
    if (range) {
      response.set("Content-Range", `bytes ${range.start}-${range.end}/${file.bytes ?? 0}`);
      response.set("Content-Length", String(range.end - range.start + 1));
    }
    if (request.method === "HEAD") {
      stream.destroy();
      response.end();
      return;
    }
    // Whoever leaves in the middle ends the reading.
    await pipeline(stream, response).catch((error: unknown) => {
      if (!response.destroyed && !response.headersSent) throw error;
      response.destroy();
    });
  };

  const downloads = Router();
  downloads.get("/files/:id", download);
  return {
    downloads,
    urls: (file) => ({
      url: file.state === "stored" && file.blob !== null ? urlOf(file, "original") : null,
      thumbnailUrl: file.state === "stored" && file.thumbnail !== null ? urlOf(file, "thumbnail") : null,
    }),
  };
}

/** One range of bytes; undefined for none or one that is not understood (then the whole is sent), "beyond" outside the file. */
export function rangeOf(
  header: string | undefined,
  size: number,
): { start: number; end: number } | "beyond" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return undefined;
  const [, from = "", to = ""] = match;
  if (from === "") {
    const length = Math.min(Number(to), size);
    return length === 0 ? "beyond" : { start: size - length, end: size - 1 };
  }
  const start = Number(from);
  const end = to === "" ? size - 1 : Math.min(Number(to), size - 1);
  return start >= size || start > end ? "beyond" : { start, end };
}

/** Takes files that are to be sent: the body is the file, streamed. Stands behind authentication. */
export function uploads(deps: { inbox: Inbox; present: InboxPresenter }): Router {
  const routes = Router();
  routes.post("/attachments", async (request, response) => {
    const principal = principalOf(response);
    requireScope(principal, "messages:send");
    const { name, role } = parse(uploadQuery, request.query, "query");
    const mime = request.get("content-type");
    const file = await deps.inbox.files.upload({
      workspaceId: principal.workspaceId,
      content: request,
      name,
      role,
      mime: mime?.split(";")[0]?.trim(),
    });
    response.status(201).json(deps.present.attachment(file));
  });
  return routes;
}
