import { Readable } from "node:stream";
import { describe, expect, it } from "@jest/globals";
import sharp from "sharp";
import { downloadHeaders, safeName, sniff, thumbnail, waveform } from "../../src/platform/media/index.js";

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
    const name = safeName("👩‍👩‍👧‍👦".repeat(300), "png");
    expect([...new Intl.Segmenter().segment(name)].length).toBeLessThanOrEqual(120);
    expect(name.endsWith(".png")).toBe(true);
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
    const cut = (await picture(500, 500).jpeg().toBuffer()).subarray(0, 300);
    for (const bytes of [bomb, cut, Buffer.from("no picture"), Buffer.alloc(0)]) {
      expect(await thumbnail(Readable.from(bytes.length > 0 ? [bytes] : []))).toBeUndefined();
    }
  }, 60_000);
});

describe("the loudness of a voice", () => {
  /** An Ogg page of one segment list; nobody checks its checksum here. */
  const page = (granule: bigint, body: number) => {
    const segments = [...Array.from({ length: Math.floor(body / 255) }, () => 255), body % 255];
    const head = Buffer.alloc(27);
    head.write("OggS", "latin1");
    head.writeBigInt64LE(granule, 6);
    head[26] = segments.length;
    return Buffer.concat([head, Buffer.from(segments), Buffer.alloc(body, 7)]);
  };

  it("is drawn from the pages of an Ogg, in whatever pieces it comes", async () => {
    const whole = Buffer.concat([page(0n, 19), page(48_000n, 1_000), page(96_000n, 4_000), page(144_000n, 500)]);
    const pieces = Array.from({ length: Math.ceil(whole.length / 7) }, (_, index) =>
      whole.subarray(index * 7, index * 7 + 7),
    );
    const wave = await waveform(Readable.from(pieces), "audio/ogg");
    expect([wave!.seconds, wave!.peaks.length, Math.max(...wave!.peaks)]).toEqual([3, 64, 1]);
    expect(wave!.peaks[32]).toBe(1);
    expect(wave!.peaks[0]).toBeCloseTo(0.25, 2);
    expect(wave!.peaks[63]).toBeCloseTo(0.125, 2);
  });

  it("is measured in a WAV, also when a piece ends within a sample", async () => {
    const samples = Buffer.alloc(16_000);
    for (let index = 4_000; index < 8_000; index++) samples.writeInt16LE(index % 2 ? 20_000 : -20_000, index * 2);
    const head = Buffer.alloc(44);
    head.write("RIFF", 0, "latin1");
    head.write("WAVEfmt ", 8, "latin1");
    head.writeUInt32LE(16, 16);
    head.writeUInt16LE(1, 20);
    head.writeUInt16LE(1, 22);
    head.writeUInt32LE(8_000, 24);
    head.writeUInt16LE(16, 34);
    head.write("data", 36, "latin1");
    head.writeUInt32LE(samples.length, 40);
    const whole = Buffer.concat([head, samples]);
    const pieces = Array.from({ length: Math.ceil(whole.length / 333) }, (_, index) =>
      whole.subarray(index * 333, (index + 1) * 333),
    );
    const wave = await waveform(Readable.from(pieces), "audio/wav");
    expect([wave!.seconds, wave!.peaks[0], wave!.peaks[63]]).toEqual([1, 0, 1]);
  });

  it("is not made up for anything else", async () => {
    expect(
      await waveform(Readable.from([Buffer.from("OggX and more than twenty-seven bytes")]), "audio/ogg"),
    ).toBeUndefined();
    expect(await waveform(Readable.from([Buffer.from("x")]), "audio/mpeg")).toBeUndefined();
  });
});
