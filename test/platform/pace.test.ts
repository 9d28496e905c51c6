import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Redis } from "ioredis";
import { messenger } from "../../src/adapters/messenger/index.js";
import { telegram } from "../../src/adapters/telegram/index.js";
import { partsOf } from "../../src/app/pace.js";
import { createPaceKeeper, type PaceKeeper } from "../../src/platform/pace.js";
import { connectTestRedis, testStores } from "../support/stores.js";

describe("the pace that all workers share", () => {
  const stores = testStores();
  let redis: Redis;
  let pace: PaceKeeper;
  beforeAll(() => {
    redis = connectTestRedis(stores.redisUrl);
    pace = createPaceKeeper(redis, stores.prefix);
  });
  afterAll(async () => {
    redis.disconnect();
    await stores.drop();
  });

  const chat = (key: string) => ({ key, perMs: 60_000, burst: 3 });

  it("lets a burst through and then makes everybody wait their turn", async () => {
    const wide = { key: "all", perMs: 1, burst: 100 };
    const waits = await Promise.all(Array.from({ length: 6 }, () => pace.take("one", [wide, chat("a")], 0)));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(3);
    for (const wait of waits.filter((one) => one > 0)) {
      expect(wait).toBeGreaterThan(50_000);
      expect(wait).toBeLessThanOrEqual(60_000);
    }
  });

  it("takes a place in all limits or in none", async () => {
    const overall = { key: "all", perMs: 60_000, burst: 4 };
    for (let n = 0; n < 3; n++) expect(await pace.take("two", [overall, chat("a")], 0)).toBe(0);
    expect(await pace.take("two", [overall, chat("a")], 0)).toBeGreaterThan(0);
    // What was refused for its chat has taken nothing of the whole.
    expect(await pace.take("two", [overall, chat("b")], 0)).toBe(0);
    expect(await pace.take("two", [overall, chat("b")], 0)).toBeGreaterThan(0);
  });

  it("tells those whom the common limit turns away to come one behind the other", async () => {
    const overall = { key: "all", perMs: 60_000, burst: 1 };
    const waits = [];
    for (let n = 0; n < 4; n++) waits.push(await pace.take("six", [overall, chat(`c${n}`)], 0));
    expect(waits[0]).toBe(0);
    for (const n of [1, 2, 3]) {
      expect(waits[n]).toBeGreaterThan(n * 60_000 - 10_000);
      expect(waits[n]).toBeLessThanOrEqual(n * 60_000);
    }
  });

  it("lets no span of time have more than the rate", async () => {
    // Wide steps: the waits are counted from each call, and the calls themselves take their time.
    const limit = [{ key: "all", perMs: 60_000, burst: 1 }];
    const going = await Promise.all(Array.from({ length: 60 }, () => pace.take("seven", limit, 1_200_000)));
    // What goes within the next twenty steps, counted from the first.
    expect(going.filter((wait) => wait < 1_199_000).length).toBeLessThanOrEqual(21);
  });

  it("gives a near place away at once: who comes next waits longer", async () => {
    const limit = [{ key: "near", perMs: 1_000, burst: 1 }];
    const waits = [];
    for (let n = 0; n < 3; n++) waits.push(await pace.take("three", limit, 60_000));
    expect(waits[0]).toBe(0);
    expect(waits[2]! - waits[1]!).toBeGreaterThan(900);
  });

  it("counts every part of what goes in parts, and does not tear it apart", async () => {
    const overall = { key: "all", perMs: 10_000, burst: 1 };
    expect(await pace.take("eight", [overall, chat("a")], 0, 3)).toBe(0);
    const next = await pace.take("eight", [overall, chat("b")], 0);
    expect(next).toBeGreaterThan(20_000);
    expect(next).toBeLessThanOrEqual(30_000);
    // A burst of three is used up by three parts, as it is by three messages.
    expect(await pace.take("nine", [chat("a")], 0, 3)).toBe(0);
    expect(await pace.take("nine", [chat("a")], 0)).toBeGreaterThan(50_000);
  });

  it("holds a whole account when its provider asks for it, and no other", async () => {
    await pace.pause("four", 60_000);
    await pace.pause("four", 10);
    expect(await pace.take("four", [chat("x")], 100)).toBeGreaterThan(50_000);
    expect(await pace.take("four", [chat("y")], 100_000)).toBeGreaterThan(50_000);
    expect(await pace.take("five", [chat("x")], 100)).toBe(0);
  });
});

describe("how many messages of the provider a content becomes", () => {
  const [tg, page] = [telegram.manifest.can, messenger.manifest.can];
  const picture = { source: "upload:1", role: "image" as const };

  it("counts the parts of a text, every file, and words that are no caption", () => {
    expect(partsOf({ kind: "text", text: "short" }, tg)).toBe(1);
    expect(partsOf({ kind: "text", text: "a".repeat(3 * tg.text.max) }, tg)).toBe(3);
    expect(partsOf({ kind: "album", items: [picture, picture, picture], caption: "three" }, tg)).toBe(3);
    expect(partsOf({ kind: "media", media: picture, caption: "fits" }, tg)).toBe(1);
    expect(partsOf({ kind: "media", media: picture, caption: "a".repeat(tg.caption!.max + 1) }, tg)).toBe(2);
    // Messenger's files have no caption: the words follow.
    expect(partsOf({ kind: "media", media: picture, caption: "apart" }, page)).toBe(2);
    expect(partsOf({ kind: "location", lat: 1, lng: 2 }, tg)).toBe(1);
  });
});
