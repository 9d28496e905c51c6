import type { Readable } from "node:stream";

export interface Waveform {
  /** 64 values from 0 to 1. */
  peaks: number[];
  seconds?: number | undefined;
}

const bars = 64;
/** Opus counts its time in these, whatever the sound's own rate (RFC 7845). */
const granulesPerSecond = 48_000;

/**
 * How loud a sound is over time, for drawing it. WAV with 16-bit samples is measured. Ogg (Opus, Vorbis) is not decoded:
 * both spend more bytes on louder and livelier sound, so the bytes per page stand for it. undefined for anything else.
 */
export async function waveform(content: Readable, mime: string): Promise<Waveform | undefined> {
  if (mime === "audio/ogg") return oggWaveform(content);
  if (mime === "audio/wav" || mime === "audio/vnd.wave") return wavWaveform(content);
  content.destroy();
  return undefined;
}

interface Piece {
  /** Where it ends, in any unit that grows. */
  end: number;
  weight: number;
}

/** Pieces of different length as bars of the same length, the highest being 1. */
function barsOf(pieces: readonly Piece[]): number[] | undefined {
  const last = pieces.at(-1)?.end ?? 0;
  if (last <= 0) return undefined;
  const sums = new Array<number>(bars).fill(0);
  let start = 0;
  for (const { end, weight } of pieces) {
    const from = Math.min(Math.floor((start / last) * bars), bars - 1);
    const to = Math.min(Math.ceil((end / last) * bars), bars);
    for (let bar = from; bar < Math.max(to, from + 1); bar++) sums[bar] = Math.max(sums[bar]!, weight);
    start = end;
  }
  const highest = Math.max(...sums);
  return highest === 0 ? sums : sums.map((sum) => Math.round((sum / highest) * 1000) / 1000);
}

/** Pages of an Ogg stream: 27 bytes of header, lengths of segments, the segments (RFC 3533). */
async function oggWaveform(content: Readable): Promise<Waveform | undefined> {
  const pieces: Piece[] = [];
  let rest = Buffer.alloc(0);
  let granule = 0;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      if (rest.length < 27) break;
      if (rest.toString("latin1", 0, 4) !== "OggS") return undefined;
      const segments = rest[26]!;
      if (rest.length < 27 + segments) break;
      const lengths = rest.subarray(27, 27 + segments);
      const body = lengths.reduce((sum, length) => sum + length, 0);
      if (rest.length < 27 + segments + body) break;
      const position = Number(rest.readBigInt64LE(6));
      // The first pages hold headers and no time.
      if (position > granule) {
        pieces.push({ end: position, weight: body / (position - granule) });
        granule = position;
      }
      rest = rest.subarray(27 + segments + body);
    }
  }
  const peaks = barsOf(pieces);
  return peaks && { peaks, seconds: Math.round((granule / granulesPerSecond) * 10) / 10 };
}

/** RIFF: chunks of a name and a length; "fmt " tells the format, "data" holds the samples. */
async function wavWaveform(content: Readable): Promise<Waveform | undefined> {
  let head = Buffer.alloc(0);
  let format: { channels: number; rate: number } | undefined;
  let samples = 0;
  // Half a sample may end a chunk.
  let rest = Buffer.alloc(0);
  const pieces: Piece[] = [];
  for await (const chunk of content as AsyncIterable<Buffer>) {
    let data = Buffer.concat([rest, chunk]);
    if (!format) {
      head = Buffer.concat([head, chunk]);
      const at = head.indexOf("data", 12, "latin1");
      const fmt = head.indexOf("fmt ", 12, "latin1");
      if (at < 0 || fmt < 0 || head.length < at + 8) {
        if (head.length > 65_536) return undefined;
        continue;
      }
      const bits = head.readUInt16LE(fmt + 22);
      if (head.readUInt16LE(fmt + 8) !== 1 || bits !== 16) return undefined;
      format = { channels: head.readUInt16LE(fmt + 10), rate: head.readUInt32LE(fmt + 12) };
      data = head.subarray(at + 8);
    }
    let highest = 0;
    for (let index = 0; index + 1 < data.length; index += 2) {
      highest = Math.max(highest, Math.abs(data.readInt16LE(index)));
    }
    rest = data.subarray(data.length - (data.length % 2));
    samples += Math.floor(data.length / 2);
    pieces.push({ end: samples, weight: highest });
  }
  const peaks = barsOf(pieces);
  return peaks && format && { peaks, seconds: Math.round((samples / format.channels / format.rate) * 10) / 10 };
}
