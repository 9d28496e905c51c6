import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { browserArgs } from "../../../src/adapters/whatsapp-web/browser.js";

describe("the browser of a session", () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });
  const sandboxed = (user: number, sandbox: boolean) => {
    jest.spyOn(process as { getuid(): number }, "getuid").mockReturnValue(user);
    return !browserArgs({ apiRoot: undefined, sandbox }).includes("--no-sandbox");
  };

  it("keeps its pages in a sandbox, but for root, who has none, and where the settings say that there can be none", () => {
    expect([sandboxed(1000, true), sandboxed(1000, false), sandboxed(0, true)]).toEqual([true, false, false]);
  });
});
