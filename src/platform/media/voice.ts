import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** What turns sounds into others, and what keeps it within bounds where there is one; undefined programs are missing here. */
export interface VoicePrograms {
  ffmpeg: string | undefined;
  /** util-linux's prlimit. */
  prlimit: string | undefined;
  environment: Readonly<Record<string, string>>;
}

/** How the container is read, by what the bytes are: nothing is left to guessing, so that no playlist is ever followed. */
const demuxers: Readonly<Record<string, string>> = {
  "video/webm": "matroska",
  "audio/webm": "matroska",
  "video/x-matroska": "matroska",
  "audio/mp4": "mov",
  "audio/x-m4a": "mov",
  "video/mp4": "mov",
  "audio/wav": "wav",
  "audio/vnd.wave": "wav",
};

const withinMs = 60_000;
const outputMost = 16 * 1024 * 1024;
/** Of the address space, and of one allocation. */
const memoryMost = { all: 1024 * 1024 * 1024, one: 64 * 1024 * 1024 };
/** Two cores' worth; whoever comes later waits. */
const atOnce = 2;

/**
 * Turns a recording of a browser into a voice message as every channel takes it: Opus in Ogg, mono. undefined when it cannot be
 * done: no ffmpeg, another kind of file, nothing to hear, or too much of it. Rejects when the content cannot be read.
 */
export function voiceMaker(programs: VoicePrograms): (content: Readable, mime: string) => Promise<Buffer | undefined> {
  let running = 0;
  const waiting: (() => void)[] = [];

  return async (content, mime) => {
    const demuxer = demuxers[mime];
    const { ffmpeg } = programs;
    if (demuxer === undefined || ffmpeg === undefined) {
      content.destroy();
      return undefined;
    }
    // Whoever ends hands its place on.
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await transcoded({ ...programs, ffmpeg }, content, demuxer);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

async function transcoded(
  { ffmpeg, prlimit, environment }: VoicePrograms & { ffmpeg: string },
  content: Readable,
  demuxer: string,
): Promise<Buffer | undefined> {
  const args = [
    ...["-hide_banner", "-loglevel", "error", "-max_alloc", String(memoryMost.one), "-threads", "1"],
    ...["-protocol_whitelist", "pipe", "-f", demuxer, "-i", "pipe:0"],
    ...["-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1"],
    ...["-ac", "1", "-ar", "48000", "-c:a", "libopus", "-b:a", "32k", "-application", "voip"],
    ...["-fs", String(outputMost), "-f", "ogg", "pipe:1"],
  ];
  const bounds = [`--as=${memoryMost.all}`, "--cpu=60", "--core=0", "--fsize=0", "--nofile=64"];
  const [program, all] = prlimit ? [prlimit, [...bounds, ffmpeg, ...args]] : [ffmpeg, args];
  // It reads and writes pipes only: there are no files to remove.
  const child = spawn(program, all, { stdio: ["pipe", "pipe", "ignore"], env: environment, cwd: "/", shell: false });
  const ended = new Promise<boolean>((resolve) => {
    child.once("error", () => resolve(false));
    child.once("close", (code) => resolve(code === 0));
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), withinMs);
  let unreadable: unknown;
  content.once("error", (error) => {
    unreadable = error;
    child.kill("SIGKILL");
  });
  // A program that has heard enough closes its end; what came out of it decides.
  pipeline(content, child.stdin).catch(() => content.destroy());
  try {
    const parts: Buffer[] = [];
    let bytes = 0;
    for await (const part of child.stdout as AsyncIterable<Buffer>) {
      bytes += part.length;
      if (bytes > outputMost + 64 * 1024) {
        child.kill("SIGKILL");
        break;
      }
      parts.push(part);
    }
    const well = await ended;
    if (unreadable !== undefined) throw unreadable instanceof Error ? unreadable : new Error("It could not be read.");
    return well && bytes > 0 ? Buffer.concat(parts) : undefined;
  } finally {
    clearTimeout(timer);
  }
}
