import { describe, expect, it } from "@jest/globals";
import { asMeant, pasted, pastedSecret } from "../../../src/adapters/shared/pasted.js";
import { settings as own } from "../../../src/adapters/http/manifest.js";
import { settings as telegram } from "../../../src/adapters/telegram/manifest.js";
import { settings as whatsapp } from "../../../src/adapters/whatsapp/manifest.js";

describe("what is pasted", () => {
  it("loses what copying put around it, and nothing else", () => {
    for (const around of [
      '"it"',
      " 'it' ",
      "“it”",
      "„it“",
      "«it»",
      "`it`",
      "\uFEFFit\u200B",
      "\n it \t",
      '"\u200Eit "',
    ]) {
      expect(asMeant(around)).toBe("it");
    }
    for (const whole of ["it's", '5" and 6', "a b", '"', "", "'open"]) expect(asMeant(whole)).toBe(whole);
  });

  it("is one piece again when it was broken into lines, unless it is no secret", () => {
    expect(pastedSecret().parse("EAAB1\r\n   23\n")).toBe("EAAB123");
    expect(pastedSecret().parse("EAAB1 23")).toBe("EAAB1 23");
    expect(pasted().parse(" a b ")).toBe("a b");
  });

  it("is read so by the forms of the channels", () => {
    expect(telegram.parse({ token: ' "300:abc"\n' }).token).toBe("300:abc");
    const number = whatsapp.parse({ accessToken: "'EAAB1234'", phoneNumberId: "\u200E123 ", appSecret: "“12345678”" });
    expect(number).toMatchObject({ accessToken: "EAAB1234", phoneNumberId: "123", appSecret: "12345678" });
    const signingSecret = `whsec_${"a".repeat(32)}`;
    const system = own.parse({ deliveryUrl: ' "https://example.com/in" ', signingSecret: `'${signingSecret}'` });
    expect(system).toMatchObject({ deliveryUrl: "https://example.com/in", signingSecret });
    expect(own.safeParse({ deliveryUrl: "ftp://example.com", signingSecret }).success).toBe(false);
  });
});
