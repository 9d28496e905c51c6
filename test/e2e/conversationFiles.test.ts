import { deflateSync, crc32 } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Locator, Page } from "playwright-core";
import sharp from "sharp";
import { eventually } from "../support/gateway.js";
import { composerOf, logOf, openFloor, saidIn, type Floor } from "./floor.js";
import { picture } from "./house.js";

const mb = 1024 * 1024;

/** Run in the page: pastes or drops pictures onto a box. */
const gift = `(box, [how, names, data]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const what = new DataTransfer();
  for (const name of names) what.items.add(new File([bytes], name, { type: "image/jpeg" }));
  const common = { bubbles: true, cancelable: true };
  box.dispatchEvent(
    how === "paste"
      ? new ClipboardEvent("paste", { ...common, clipboardData: what })
      : new DragEvent("drop", { ...common, dataTransfer: what }),
  );
}`;

/** Run in the page: the picture is there, not only its frame. */
const painted = (image: unknown) => {
  const { complete, naturalWidth } = image as { complete: boolean; naturalWidth: number };
  return complete && naturalWidth > 0;
};

/** A PNG that says it is 20,000 pixels wide and high, and is small. */
function bomb(): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(20_000, 0);
  head.writeUInt32BE(20_000, 4);
  head.set([1, 0, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(Buffer.alloc(2_501 * 20_000))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Files that go out: checked in words, seen on their way, and harmless whatever they are. */
describe("an agent and files", () => {
  let floor: Floor;
  let page: Page;
  let photo: Buffer;
  const picker = (): Locator => page.locator("input[type=file]");
  const chips = (): Locator => page.getByRole("list", { name: "Files of this message" }).getByRole("listitem");
  const send = async () => {
    const button = page.getByRole("button", { name: "Send", exact: true });
    await eventually("files that are up", async () => ((await button.isEnabled()) ? true : undefined));
    await button.click();
  };
  const delivered = (part: Locator) =>
    part
      .getByText(/^Sent$|^Delivered$|^Read \d/)
      .first()
      .waitFor({ state: "attached", timeout: 60_000 });
  const lastMessage = async (name: string) => (await floor.messages(await floor.conversationOf(name)))[0]!;

  beforeAll(async () => {
    floor = await openFloor();
    page = floor.mara.page;
    await floor.customer("whatsapp", "Ana App", "Can you send me a picture?");
    await floor.customer("messenger", "Mia Page", "And me?");
    await floor.customer("telegram", "Tim Gram", "And me as well?");
    photo = await sharp({ create: { width: 1600, height: 900, channels: 3, background: "#0b7268" } })
      .composite([
        {
          input: Buffer.from('<svg width="1600" height="900"><circle cx="800" cy="450" r="300" fill="#f2c35b"/></svg>'),
        },
      ])
      .jpeg()
      .toBuffer();
  }, 180_000);
  afterAll(() => floor.house.close());

  it("picks a picture, sees it, and sends it with words", async () => {
    await floor.open(page, "Ana App");
    await picker().setInputFiles({ name: "blue shirt.jpg", mimeType: "image/jpeg", buffer: photo });
    await chips().getByText("blue shirt.jpg").waitFor();
    await chips().locator("img").waitFor();
    await composerOf(page).fill("This is the blue one.");
    await picture(page, "conversation/files-chosen");
    await send();
    const sent = saidIn(page, "This is the blue one.");
    await delivered(sent);
    await picture(page, "conversation/files-sent");
    const { content } = await lastMessage("Ana App");
    expect(content).toMatchObject({ kind: "media", caption: "This is the blue one.", media: { role: "image" } });
  });

  it("sees it under another name of the server, and the page asks nobody else", async () => {
    const other = floor.house.url.replace("127.0.0.1", "localhost");
    const { cookies } = await floor.mara.context.storageState();
    const context = await floor.house.browser.newContext({
      storageState: { cookies: cookies.map((cookie) => ({ ...cookie, domain: "localhost" })), origins: [] },
    });
    const elsewhere: string[] = [];
    context.on("request", (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(other)) elsewhere.push(request.url());
    });
    const here = await context.newPage();
    await here.goto(`${other}/w/${floor.workspaceId}/inbox/all/${await floor.conversationOf("Ana App")}`);
    const shown = saidIn(here, "This is the blue one.").getByRole("img", { name: "blue shirt.jpg" });
    await shown.waitFor();
    await eventually("the picture", async () => ((await shown.evaluate(painted)) ? true : undefined));
    await here.locator("input[type=file]").setInputFiles({ name: "again.jpg", mimeType: "image/jpeg", buffer: photo });
    const preview = here.getByRole("list", { name: "Files of this message" }).locator("img");
    await preview.waitFor();
    await eventually("its preview", async () => ((await preview.evaluate(painted)) ? true : undefined));
    expect(elsewhere).toEqual([]);
    await here.getByRole("button", { name: "Remove again.jpg" }).click();
    await context.close();
  });

  it("looks at it closely by keyboard", async () => {
    await page.getByRole("button", { name: "Open blue shirt.jpg" }).focus();
    await page.keyboard.press("Enter");
    const box = page.getByRole("dialog", { name: "blue shirt.jpg" });
    await box.getByText("100 %").waitFor();
    await picture(page, "conversation/lightbox");
    for (let press = 0; press < 3; press++) await page.keyboard.press("+");
    await box.getByText("250 %").waitFor();
    await picture(page, "conversation/lightbox-zoomed");
    for (let press = 0; press < 20; press++) await page.keyboard.press("+");
    await box.getByText("500 %").waitFor();
    await page.keyboard.press("0");
    await box.getByText("100 %").waitFor();
    await page.keyboard.press("Escape");
    await box.waitFor({ state: "detached" });
  });

  it("pastes and drops, several at once, and takes one of them away", async () => {
    await floor.open(page, "Tim Gram");
    const give = (kind: "paste" | "drop", names: string[]) =>
      page.evaluate(
        `(${gift})(document.querySelector("textarea"), ${JSON.stringify([kind, names, photo.toString("base64")])})`,
      );
    await give("paste", ["pasted.jpg"]);
    await chips().getByText("pasted.jpg").waitFor();
    await give("drop", ["one.jpg", "two.jpg"]);
    await chips().getByText("two.jpg").waitFor();
    await chips().getByRole("button", { name: "Remove pasted.jpg" }).click();
    await eventually("two files", async () => ((await chips().count()) === 2 ? true : undefined));
    await composerOf(page).fill("From both sides:");
    await picture(page, "conversation/files-several");
    await send();
    await delivered(saidIn(page, "From both sides:"));
    expect((await lastMessage("Tim Gram")).content).toMatchObject({ kind: "album", caption: "From both sides:" });
    await picture(page, "conversation/files-album");
  });

  it("is told in words what a channel does not take, before anything goes up", async () => {
    await floor.open(page, "Mia Page");
    let uploads = 0;
    await page.route("**/api/v1/attachments?**", async (route) => {
      uploads += 1;
      await route.continue();
    });
    await picker().setInputFiles({
      name: "film.mp4",
      mimeType: "video/mp4",
      buffer: Buffer.alloc(25 * mb + 1, 1),
    });
    await page.getByText("film.mp4 is too large: this channel takes at most 26.2 MB.").waitFor();
    await picture(page, "conversation/files-too-large");
    await picker().setInputFiles({ name: "nothing.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) });
    await page.getByText("nothing.txt is empty.").waitFor();
    await picker().setInputFiles(
      Array.from({ length: 14 }, (_, index) => ({
        name: `${index}.txt`,
        mimeType: "text/plain",
        buffer: Buffer.from("words"),
      })),
    );
    await page.getByText("One message takes at most 10 files.").waitFor();
    await expect(chips().count()).resolves.toBe(10);
    await picture(page, "conversation/files-many");
    for (let index = 0; index < 10; index++)
      await chips()
        .first()
        .getByRole("button", { name: /^Remove/ })
        .click();
    expect(uploads).toBeLessThanOrEqual(10);
    await page.unroute("**/api/v1/attachments?**");
  });

  it("sees how far a file is, stops it, and tries again what did not go up", async () => {
    await floor.open(page, "Tim Gram");
    let hold: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (hold = resolve));
    await page.route("**/api/v1/attachments?**", async (route) => {
      await held;
      await route.abort().catch(() => undefined);
    });
    await picker().setInputFiles({
      name: "slow.bin",
      mimeType: "application/octet-stream",
      buffer: Buffer.alloc(mb, 1),
    });
    await chips().getByRole("progressbar", { name: "Uploading slow.bin" }).waitFor();
    await expect(page.getByRole("button", { name: "Send", exact: true }).isDisabled()).resolves.toBe(true);
    await picture(page, "conversation/files-progress");
    await chips().getByRole("button", { name: "Remove slow.bin" }).click();
    await eventually("no file", async () => ((await chips().count()) === 0 ? true : undefined));
    await picker().setInputFiles({ name: "again.txt", mimeType: "text/plain", buffer: Buffer.from("words") });
    hold?.();
    await chips().getByRole("alert").waitFor();
    await picture(page, "conversation/files-failed");
    await page.unroute("**/api/v1/attachments?**");
    await chips().getByRole("button", { name: "Upload again.txt again" }).click();
    await send();
    await delivered(logOf(page).getByRole("article").filter({ hasText: "again.txt" }));
  });

  it("records a voice message that the channel takes, and hears it", async () => {
    await floor.open(page, "Ana App");
    await page.getByRole("button", { name: "Record a voice message" }).click();
    const recorder = page.getByRole("group", { name: "Record a voice message" });
    await recorder.getByText(/Recording 0:0[1-9]/).waitFor();
    await picture(page, "conversation/voice-recording");
    await recorder.getByRole("button", { name: "Stop" }).click();
    await recorder.getByRole("button", { name: "Play" }).waitFor();
    await picture(page, "conversation/voice-recorded");
    await recorder.getByRole("button", { name: "Use" }).click();
    await chips().getByText("voice.ogg").waitFor({ timeout: 60_000 });
    await expect(chips().getByText("goes as a file").count()).resolves.toBe(0);
    await send();
    const sent = logOf(page)
      .getByRole("article")
      .filter({ has: page.getByRole("button", { name: "Play" }) });
    await delivered(sent);
    const { content } = await lastMessage("Ana App");
    expect(content).toMatchObject({
      kind: "media",
      media: { role: "voice", mime: "audio/ogg", attachment: { mime: "audio/ogg", state: "stored" } },
    });
    const attachment = content.kind === "media" ? content.media.attachment : null;
    expect(attachment?.peaks?.length).toBeGreaterThan(10);
    expect(attachment?.seconds).toBeGreaterThan(0.5);
    await sent.getByRole("button", { name: "Speed 1" }).click();
    await sent.getByRole("button", { name: "Speed 1.5" }).click();
    await sent.getByRole("button", { name: "Speed 2" }).waitFor();
    await sent.getByRole("button", { name: "Play" }).click();
    await eventually("something to hear", async () =>
      (await page.evaluate(
        `[...document.querySelectorAll("[role=log] audio")].some(({ played }) => played.length > 0)`,
      ))
        ? true
        : undefined,
    );
    await picture(page, "conversation/voice-sent");
  });

  it("sends what pretends to be something else as a file, and it is handed out as one", async () => {
    await floor.open(page, "Tim Gram");
    const page1 = Buffer.from("<!DOCTYPE html><script>window.ran = true; alert(1)</script>");
    const hostile: [string, string, Buffer][] = [
      ["photo.jpg", "image/jpeg", page1],
      ["drawing.svg", "image/svg+xml", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
      ["page.xhtml", "text/html;image/png", page1],
      ["../../etc/\u202Egnp.exe.html", "image/png", page1],
      [`${"long".repeat(75)}.png`, "image/png", Buffer.concat([photo.subarray(0, 200), page1])],
      [
        "paper.pdf",
        "application/pdf",
        Buffer.from("%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>"),
      ],
      ["huge.png", "image/png", bomb()],
    ];
    for (const [name, mimeType, buffer] of hostile) await picker().setInputFiles({ name, mimeType, buffer });
    await eventually("all to be up", async () => ((await chips().count()) === hostile.length ? true : undefined));
    await eventually(
      "no upload under way",
      async () => ((await chips().getByRole("progressbar").count()) === 0 ? true : undefined),
      60_000,
    );
    await picture(page, "conversation/files-hostile");
    await expect(chips().filter({ hasText: "goes as a file" }).count()).resolves.toBe(5);
    await send();
    const id = await floor.conversationOf("Tim Gram");
    const urls = await eventually(
      "the files in the thread",
      async () => {
        const files = (await floor.messages(id)).flatMap(({ content, status }) =>
          content.kind === "media" && content.media.role === "document" && status === "sent"
            ? [content.media.attachment!]
            : [],
        );
        return files.length >= 5 ? files : undefined;
      },
      90_000,
    );
    for (const { url, name } of urls) {
      const response = await floor.mara.context.request.get(url!);
      const headers = response.headers();
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["content-disposition"]).toMatch(/^attachment/);
      expect(headers["content-security-policy"]).toContain("sandbox");
      expect(name).not.toMatch(/[/\\\u202E]|\.html$|\.svg$/);
    }
    await picture(page, "conversation/files-hostile-sent");
    // Opened by its address it is saved, never shown.
    const opened = await floor.mara.context.newPage();
    const download = opened.waitForEvent("download");
    await opened.goto(urls[0]!.url!).catch(() => undefined);
    await (await download).cancel();
    await opened.close();
    await expect(page.evaluate("window.ran")).resolves.toBeUndefined();
  }, 180_000);

  it("cannot reach a file by an address that is not theirs or has run out", async () => {
    const [message] = (await floor.messages(await floor.conversationOf("Ana App"))).filter(
      ({ content }) => content.kind === "media",
    );
    const url = new URL((message!.content as { media: { attachment: { url: string } } }).media.attachment.url);
    const get = async (change: (address: URL) => void) => {
      const address = new URL(url);
      change(address);
      return (await floor.mara.context.request.get(address.href)).status();
    };
    await expect(get(() => undefined)).resolves.toBe(200);
    await expect(get((address) => address.searchParams.set("e", "1"))).resolves.toBe(404);
    await expect(get((address) => address.searchParams.set("w", "wsp_other"))).resolves.toBe(404);
    await expect(get((address) => (address.pathname = "/files/fil_other"))).resolves.toBe(404);
    await expect(get((address) => address.searchParams.set("p", "thumbnail"))).resolves.toBe(404);
  });

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(floor.house.strangers).toEqual([]);
    expect(floor.house.complaints).toEqual([]);
  });
});
