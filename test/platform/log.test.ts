import { describe, expect, it } from "@jest/globals";
import { AppError, ProviderError } from "../../src/core/errors.js";
import type { LogFields } from "../../src/core/ports.js";
import { createLog } from "../../src/platform/log.js";

function written(work: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  work(createLog({ level: "info", destination: { write: (line) => lines.push(line) } }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("the log", () => {
  it("writes facts", () => {
    const [line] = written((log) =>
      log.with({ channel: "telegram" }).info("sent", { ms: 3, ok: true, ids: ["a", "b"] }),
    );
    expect(line).toMatchObject({ msg: "sent", channel: "telegram", ms: 3, ok: true, ids: ["a", "b"] });
  });

  it("drops whatever is no fact, also when it was smuggled in", () => {
    const smuggled = {
      body: { text: "canary" },
      buffer: Buffer.from("canary"),
      fn: () => "canary",
    } as unknown as LogFields;
    expect(JSON.stringify(written((log) => log.info("x", smuggled)))).not.toContain("canary");
  });

  it("blanks tokens of the kinds it knows", () => {
    const secrets = [
      "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1",
      "sb_live_abcdefghijklmnop",
      "Bearer abc.def",
      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
      "mongodb://user:pa55word@host/db",
    ];
    const text = JSON.stringify(
      written((log) => secrets.forEach((secret) => log.info("x", { value: `before ${secret} after` }))),
    );
    for (const part of ["AAHdqTcv", "abcdefghijklmnop", "abc.def", "MfKQ9r8", "pa55word"])
      expect(text).not.toContain(part);
    expect(text).toContain("before [secret]");
  });

  it("lets no value forge a line or fill the disk", () => {
    const [line, ...others] = written((log) => log.info("x", { name: `a\r\n{"level":60}\u2028${"y".repeat(5000)}` }));
    expect(others).toEqual([]);
    expect(String(line!.name).length).toBeLessThanOrEqual(300);
    expect(String(line!.name)).not.toMatch(/[\r\n\u2028]/);
  });

  it("repeats only our own sentences of errors", () => {
    const text = JSON.stringify(
      written((log) => {
        log.error("x", { error: Object.assign(new Error("foreign canary"), { code: 11000 }) });
        log.error("x", { error: new AppError("unavailable", "Our own sentence.") });
        log.error("x", { error: new ProviderError({ kind: "auth_expired" }, "Telegram refused.", "401") });
      }),
    );
    expect(text).not.toContain("foreign canary");
    for (const part of ["11000", "Our own sentence.", "auth_expired", "401"]) expect(text).toContain(part);
  });
});
