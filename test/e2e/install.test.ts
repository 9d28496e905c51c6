import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { CDPSession } from "playwright-core";
import { eventually } from "../support/gateway.js";
import { openHouse, picture, setUp, type House, type Visitor } from "./house.js";

/** What makes the dashboard an app of the device: its worker, its manifest, and that it opens without a network. */
describe("the installed app", () => {
  let house: House;
  let mara: Visitor;
  let devtools: CDPSession;
  let inbox: string;

  beforeAll(async () => {
    house = await openHouse();
    mara = await house.visitor();
    const { workspaceId } = await setUp(house, mara);
    inbox = `${house.url}/w/${workspaceId}/inbox/all`;
    devtools = await mara.context.newCDPSession(mara.page);
    await mara.page.goto(inbox);
    await mara.page.getByRole("navigation", { name: "Views" }).waitFor({ timeout: 60_000 });
  }, 180_000);
  afterAll(() => house.close());

  it("has a worker that gets ready and takes the page over", async () => {
    const state = await mara.page.evaluate<string>(
      `navigator.serviceWorker.ready.then((registration) => new Promise((resolve) => {
        const { active } = registration;
        const look = () => active.state === "activated" && resolve(active.state);
        active.addEventListener("statechange", look);
        look();
      }))`,
    );
    expect(state).toBe("activated");
    await eventually("the worker has the page", async () =>
      (await mara.page.evaluate("navigator.serviceWorker.controller !== null")) ? true : undefined,
    );
  });

  it("can be installed: its manifest is whole, its icons are there, one of them for any shape", async () => {
    const { errors, data } = await devtools.send("Page.getAppManifest");
    expect(errors).toEqual([]);
    const manifest = JSON.parse(data ?? "{}") as { icons: { src: string; purpose?: string; sizes: string }[] };
    expect(manifest.icons.filter(({ purpose }) => purpose === "maskable").map(({ sizes }) => sizes)).toEqual([
      "192x192",
      "512x512",
    ]);
    for (const { src } of manifest.icons) {
      const answer = await mara.context.request.get(`${house.url}${src}`);
      expect([src, answer.status(), answer.headers()["content-type"]]).toEqual([
        src,
        200,
        expect.stringMatching(/^image\//),
      ]);
    }
    const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
    // A window without a history of its own cannot install anything; nothing else may stand in the way.
    expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito")).toEqual([]);
  });

  it("opens without a network, says so, and goes on when it is back", async () => {
    await eventually(
      "the inbox's own parts",
      async () => {
        const kept = await mara.page.evaluate<number>(
          `caches.keys().then(([name]) => caches.open(name)).then((cache) => cache.keys()).then((all) => all.length)`,
        );
        const got = await mara.page.evaluate<number>(
          `new Set(performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname).filter((path) => path.startsWith("/assets/"))).size`,
        );
        return kept >= got ? true : undefined;
      },
      60_000,
    );
    await mara.context.setOffline(true);
    await mara.page.goto(inbox);
    await mara.page.getByRole("button", { name: "Try again" }).waitFor({ timeout: 60_000 });
    await picture(mara.page, "install/offline");
    await mara.context.setOffline(false);
    await mara.page.getByRole("button", { name: "Try again" }).click();
    await mara.page.getByRole("navigation", { name: "Views" }).waitFor({ timeout: 60_000 });
  }, 180_000);

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(house.strangers).toEqual([]);
    expect(house.complaints).toEqual([]);
  });
});
