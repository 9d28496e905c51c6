import { Readable } from "node:stream";
import { describe, expect, it } from "@jest/globals";
import sharp from "sharp";
import { bareEnvironment, findProgram } from "../../config/programs.js";
import { downloadHeaders, safeName, sniff, thumbnail, voiceMaker, waveform } from "../../src/platform/media/index.js";

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#0b7268" } });

describe("what a file is", () => {
  it.each([
    ["a page", "<!DOCTYPE html><script>alert(1)</script>", "photo.jpg", "application/octet-stream"],
    ["a page behind spaces and a mark", "\uFEFF \n<HTML>", "a.txt", "application/octet-stream"],
    [
      "a vector picture",
      '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
      "a.svg",
      "application/octet-stream",
    ],
    ["a feed", '<?xml version="1.0"?><rss/>', "a.xml", "application/octet-stream"],
    ["a text", "hello, world", "notes.md", "text/plain"],
    ["a table", "a;b\n1;2", "table.csv", "text/plain"],
    ["nothing known", "\u0000\u0001\u0002", "a.png", "application/octet-stream"],
  ])("is told by its content: %s", async (_, content, name, mime) => {
    const found = await sniff(Buffer.from(content), { name, mime: "image/png" });
    expect([found.mime, found.inline]).toEqual([mime, false]);
  });

  it("is a picture only by its bytes, also with a page behind them", async () => {
    const png = await picture(10, 10).png().toBuffer();
    const polyglot = Buffer.concat([png, Buffer.from("<script>alert(1)</script>")]);
    expect(await sniff(polyglot, { name: "a.html", mime: "text/html" })).toMatchObject({
      mime: "image/png",
      inline: true,
    });
    expect(downloadHeaders({ mime: "image/png", inline: true, name: "a.png" })).toMatchObject({
      "Content-Type": "image/png",
      "X-Content-Type-Options": "nosniff",
      "Content-Security-Policy": expect.stringContaining("sandbox"),
    });
  });

  it.each([
    ["../../etc/passwd", "txt", "passwd.txt"],
    ["C:\\temp\\report.PDF", "pdf", "report.pdf"],
    ["invoice\u202Efdp.exe", "bin", "invoicefdp.exe.bin"],
    ["a\u0000b\r\nc.png", "png", "abc.png"],
    ["", "jpg", "file.jpg"],
    ["...", "jpg", "file.jpg"],
    ["photo.jpeg", "jpg", "photo.jpg"],
    ["Größe 😀.png", "png", "Größe 😀.png"],
  ])("has a name that is safe to save: %j", (name, ext, safe) => {
    expect(safeName(name, ext)).toBe(safe);
  });

  it("has a bounded name that ends between characters", () => {
    const family = "👩‍👩‍👧‍👦";
    expect(safeName(family.repeat(300), "png")).toBe(`${family.repeat(10)}.png`);
    expect(safeName(`${"x".repeat(300)}.png`, "png")).toBe(`${"x".repeat(116)}.png`);
    // One letter with more accents than a name may be long.
    expect(safeName(`a${"\u0301".repeat(100_000)}`, "png")).toBe("file.png");
    expect(safeName(`ab${"\u0301".repeat(500)}`, "png")).toBe("a.png");
  });

  it.each(["\ud800", "\u200d\u200c", "\u202e\u2066", "\u0000", " \t ", "a/", "/"])(
    "is called file without a name: %j",
    (name) => {
      expect(safeName(name, "pdf")).toBe("file.pdf");
    },
  );

  it("is handed out whatever its name", () => {
    for (const name of ["\ud800", "a\r\nSet-Cookie: b", "\u0000", "x".repeat(10_000)]) {
      const headers = downloadHeaders({ mime: "application/pdf", inline: false, name });
      expect(headers["Content-Disposition"]).toMatch(
        /^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''[\w.%!~-]*$/,
      );
    }
  });

  it("is known by its bytes, whatever its name and sender say", async () => {
    const small = picture(16, 16);
    const known: [Buffer, string, string, boolean][] = [
      [await small.jpeg().toBuffer(), "image/jpeg", "image", true],
      [await small.png().toBuffer(), "image/png", "image", true],
      [await small.gif().toBuffer(), "image/gif", "image", true],
      [await small.webp().toBuffer(), "image/webp", "image", true],
      [await small.avif().toBuffer(), "image/avif", "image", true],
      [await small.tiff().toBuffer(), "image/tiff", "image", false],
      [Buffer.from("%PDF-1.7\n1 0 obj<</S/JavaScript>>"), "application/pdf", "document", false],
      [wav({ rate: 8_000, samples: [0, 1] }), "audio/wav", "audio", true],
      [oggPages([page(0n, opusHead)]), "audio/ogg", "audio", true],
      [Buffer.from("MZ\u0090\u0000", "latin1"), "application/x-msdownload", "document", false],
      [Buffer.from("PK\u0003\u0004cut off", "latin1"), "application/zip", "document", false],
      [Buffer.alloc(0), "application/octet-stream", "document", false],
    ];
    for (const [bytes, mime, family, inline] of known) {
      const found = await sniff(bytes.subarray(0, 4_100), { name: "page.html", mime: "text/html; image/png" });
      expect([found.mime, found.family, found.inline]).toEqual([mime, family, inline]);
      expect(found.ext).toMatch(/^[a-z0-9.]+$/);
    }
  });

  it("is never shown in place when its beginning is that of a picture and the rest a page", async () => {
    const signature = Buffer.from("89504e470d0a1a0a", "hex");
    const found = await sniff(Buffer.concat([signature, Buffer.from("<html><script>alert(1)</script>")]), {
      name: "a.html",
    });
    // Either it counts as a picture, and is sent as one, or as bytes; never as a page.
    expect(["image/png", "application/octet-stream"]).toContain(found.mime);
    expect(found.ext).not.toMatch(/htm/);
  });

  it("is saved under its own name without breaking the header", () => {
    const headers = downloadHeaders({ mime: "application/pdf", inline: false, name: 'a"b\\c%20ü.pdf' });
    expect(headers["Content-Disposition"]).toBe(
      `attachment; filename="a_b_c_20_.pdf"; filename*=UTF-8''a%22b%5Cc%2520%C3%BC.pdf`,
    );
  });
});

describe("a small picture", () => {
  it("is small, upright and without metadata", async () => {
    const original = await picture(2_000, 1_000).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const small = await thumbnail(Readable.from([original]));
    expect([small!.width, small!.height]).toEqual([1_000, 2_000]);
    const meta = await sharp(small!.image).metadata();
    expect([meta.format, meta.width, meta.height, meta.exif]).toEqual(["webp", 320, 640, undefined]);
  });

  it("is not made of what is none, broken, or of too many points", async () => {
    const bomb = await sharp({
      create: { width: 20_000, height: 20_000, channels: 3, background: "#fff" },
      limitInputPixels: false,
    })
      .png({ compressionLevel: 9 })
      .toBuffer();
    const whole = await picture(500, 500).jpeg().toBuffer();
    const vector = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>1</script></svg>');
    const large = Buffer.concat([await picture(10, 10).png().toBuffer(), Buffer.alloc(33 * 1024 * 1024)]);
    const claimed = await picture(10, 10).png().toBuffer();
    claimed.writeUInt32BE(20_000, 16);
    claimed.writeUInt32BE(20_000, 20);
    const hostile = {
      ...{ bomb, vector, large, claimed, text: Buffer.from("no picture"), nothing: Buffer.alloc(0) },
      ...{ cutInHead: whole.subarray(0, 300), cut: whole.subarray(0, whole.length - 200) },
    };
    for (const [what, bytes] of Object.entries(hostile)) {
      expect([what, await thumbnail(streamOf(bytes, 65_536))]).toEqual([what, undefined]);
    }
  }, 60_000);

  it("fails when the content does, rather than being none", async () => {
    const whole = await picture(500, 500).png().toBuffer();
    await expect(thumbnail(failing(whole.subarray(0, 100)))).rejects.toThrow("the store went away");
  });
});

/** Bytes in pieces of that size. */
function streamOf(bytes: Buffer, size: number): Readable {
  const count = Math.ceil(bytes.length / size);
  return Readable.from(Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size)));
}

function failing(first: Buffer): Readable {
  return Readable.from(
    (function* () {
      yield first;
      throw new Error("the store went away");
    })(),
  );
}

/** First packet of Opus in Ogg: one channel, 312 units at the start that are not played. */
const opusHead = Buffer.concat([
  Buffer.from("OpusHead\u0001\u0001"),
  Buffer.from([0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0]),
]);

/** An Ogg page of packets, given whole or by their size; nobody checks its checksum here. */
function page(time: bigint, ...packets: (Buffer | number)[]): Buffer {
  const bodies = packets.map((packet) => (typeof packet === "number" ? Buffer.alloc(packet, 7) : packet));
  const lacing = bodies.flatMap(({ length }) => [
    ...new Array<number>(Math.floor(length / 255)).fill(255),
    length % 255,
  ]);
  const head = Buffer.alloc(27);
  head.write("OggS", "latin1");
  head.writeBigInt64LE(time, 6);
  head[26] = lacing.length;
  return Buffer.concat([head, Buffer.from(lacing), ...bodies]);
}

function oggPages(pages: Buffer[]): Buffer {
  return Buffer.concat(pages);
}

/** A WAV of one channel; `extra` stands between format and samples, `after` behind the samples. */
function wav(sound: {
  rate: number;
  samples: number[];
  bits?: 8 | 16 | 24 | 32;
  float?: boolean;
  channels?: number;
  extra?: Buffer;
  after?: Buffer;
}): Buffer {
  const {
    rate,
    samples,
    bits = 16,
    float = false,
    channels = 1,
    extra = Buffer.alloc(0),
    after = Buffer.alloc(0),
  } = sound;
  const width = bits / 8;
  const data = Buffer.alloc(samples.length * width);
  samples.forEach((sample, index) => {
    if (float) data.writeFloatLE(sample, index * width);
    else if (bits === 8) data.writeUInt8(Math.round(sample * 127) + 128, index);
    else data.writeIntLE(Math.round(sample * (2 ** (bits - 1) - 1)), index * width, width);
  });
  const chunk = (name: string, body: Buffer) => {
    const head = Buffer.alloc(8);
    head.write(name, "latin1");
    head.writeUInt32LE(body.length, 4);
    return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
  };
  const format = Buffer.alloc(16);
  format.writeUInt16LE(float ? 3 : 1, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(rate, 4);
  format.writeUInt16LE(bits, 14);
  const chunks = Buffer.concat([Buffer.from("WAVE"), chunk("fmt ", format), extra, chunk("data", data), after]);
  return chunk("RIFF", chunks);
}

describe("the loudness of a voice", () => {
  const intro = [page(0n, opusHead), page(0n, 40)];

  it("is drawn from the packets of an Ogg, in whatever pieces it comes", async () => {
    const spoken = [page(48_312n, 1_000), page(96_312n, 4_000), page(144_312n, 500)];
    for (const size of [7, 1_000, 100_000]) {
      const wave = await waveform(streamOf(oggPages([...intro, ...spoken]), size), "audio/ogg");
      expect([wave!.seconds, wave!.peaks.length, wave!.peaks[32]]).toEqual([3, 64, 1]);
      expect(wave!.peaks[0]).toBeCloseTo(0.25, 2);
      expect(wave!.peaks[63]).toBeCloseTo(0.125, 2);
    }
  });

  it("follows the packets within one page, and those that go on in the next", async () => {
    // A second of 50 packets: silence, then speech, then silence.
    const packets = Array.from({ length: 50 }, (_, index) => (index >= 20 && index < 30 ? 90 : 3));
    const wave = await waveform(streamOf(oggPages([...intro, page(48_000n, ...packets)]), 500), "audio/ogg");
    expect([wave!.seconds, wave!.peaks[5], wave!.peaks[32], wave!.peaks[60]]).toEqual([1, 0.033, 1, 0.033]);
    // 765 bytes that fill their segments do not end the packet; no packet ends on that page.
    const first = page(-1n, 765);
    first[26] = 3;
    const open = Buffer.concat([first.subarray(0, 30), first.subarray(31)]);
    const across = await waveform(streamOf(oggPages([...intro, open, page(48_000n, 235)]), 500), "audio/ogg");
    expect(across!.peaks.every((peak) => peak === 1)).toBe(true);
  });

  it("of Vorbis counts time in its own rate", async () => {
    const head = Buffer.alloc(30);
    head.write("\u0001vorbis", "latin1");
    head.writeUInt32LE(44_100, 12);
    const sound = oggPages([page(0n, head), page(0n, 500), page(88_200n, 100, 200)]);
    expect(await waveform(streamOf(sound, 64), "audio/ogg")).toMatchObject({ seconds: 2 });
  });

  it("of a very long sound is still bars", async () => {
    const pages = Array.from({ length: 2_000 }, (_, index) =>
      page(BigInt(index + 1) * 48_000n, ...new Array<number>(50).fill(index < 1_000 ? 10 : 20)),
    );
    const wave = await waveform(streamOf(oggPages([...intro, ...pages]), 65_536), "audio/ogg");
    expect([wave!.seconds, wave!.peaks[10], wave!.peaks[60]]).toEqual([2_000, 0.5, 1]);
  });

  it.each([
    { bits: 8 as const },
    { bits: 16 as const },
    { bits: 24 as const },
    { bits: 32 as const },
    { bits: 32 as const, float: true },
    { channels: 2 },
  ])("is measured in a WAV of any form, also when a piece ends within a sample: %j", async (form) => {
    const count = 8_000 * (form.channels ?? 1);
    const samples = Array.from({ length: count }, (_, index) =>
      index < count / 2 ? 0 : (index < count * 0.75 ? 1 : 0.5) * (index % 2 ? 0.8 : -0.8),
    );
    const extra = Buffer.concat([Buffer.from("LIST"), Buffer.from([14, 0, 0, 0]), Buffer.from("INFO data fmt ")]);
    const after = Buffer.concat([Buffer.from("LIST"), Buffer.from([4, 0, 0, 0]), Buffer.alloc(4, 0x7f)]);
    const bytes = wav({ rate: 8_000, samples, extra, after, ...form });
    for (const size of [1, 333, 1_000_000]) {
      const wave = await waveform(streamOf(bytes, size), "audio/wav");
      expect([wave!.seconds, wave!.peaks[0], wave!.peaks[40]]).toEqual([1, 0, 1]);
      expect(wave!.peaks[63]).toBeCloseTo(0.5, 1);
    }
  });

  it("of silence is flat", async () => {
    const wave = await waveform(
      streamOf(wav({ rate: 8_000, samples: new Array<number>(4_000).fill(0) }), 500),
      "audio/wav",
    );
    expect(wave).toEqual({ peaks: new Array<number>(64).fill(0), seconds: 0.5 });
  });

  it("is not made up for anything else, or for what is broken", async () => {
    const good = wav({ rate: 8_000, samples: [0, 0.5, 1] });
    const changed = (at: number, bytes: number[]) =>
      Buffer.concat([good.subarray(0, at), Buffer.from(bytes), good.subarray(at + bytes.length)]);
    const sounds: [string, Buffer, string][] = [
      ["no page", Buffer.from("OggX and more than twenty-seven bytes"), "audio/ogg"],
      ["unknown codec", oggPages([page(0n, Buffer.from("Speex   1.2")), page(48_000n, 10)]), "audio/ogg"],
      ["only a head", oggPages(intro), "audio/ogg"],
      ["cut page", oggPages([...intro, page(48_000n, 100).subarray(0, 60)]), "audio/ogg"],
      ["time beyond reason", oggPages([...intro, page(2n ** 62n, 100)]), "audio/ogg"],
      ["garbage after a page", Buffer.concat([...intro, Buffer.alloc(100)]), "audio/ogg"],
      ["no samples", wav({ rate: 8_000, samples: [] }), "audio/wav"],
      ["no rate", changed(24, [0, 0, 0, 0]), "audio/wav"],
      ["no channels", changed(22, [0, 0]), "audio/wav"],
      ["compressed", changed(20, [0x55, 0]), "audio/wav"],
      ["12 bits", changed(34, [12, 0]), "audio/wav"],
      ["samples before the format", Buffer.from("RIFF1234WAVEdata1234fmt "), "audio/wav"],
      ["a format without end", Buffer.concat([Buffer.from("RIFF1234WAVEfmt "), Buffer.alloc(40, 255)]), "audio/wav"],
      ["a short format", Buffer.from("RIFF1234WAVEfmt \u0002\u0000\u0000\u0000ab"), "audio/wav"],
      ["half a head", good.subarray(0, 30), "audio/wav"],
      ["nothing", Buffer.alloc(0), "audio/wav"],
      ["nothing", Buffer.alloc(0), "audio/ogg"],
      ["another kind", Buffer.from("x"), "audio/mpeg"],
    ];
    for (const [what, bytes, mime] of sounds) {
      expect([what, await waveform(streamOf(bytes, 50), mime)]).toEqual([what, undefined]);
    }
  });

  it("fails when the content does, rather than being none", async () => {
    for (const [bytes, mime] of [
      [oggPages(intro), "audio/ogg"],
      [wav({ rate: 8_000, samples: [1] }).subarray(0, 40), "audio/wav"],
    ] as const) {
      await expect(waveform(failing(bytes), mime)).rejects.toThrow("the store went away");
    }
  });
});

/** A WAV of 8 kHz, 16 bit, mono: one second of a tone. */
function tone(): Buffer {
  const data = Buffer.alloc(16_000);
  for (let index = 0; index < 8_000; index++) data.writeInt16LE(Math.round(Math.sin(index / 4) * 12_000), index * 2);
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(16_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

describe("a voice message", () => {
  const programs = { prlimit: findProgram("prlimit"), environment: bareEnvironment() };
  const ffmpeg = findProgram("ffmpeg");
  const here = ffmpeg === undefined ? it.skip : it;

  it("cannot be made without ffmpeg, nor of what is no recording", async () => {
    const without = voiceMaker({ ...programs, ffmpeg: undefined });
    await expect(without(Readable.from([tone()]), "audio/wav")).resolves.toBeUndefined();
    const failing = voiceMaker({ ...programs, ffmpeg: "/nowhere/ffmpeg" });
    await expect(failing(Readable.from([tone()]), "audio/wav")).resolves.toBeUndefined();
    await expect(
      voiceMaker({ ...programs, ffmpeg })(Readable.from(["#EXTM3U\nfile:///etc/passwd"]), "text/plain"),
    ).resolves.toBeUndefined();
  });

  here("is Opus in Ogg, with a loudness over time, whatever number is made at once", async () => {
    const make = voiceMaker({ ...programs, ffmpeg });
    const made = await Promise.all(Array.from({ length: 5 }, () => make(Readable.from([tone()]), "audio/wav")));
    for (const voice of made) {
      expect((await sniff(voice!)).mime).toBe("audio/ogg");
      const wave = await waveform(Readable.from([voice!]), "audio/ogg");
      expect(wave?.seconds).toBeGreaterThan(0.9);
      expect(wave?.seconds).toBeLessThan(1.2);
    }
  });

  here("is not made of bytes that only pretend, or of a list of other files", async () => {
    const make = voiceMaker({ ...programs, ffmpeg });
    const list = Buffer.from("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n");
    for (const mime of ["video/webm", "audio/mp4", "audio/wav"]) {
      await expect(make(Readable.from([list]), mime)).resolves.toBeUndefined();
      await expect(make(Readable.from([Buffer.alloc(100_000, 7)]), mime)).resolves.toBeUndefined();
    }
  });

  here("fails aloud when its recording cannot be read", async () => {
    const broken = new Readable({
      read() {
        this.destroy(new Error("the disk is gone"));
      },
    });
    await expect(voiceMaker({ ...programs, ffmpeg })(broken, "audio/wav")).rejects.toThrow("the disk is gone");
  });
});
