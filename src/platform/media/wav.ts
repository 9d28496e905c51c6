import { Loudness, type Waveform } from "./loudness.js";

interface Format {
  channels: number;
  rate: number;
  /** Bytes of one sample of one channel. */
  width: number;
  /** A sample as a part of the loudest possible. */
  read(data: Buffer, at: number): number;
}

const formatPcm = 1;
const formatFloat = 3;
const formatExtensible = 0xfffe;
const chunkHeadBytes = 8;
/** What stands before the samples (format, titles) is far smaller. */
const headBytesMost = 1024 * 1024;
/** The pieces of which the loudest sample is taken. */
const piecesPerSecond = 50;

const readers: Record<string, Format["read"]> = {
  // 8 bits are unsigned, all others signed.
  [`${formatPcm}:1`]: (data, at) => (data[at]! - 128) / 0x80,
  [`${formatPcm}:2`]: (data, at) => data.readInt16LE(at) / 0x8000,
  [`${formatPcm}:3`]: (data, at) => data.readIntLE(at, 3) / 0x800000,
  [`${formatPcm}:4`]: (data, at) => data.readInt32LE(at) / 0x80000000,
  [`${formatFloat}:4`]: (data, at) => data.readFloatLE(at),
};

/** Reads the "fmt " chunk. undefined for compressed sound and for what makes no sense. */
function formatOf(chunk: Buffer): Format | undefined {
  if (chunk.length < 16) return undefined;
  const tag = chunk.readUInt16LE(0);
  // The extensible form tells the real format in the first bytes of an identifier.
  const format = tag === formatExtensible && chunk.length >= 26 ? chunk.readUInt16LE(24) : tag;
  const width = chunk.readUInt16LE(14) / 8;
  const channels = chunk.readUInt16LE(2);
  const rate = chunk.readUInt32LE(4);
  const read = readers[`${format}:${width}`];
  return read && channels > 0 && rate > 0 ? { channels, rate, width, read } : undefined;
}

/** A RIFF WAVE file of uncompressed samples as bars, by the loudest sample of every 20 ms. undefined for anything else. */
export async function wavWaveform(content: AsyncIterable<Buffer>): Promise<Waveform | undefined> {
  let head: Buffer = Buffer.alloc(0);
  let samples: Samples | undefined;
  for await (const chunk of content) {
    if (samples) {
      samples.take(chunk);
    } else {
      head = Buffer.concat([head, chunk]);
      const found = beginOf(head);
      if (found === "none" || head.length > headBytesMost) return undefined;
      if (!found) continue;
      samples = new Samples(found.format, found.bytes);
      samples.take(head.subarray(found.at));
    }
    if (samples.done) break;
  }
  return samples?.waveform();
}

/** Walks the chunks up to the samples: undefined while there are too few bytes, "none" when this is no WAVE we can read. */
function beginOf(head: Buffer): { format: Format; at: number; bytes: number } | "none" | undefined {
  if (head.length < 12) return undefined;
  if (head.toString("latin1", 0, 4) !== "RIFF" || head.toString("latin1", 8, 12) !== "WAVE") return "none";
  let format: Format | undefined;
  for (let at = 12; head.length >= at + chunkHeadBytes;) {
    const name = head.toString("latin1", at, at + 4);
    const bytes = head.readUInt32LE(at + 4);
    const body = at + chunkHeadBytes;
    if (name === "data") return format ? { format, at: body, bytes } : "none";
    // Chunks begin at even places.
    const next = body + bytes + (bytes % 2);
    if (name === "fmt ") {
      if (head.length < next) return next > headBytesMost ? "none" : undefined;
      format = formatOf(head.subarray(body, body + bytes));
      if (!format) return "none";
    }
    at = next;
  }
  return undefined;
}

/** Takes the samples as they come, in pieces of any size. */
class Samples {
  private readonly loudness = new Loudness();
  private readonly perPiece: number;
  private rest: Buffer = Buffer.alloc(0);
  private count = 0;
  private loudest = 0;

  constructor(
    private readonly format: Format,
    private left: number,
  ) {
    this.perPiece = Math.max(1, Math.floor(format.rate / piecesPerSecond)) * format.channels;
  }

  get done(): boolean {
    return this.left === 0;
  }

  take(chunk: Buffer): void {
    const { width, read } = this.format;
    // What follows the samples, as titles do, is none.
    const own = chunk.subarray(0, this.left);
    this.left -= own.length;
    const data = this.rest.length > 0 ? Buffer.concat([this.rest, own]) : own;
    let at = 0;
    for (; at + width <= data.length; at += width) {
      const loud = Math.abs(read(data, at));
      if (loud > this.loudest) this.loudest = Math.min(loud, 1);
      if (++this.count % this.perPiece === 0) this.endPiece();
    }
    this.rest = data.subarray(at);
  }

  private endPiece(): void {
    this.loudness.add(this.count, this.loudest);
    this.loudest = 0;
  }

  waveform(): Waveform | undefined {
    if (this.count % this.perPiece !== 0) this.endPiece();
    return this.loudness.waveform(this.count / this.format.channels / this.format.rate);
  }
}
