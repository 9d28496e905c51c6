import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
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

/** A small picture of a picture. undefined for what is no readable picture, or one of too many pixels. */
export async function thumbnail(content: Readable): Promise<Thumbnail | undefined> {
  const image = sharp({ limitInputPixels: pixelsMost, failOn: "error", sequentialRead: true, pages: 1 });
  const fed = pipeline(content, image).catch((error: unknown) => error);
  try {
    const [{ data }, meta] = await Promise.all([
      image
        .clone()
        .autoOrient()
        .resize({ width: box, height: box, fit: "inside", withoutEnlargement: true })
        .webp({ quality: 78 })
        .toBuffer({ resolveWithObject: true }),
      image.metadata(),
    ]);
    const turned = (meta.orientation ?? 1) >= 5;
    return {
      image: data,
      width: turned ? meta.height : meta.width,
      height: turned ? meta.width : meta.height,
    };
  } catch {
    // sharp has one kind of error for everything it cannot read.
    content.destroy();
    return undefined;
  } finally {
    await fed;
  }
}
