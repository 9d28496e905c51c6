import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { SMTPServer } from "smtp-server";
import { mailOf } from "../../src/identity/mails.js";
import { createLog } from "../../src/platform/log.js";
import { createMailer } from "../../src/platform/mail/index.js";
import { languages } from "../../src/wire/identity.js";
import { eventually } from "../support/gateway.js";

describe("mails", () => {
  const taken: { to: string[]; raw: string }[] = [];
  let refusals = 0;
  let server: SMTPServer;
  let url = "";
  const lines: string[] = [];
  const log = createLog({ level: "debug", destination: { write: (line) => lines.push(line) } });

  beforeAll(async () => {
    server = new SMTPServer({
      disabledCommands: ["STARTTLS"],
      onAuth: ({ username, password }, _session, done) =>
        username === "us" && password === "secret-word" ? done(null, { user: "us" }) : done(new Error("no")),
      onData(stream, { envelope }, done) {
        let raw = "";
        stream.on("data", (chunk) => (raw += String(chunk)));
        stream.on("end", () => {
          if (refusals > 0) {
            refusals -= 1;
            done(Object.assign(new Error("later"), { responseCode: 451 }));
            return;
          }
          taken.push({ to: envelope.rcptTo.map(({ address }) => address), raw });
          done();
        });
      },
    });
    server.on("error", () => undefined);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `smtp://us:secret-word@127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

  it("go to a mail server as text and as HTML, in every language, and again after a moment when it asks for that", async () => {
    refusals = 1;
    const mailer = createMailer({ smtpUrl: url, from: "Acme <acme@example.org>", catching: false, log });
    expect([mailer.works, mailer.caught]).toEqual([true, undefined]);
    for (const language of languages) {
      const link = "https://inbox.example.org/invitation#token-of-a-test";
      mailer.post(
        mailOf("invitation", { to: `${language}@example.org`, language, link, workspace: "Acme", by: "Eve" }),
      );
    }
    await eventually("all of them", () => (taken.length === languages.length ? true : undefined), 20_000);
    expect(taken.flatMap(({ to }) => to).sort()).toEqual(languages.map((one) => `${one}@example.org`).sort());
    for (const { raw } of taken) {
      expect(raw).toMatch(/^From: Acme <acme@example\.org>/m);
      expect(raw).toMatch(/multipart\/alternative/);
      expect(raw).toMatch(/text\/plain; charset=utf-8/);
      expect(raw).toMatch(/text\/html; charset=utf-8/);
    }
    await mailer.close();
  }, 30_000);

  it("that cannot be delivered are told to the log without address, link or password", async () => {
    const mailer = createMailer({
      smtpUrl: url.replace("secret-word", "wrong-word"),
      from: "a@example.org",
      catching: false,
      log,
    });
    mailer.post({ to: "private@example.org", subject: "Hidden", text: "hidden-token", html: "hidden-token" });
    await eventually("told", () => lines.find((line) => line.includes("mail_not_sent")));
    await mailer.close();
    expect(lines.join("\n")).not.toMatch(/private@|hidden|wrong-word/i);
  }, 30_000);

  it("have nothing missing in any language, and keep what people are called as text", () => {
    const mails = languages.flatMap((language) =>
      (["verify", "reset", "invitation"] as const).map((kind) =>
        mailOf(kind, {
          to: "x@example.org",
          language,
          link: "https://inbox.example.org/x#t",
          workspace: "<script>alert(1)</script>\r\nBcc: y@example.org",
          by: "{workspace}",
        }),
      ),
    );
    expect(new Set(mails.map(({ text }) => text)).size).toBe(mails.length);
    for (const { subject, text, html } of mails) {
      expect(subject).not.toMatch(/[\r\n]/);
      expect(html).not.toContain("<script>");
      expect(text).toContain("https://inbox.example.org/x#t");
    }
  });
});
