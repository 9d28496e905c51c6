import type { Readable } from "node:stream";
import sharp from "sharp";

export interface Thumbnail {
  /** WebP without any metadata: no place, no camera. */
  image: Buffer;
  /** Of the original, as it is shown. */
  width: number;
  height: number;
}

/** Longest side, in pixels. */
const box = 640;
/** A picture of more is an attack or a mistake; opening it would take gigabytes. */
const pixelsMost = 50_000_000;
/** The decoder needs the whole file at once; a larger one goes without a small picture. */
const bytesMost = 32 * 1024 * 1024;
/** Pixels only. A vector picture is a program that draws. */
const formats = new Set(["jpeg", "png", "webp", "gif", "heif", "tiff"]);

/**
 * A small picture of a picture. undefined for what is no readable picture, one of too many pixels, or larger than 32 MiB.
 * Rejects when the stream fails.
 */
export async function thumbnail(content: Readable): Promise<Thumbnail | undefined> {
  const bytes = await bounded(content);
  if (!bytes) return undefined;
  try {
    const image = sharp(bytes, { limitInputPixels: pixelsMost, failOn: "error", sequentialRead: true, pages: 1 });
    const meta = await image.metadata();
    if (!formats.has(meta.format)) return undefined;
    const small = await image
      .autoOrient()
      .resize({ width: box, height: box, fit: "inside", withoutEnlargement: true })
      .webp({ quality: 78 })
      .toBuffer();
    return { image: small, width: meta.autoOrient.width, height: meta.autoOrient.height };
  } catch {
    // sharp has one kind of error for everything it cannot read.
    return undefined;
  }
}

/** The whole content; undefined once it is too large. */
async function bounded(content: Readable): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of content as AsyncIterable<Buffer>) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > bytesMost) return undefined;
  }
  return Buffer.concat(pieces, bytes);
}
