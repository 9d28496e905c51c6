import { randomBytes } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import sharp from "sharp";
import { eventually } from "../support/gateway.js";
import {
  openShop,
  type AttachmentView,
  type MessageView,
  type ProblemView,
  type Shop,
} from "../support/telegramShop.js";

const token = "200300:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2";
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');

describe("files, both ways", () => {
  let shop: Shop;
  let photo: Buffer;

  beforeAll(async () => {
    shop = await openShop({ token, username: "files_bot" });
    photo = await sharp({ create: { width: 1200, height: 800, channels: 3, background: "#0b7268" } })
      .jpeg()
      .withExif({ IFD0: { Copyright: "canary-exif" } })
      .toBuffer();
  });
  afterAll(() => shop.close());

  const stored = (conversationId: string, what = "the file is here") =>
    eventually(what, async () => {
      const [message] = await shop.thread(conversationId);
      const file = message?.content.media?.attachment;
      return file && file.state !== "pending" ? file : undefined;
    });
  const upload = async (body: Buffer, name: string, mime = "application/octet-stream", more = "") => {
    const response = await fetch(`${shop.gateway.url}/api/v1/attachments?name=${encodeURIComponent(name)}${more}`, {
      method: "POST",
      body: new Uint8Array(body),
      headers: { authorization: `Bearer ${shop.gateway.first!.apiKey}`, "content-type": mime },
    });
    return { status: response.status, body: (await response.json()) as AttachmentView & ProblemView };
  };

  it("shows the message at once and the picture when it is here: sealed, small, without its place", async () => {
    shop.telegram.customer({ id: 91, firstName: "Lea" }).sendPhoto({ bytes: photo, caption: "my kitchen" });
    const conversation = await shop.conversationSaying("my kitchen");
    const file = await stored(conversation.id);
    expect(file).toMatchObject({ state: "stored", mime: "image/jpeg", width: 1200 });

    const original = await fetch(file.url!);
    expect(original.status).toBe(200);
    expect(original.headers.get("content-disposition")).toContain("inline");
    expect(original.headers.get("x-content-type-options")).toBe("nosniff");
    expect(original.headers.get("content-security-policy")).toContain("sandbox");
    expect(Buffer.from(await original.arrayBuffer()).equals(photo)).toBe(true);

    const small = Buffer.from(await (await fetch(file.thumbnail_url!)).arrayBuffer());
    const meta = await sharp(small).metadata();
    expect([meta.format, meta.width, meta.exif]).toEqual(["webp", 640, undefined]);

    const part = await fetch(file.url!, { headers: { range: "bytes=10-19" } });
    expect([part.status, part.headers.get("content-range")]).toEqual([206, `bytes 10-19/${photo.length}`]);
    expect(Buffer.from(await part.arrayBuffer()).equals(photo.subarray(10, 20))).toBe(true);
    expect((await fetch(file.url!, { headers: { range: `bytes=${photo.length}-` } })).status).toBe(416);

    const onDisk = filesBelow(join(shop.stores.dataDir, "blobs"));
    expect(onDisk.length).toBeGreaterThanOrEqual(2);
    for (const path of onDisk) expect(readFileSync(path).includes(photo.subarray(200, 260))).toBe(false);
  });

  it("gives files to nobody else: another address, a changed one, one that ran out", async () => {
    shop.telegram.customer({ id: 92, firstName: "Max" }).sendPhoto({ bytes: photo, caption: "private" });
    const { url } = await stored((await shop.conversationSaying("private")).id);
    const address = new URL(url!);
    const changed = (name: string, value: string) => {
      const other = new URL(address);
      other.searchParams.set(name, value);
      return other;
    };
    for (const other of [
      changed("p", "thumbnail"),
      changed("e", String(Date.now() + 86_400_000)),
      changed("w", "wsp_other"),
      changed("s", "x"),
      new URL(address.pathname, address),
      new URL(`${address.pathname}x${address.search}`, address),
    ]) {
      expect((await fetch(other)).status).toBe(404);
    }
  });

  it("never shows in place what could run, whatever it is called", async () => {
    const html = Buffer.from("<!doctype html><script>alert(1)</script>");
    for (const [bytes, name] of [
      [svg, "logo.svg"],
      [svg, "photo.jpg"],
      [html, "../../etc/passwd"],
      [Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), html]), "report\u202Efdp.exe"],
    ] as const) {
      const { status, body } = await upload(bytes, name, "image/png");
      expect(status).toBe(201);
      const answer = await fetch(body.url!);
      expect(answer.headers.get("content-type")).toBe("application/octet-stream");
      expect(answer.headers.get("content-disposition")).toMatch(/^attachment/);
      expect(body.name).not.toMatch(/[/\\\u202E]|\.\./);
      expect(body.thumbnail_url).toBeNull();
    }
  });

  it("keeps text and caption of a message whose file is gone at the provider, and says so", async () => {
    shop.telegram.faults.next({ method: "getFile", status: 400, description: "Bad Request: file is too big" });
    shop.telegram.customer({ id: 93, firstName: "Noa" }).sendPhoto({ size: 30_000_000, caption: "a big one" });
    const conversation = await shop.conversationSaying("a big one");
    const file = await stored(conversation.id, "the file is refused");
    expect(file).toMatchObject({ state: "refused", url: null });
    expect(file.cause).toContain("file is too big");
    const missing = await shop.api<ProblemView>("POST", "/api/v1/attachments/fil_none/retry");
    expect(missing.status).toBe(404);
    const again = await shop.api<AttachmentView>("POST", `/api/v1/attachments/${file.id}/retry`);
    expect(again).toMatchObject({ status: 200, body: { state: "pending" } });
  });

  it("sends an upload with its caption, and an album", async () => {
    shop.telegram.customer({ id: 94, firstName: "Ole" }).write("can I see it?");
    const conversation = await shop.conversationSaying("can I see it?");
    const one = (await upload(photo, "shop.jpg", "image/jpeg")).body;
    expect(one).toMatchObject({ state: "stored", mime: "image/jpeg", name: "shop.jpg" });
    const sent = await shop.reply(conversation.id, { kind: "media", attachment_id: one.id, caption: "here" });
    expect(sent).toMatchObject({ status: "sent", content: { media: { role: "image", attachment: { id: one.id } } } });
    const arrived = await shop.telegram.waitFor((call) => call.params.caption === "here");
    expect(arrived.method).toBe("sendPhoto");

    const two = (await upload(photo, "a.jpg")).body;
    const three = (await upload(photo, "b.jpg")).body;
    const items = [{ attachment_id: two.id }, { attachment_id: three.id }];
    const album = await shop.reply(conversation.id, { kind: "album", items, caption: "both sides" });
    expect(album.status).toBe("sent");
    expect(shop.telegram.calls().filter((call) => call.method === "sendMediaGroup")).toHaveLength(1);
    const shown = (await shop.api<MessageView>("GET", `/api/v1/messages/${album.id}`)).body;
    expect(shown.content.items?.map((item) => item.attachment?.id)).toEqual([two.id, three.id]);
  });

  it("refuses what is empty, too large, not here, or of another workspace", async () => {
    shop.telegram.customer({ id: 95, firstName: "Pia" }).write("one more");
    const conversation = await shop.conversationSaying("one more");
    expect((await upload(Buffer.alloc(0), "nothing.txt")).status).toBe(400);
    const path = `/api/v1/conversations/${conversation.id}/messages`;
    const unknown = { content: { kind: "media", attachment_id: "fil_unknown" } };
    expect((await shop.api<ProblemView>("POST", path, unknown)).body.errors?.[0]?.pointer).toBe("/content");

    const other = await shop.gateway.services.identity.createWorkspace("Other");
    const theirs = await shop.gateway.services.inbox.files.upload({
      workspaceId: other.workspaceId,
      content: (await import("node:stream")).Readable.from([photo]),
      name: "theirs.jpg",
    });
    expect((await shop.api("GET", `/api/v1/attachments/${theirs.id}`)).status).toBe(404);
    const foreign = { content: { kind: "media", attachment_id: theirs.id } };
    expect((await shop.api("POST", path, foreign)).status).toBe(422);
  });

  it("removes a file with its message", async () => {
    shop.telegram.customer({ id: 96, firstName: "Quin" }).write("show me");
    const conversation = await shop.conversationSaying("show me");
    const file = (await upload(randomBytes(2_000), "secret.bin")).body;
    const sent = await shop.reply(conversation.id, { kind: "media", attachment_id: file.id });
    expect(sent.status).toBe("sent");
    const before = filesBelow(join(shop.stores.dataDir, "blobs")).length;
    expect((await shop.api("DELETE", `/api/v1/messages/${sent.id}`)).status).toBe(204);
    await shop.gateway.services.inbox.sweep();
    expect(filesBelow(join(shop.stores.dataDir, "blobs")).length).toBe(before - 1);
    expect((await fetch(file.url!)).status).toBe(404);
  });
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}
