import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { MongoError } from "../errors.js";
import { Disk, unfinished } from "../storage/disk.js";

describe("a write of several steps", () => {
  it("ends with the transaction that could not commit, and others go on", async () => {
    const dir = mkdtempSync(join(tmpdir(), "store-abort-"));
    const disk = new Disk(dir, 2 ** 30);
    let fails = false;
    let aborted = 0;
    disk.onCommit(
      () => {
        if (fails) throw new Error("no space left");
      },
      () => (aborted += 1),
    );
    let steps = 0;
    const long = disk.write(() => {
      steps += 1;
      disk.putRecord(1, steps, Buffer.from(`step ${steps}`));
      fails = steps === 2;
      return steps < 4 ? unfinished : "done";
    });
    await expect(long).rejects.toThrow("no space left");
    fails = false;
    await disk.write(() => disk.putRecord(1, 100, Buffer.from("other")));
    await disk.flushed();
    expect([steps, aborted]).toEqual([2, 1]);
    expect(disk.records(1, undefined, false, 10).map(({ rid }) => rid)).toEqual([1, 100]);
    await disk.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it("leaves nothing behind when it breaks after its first change, and a refusal harms nobody else", async () => {
    const dir = mkdtempSync(join(tmpdir(), "store-abort-"));
    const disk = new Disk(dir, 2 ** 30);
    const broken = disk.write(() => {
      disk.putRecord(1, 1, Buffer.from("half"));
      throw new RangeError("a bug");
    });
    await expect(broken).rejects.toThrow("a bug");
    const outcomes = await Promise.allSettled([
      disk.write(() => disk.putRecord(1, 2, Buffer.from("whole"))),
      disk.write(() => {
        throw new MongoError("DuplicateKey", "refused");
      }),
      disk.write(() => disk.putRecord(1, 3, Buffer.from("whole"))),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(disk.records(1, undefined, false, 10).map(({ rid }) => rid)).toEqual([2, 3]);
    await disk.close();
    rmSync(dir, { recursive: true, force: true });
  });
});
