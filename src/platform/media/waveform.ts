import type { Readable } from "node:stream";
import type { Waveform } from "./loudness.js";
import { oggWaveform } from "./ogg.js";
import { wavWaveform } from "./wav.js";

export type { Waveform } from "./loudness.js";

const readers: Record<string, (content: AsyncIterable<Buffer>) => Promise<Waveform | undefined>> = {
  "audio/ogg": oggWaveform,
  "audio/wav": wavWaveform,
  "audio/vnd.wave": wavWaveform,
};

/**
 * How loud a sound is over time, for drawing it: measured in uncompressed WAV, estimated from the sizes of packets in Ogg
 * (see `oggWaveform`), undefined for anything else and for what is broken. Reads as a stream; rejects when the stream fails.
 */
export async function waveform(content: Readable, mime: string): Promise<Waveform | undefined> {
  try {
    return await readers[mime]?.(content as AsyncIterable<Buffer>);
  } finally {
    content.destroy();
  }
}
