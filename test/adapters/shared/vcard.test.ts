import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { readCard, writeCard } from "../../../src/adapters/shared/vcard.js";
import type { SharedContact } from "../../../src/core/message.js";

describe("the card of a contact", () => {
  const full: SharedContact = {
    name: "Barbara; Johnson, esq.",
    phones: ["+1 650 555 9999"],
    emails: ["barbara@wanders.example"],
    addresses: [{ street: "1 Way\nSuite; 2", city: "Menlo Park", region: "CA", postcode: "94025", country: "US" }],
    organization: "Lucky Shrub",
    title: "Lead \\ Counsel",
    links: ["https://luckyshrub.example"],
  };

  it("is read as it was written", () => {
    expect(readCard(writeCard(full))).toEqual({ ...full, waid: "16505559999" });
  });

  it("keeps whatever words people have", () => {
    const words = fc.string({ minLength: 1 }).map((one) => `x${one.replace(/[\p{Cc}\s]/gu, " ").trim()}`);
    fc.assert(
      fc.property(words, words, words, (name, organization, city) => {
        fc.pre(name !== organization);
        const contact = { name, phones: [], organization, addresses: [{ city }] };
        expect(readCard(writeCard(contact))).toEqual(contact);
      }),
    );
  });

  it("holds what fits where there is little room, the numbers first", () => {
    const little = writeCard({ ...full, links: ["https://luckyshrub.example/".padEnd(2_000, "x")] }, 2_048);
    expect(Buffer.byteLength(little)).toBeLessThanOrEqual(2_048);
    expect(readCard(little)).toEqual({ ...full, links: undefined, waid: "16505559999" });
    expect(readCard(writeCard(full, 150))).toEqual({ name: full.name, phones: full.phones, waid: "16505559999" });
  });

  it("says who it is by whatever there is, and nothing of nobody", () => {
    expect(readCard("BEGIN:VCARD\nN:Ada;King;;;\nEND:VCARD")).toEqual({ name: "King Ada", phones: [] });
    expect(readCard("BEGIN:VCARD\nORG:Blue Shop\nEND:VCARD")).toEqual({ name: "Blue Shop", phones: [] });
    expect(readCard("EMAIL:a@b.example")).toEqual({ name: "a@b.example", phones: [], emails: ["a@b.example"] });
    expect(readCard("TEL;VALUE=uri:tel:+1-202-555-0100")).toEqual({
      name: "+1-202-555-0100",
      phones: ["+1-202-555-0100"],
    });
    expect(readCard("BEGIN:VCARD\nNOTE:hi\nEND:VCARD")).toBeUndefined();
  });

  it("reads anything without failing, and quickly", () => {
    fc.assert(fc.property(fc.string(), (card) => void readCard(card)));
    fc.assert(fc.property(fc.string(), (value) => void readCard(`N;ENCODING=QUOTED-PRINTABLE:${value}\nADR:${value}`)));
    expect(readCard(`ADR:${"\\".repeat(200_000)}`)).toBeUndefined();
  });
});
