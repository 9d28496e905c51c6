import { describe, expect, it } from "@jest/globals";
import { loadConfig } from "../../config/load.js";
import { listeningAt, publicUrlOf } from "../../src/app/address.js";

describe("the address of this server", () => {
  it.each([
    ["127.0.0.1", "http://127.0.0.1:8080"],
    ["::1", "http://[::1]:8080"],
    ["box.local", "http://box.local:8080"],
    ["0.0.0.0", "http://localhost:8080"],
    ["::", "http://localhost:8080"],
  ])("is one that a browser opens when it listens at %s", (HOST, address) => {
    expect(publicUrlOf(loadConfig({ HOST }))).toBe(address);
    expect(URL.canParse(address)).toBe(true);
  });

  it("is PUBLIC_URL when there is one, whatever it listens at", () => {
    expect(publicUrlOf(loadConfig({ HOST: "0.0.0.0", PUBLIC_URL: "https://chat.example.com" }), 1)).toBe(
      "https://chat.example.com",
    );
  });

  it("has the port that it got, and a name of choice for every address", () => {
    expect(publicUrlOf(loadConfig({ PORT: "0" }), 4321)).toBe("http://127.0.0.1:4321");
    expect(listeningAt("0.0.0.0", 4321, "127.0.0.1")).toBe("http://127.0.0.1:4321");
  });
});
