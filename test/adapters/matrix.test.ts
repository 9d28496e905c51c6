import { readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { channelMatrix } from "../../src/adapters/matrix.js";
import { adapters } from "../../src/adapters/registry.js";

it("shows every channel in the documentation as its manifest has it (npm run docs)", () => {
  expect(readFileSync("docs/channels.md", "utf8")).toContain(channelMatrix(adapters));
});
