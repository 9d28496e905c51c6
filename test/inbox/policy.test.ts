import { describe, expect, it } from "@jest/globals";
import { telegram } from "../../src/adapters/telegram/index.js";
import type { Capabilities } from "../../src/core/capabilities.js";
import type { Author, Content } from "../../src/core/message.js";
import { maySend, mayWrite } from "../../src/inbox/policy.js";

const hour = 3_600_000;
const now = new Date("2026-05-05T12:00:00Z");
const ago = (ms: number) => new Date(now.getTime() - ms);
/** A channel with a window as Messenger has it: a day, seven for people. */
const windowed: Capabilities = {
  ...telegram.manifest.can,
  window: { ms: 24 * hour, humanMs: 7 * 24 * hour, templateAfter: false },
};
/** As WhatsApp has it: a day, then templates. */
const templated: Capabilities = {
  ...telegram.manifest.can,
  sends: [...telegram.manifest.can.sends, "template"],
  window: { ms: 24 * hour, templateAfter: true },
};
const text: Content = { kind: "text", text: "hello" };
const situation = (
  capabilities: Capabilities | undefined,
  lastInboundAt: Date | null,
  author: Author["kind"] = "agent",
) => ({
  capabilities,
  accountEnabled: true,
  blocked: false,
  blockedByUs: false,
  lastInboundAt,
  author,
  now,
});

describe("who may say what, when", () => {
  it("closes a window by the customer's last message, later for people than for bots", () => {
    const open = maySend(situation(windowed, ago(23 * hour), "bot"), text);
    expect(open).toEqual({ allowed: true, until: new Date(now.getTime() + hour), notice: null });
    expect(maySend(situation(windowed, ago(24 * hour), "bot"), text)).toMatchObject({
      allowed: false,
      reason: "window_closed",
    });
    expect(maySend(situation(windowed, ago(6 * 24 * hour), "agent"), text)).toMatchObject({ allowed: true });
    expect(maySend(situation(windowed, ago(7 * 24 * hour), "agent"), text)).toMatchObject({
      allowed: false,
      reason: "window_closed",
    });
    expect(maySend(situation(windowed, null), text)).toMatchObject({ allowed: false, reason: "window_closed" });
  });

  it("lets templates through a closed window where the channel has them, and says so", () => {
    const template: Content = { kind: "template", name: "hello", language: "en", parameters: [] };
    const closed = situation(templated, ago(48 * hour));
    expect(maySend(closed, template)).toMatchObject({ allowed: true });
    expect(maySend(closed, text)).toMatchObject({ allowed: false, sentence: expect.stringContaining("template") });
    expect(maySend(situation(telegram.manifest.can, null), template)).toMatchObject({
      allowed: false,
      reason: "unsupported",
    });
  });

  it("is never closed where there is no window", () => {
    expect(mayWrite(situation(telegram.manifest.can, ago(400 * 24 * hour)))).toEqual({
      allowed: true,
      until: null,
      notice: null,
    });
  });

  it("says what stands in the way: a block, a channel that is gone, an account that is off", () => {
    expect(mayWrite({ ...situation(telegram.manifest.can, now), blocked: true })).toMatchObject({
      allowed: false,
      reason: "blocked",
    });
    expect(mayWrite(situation(undefined, now))).toMatchObject({ allowed: false, reason: "channel_gone" });
    expect(mayWrite({ ...situation(telegram.manifest.can, now), accountEnabled: false })).toMatchObject({
      allowed: true,
      notice: expect.stringContaining("waits"),
    });
  });

  it("measures what cannot be split: files and buttons", () => {
    const media = (bytes: number): Content => ({ kind: "media", media: { role: "image", source: "upload:x", bytes } });
    expect(maySend(situation(telegram.manifest.can, now), media(10 * 1_048_576))).toMatchObject({ allowed: true });
    expect(maySend(situation(telegram.manifest.can, now), media(10 * 1_048_576 + 1))).toMatchObject({
      allowed: false,
      sentence: expect.stringContaining("10 MB"),
    });
    const options = Array.from({ length: 101 }, (_, index) => ({ id: String(index), label: "x" }));
    expect(maySend(situation(telegram.manifest.can, now), { kind: "choices", text: "?", options })).toMatchObject({
      allowed: false,
    });
    const long = [{ id: "1", label: "x".repeat(65) }];
    expect(maySend(situation(telegram.manifest.can, now), { kind: "choices", text: "?", options: long })).toMatchObject(
      {
        allowed: false,
        reason: "too_long",
      },
    );
  });
});
