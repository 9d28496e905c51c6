import { Loudness, type Waveform } from "./loudness.js";

const pageHeadBytes = 27;
/** Opus counts time in these, whatever the sound's own rate (RFC 7845, section 4). */
const opusRate = 48_000;

interface Codec {
  /** Units of the granule position in a second. */
  rate: number;
  /** Units at the start that are not played. */
  skip: number;
}

/** Reads the first packet: which codec, and how it counts time. undefined for one we do not know. */
function codecOf(packet: Buffer): Codec | undefined {
  // RFC 7845, section 5.1: pre-skip at byte 10.
  if (packet.length >= 19 && packet.toString("latin1", 0, 8) === "OpusHead") {
    return { rate: opusRate, skip: packet.readUInt16LE(10) };
  }
  // Vorbis I specification, section 4.2.2: sample rate at byte 12.
  if (packet.length >= 30 && packet.toString("latin1", 0, 7) === "\u0001vorbis") {
    const rate = packet.readUInt32LE(12);
    return rate > 0 ? { rate, skip: 0 } : undefined;
  }
  return undefined;
}

/**
 * An Ogg stream (RFC 3533) of Opus or Vorbis as bars. Nothing is decoded: with a variable bit rate both spend more bytes on
 * louder and livelier sound and next to none on silence, so the size of a packet over its time stands for the loudness. It
 * shows where someone speaks and where not; it is no measurement, and flat for a constant bit rate.
 *
 * A page tells when the last packet that ends on it is over; the packets on it share its time evenly.
 */
export async function oggWaveform(content: AsyncIterable<Buffer>): Promise<Waveform | undefined> {
  const loudness = new Loudness();
  let codec: Codec | undefined;
  let rest: Buffer = Buffer.alloc(0);
  let time = 0;
  let packet = 0;
  for await (const chunk of content) {
    rest = Buffer.concat([rest, chunk]);
    for (let page = pageOf(rest); page; page = pageOf(rest)) {
      if (page === "none") return undefined;
      codec ??= codecOf(page.body);
      if (!codec) return undefined;
      const ended: number[] = [];
      for (const length of page.lacing) {
        packet += length;
        // A segment of 255 bytes goes on in the next one.
        if (length === 255) continue;
        ended.push(packet);
        packet = 0;
      }
      // Pages of headers are at time 0; a page on which no packet ends has the time -1.
      if (page.time > time && ended.length > 0) {
        const each = (page.time - time) / ended.length;
        ended.forEach((bytes, index) => loudness.add(time + each * (index + 1), bytes / each));
        time = page.time;
      }
      rest = rest.subarray(page.bytes);
    }
  }
  return codec && loudness.waveform((time - codec.skip) / codec.rate);
}

/** The page that bytes begin with: undefined while it is not whole, "none" when they begin with no page. */
function pageOf(from: Buffer): { time: number; lacing: Buffer; body: Buffer; bytes: number } | "none" | undefined {
  if (from.length < pageHeadBytes) return undefined;
  if (from.toString("latin1", 0, 4) !== "OggS") return "none";
  const bodyAt = pageHeadBytes + from[26]!;
  if (from.length < bodyAt) return undefined;
  const lacing = from.subarray(pageHeadBytes, bodyAt);
  const bytes = bodyAt + lacing.reduce((sum, length) => sum + length, 0);
  if (from.length < bytes) return undefined;
  return { time: Number(from.readBigInt64LE(6)), lacing, body: from.subarray(bodyAt, bytes), bytes };
}
