import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { BrowserContextOptions, Page } from "playwright-core";
import { eventually } from "../support/gateway.js";
import { openHouse, owner, picture, setUp, type House, type Visitor } from "./house.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Finding {
  id: string;
  impact: string | null;
  nodes: { target: unknown[]; failureSummary?: string }[];
}

/** What axe finds serious or critical on the page. */
async function seriousOf(page: Page): Promise<string[]> {
  // Scripts of a page must come from the gateway; this one is put in beside it.
  await page.evaluate(axe);
  const found = await page.evaluate<Finding[]>(
    `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }).then((result) => result.violations)`,
  );
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(" | ")}`);
}

/** Every screen of somebody signed in, by the name of its picture. */
const screens = {
  home: "home",
  inbox: "inbox/all",
  "inbox-empty": "inbox/drafts",
  contacts: "contacts",
  channels: "channels",
  "channel-pick": "channels/new",
  "channel-connection": "channels/CHANNEL/connection",
  "channel-log": "channels/CHANNEL/log",
  "channel-templates": "channels/CHANNEL/templates",
  "channel-simulator": "channels/CHANNEL/simulator",
  "developers-keys": "developers/keys",
  "developers-webhooks": "developers/webhooks",
  "developers-bins": "developers/bins",
  "developers-events": "developers/events",
  "developers-verify": "developers/verify",
  "operations-health": "operations/health",
  "operations-quarantine": "operations/quarantine",
  "operations-dead": "operations/dead",
  "operations-settings": "operations/settings",
  "settings-profile": "settings/profile",
  "settings-security": "settings/security",
  "settings-appearance": "settings/appearance",
  "settings-keyboard": "settings/keyboard",
  "settings-notifications": "settings/notifications",
  "settings-workspace": "settings/workspace",
  "settings-members": "settings/members",
  "settings-roles": "settings/roles",
  "settings-teams": "settings/teams",
  "settings-labels": "settings/labels",
  "settings-canned": "settings/canned",
  "settings-macros": "settings/macros",
  "settings-views": "settings/views",
  "settings-audit": "settings/audit",
  "not-found": "nowhere",
} as const;

const outside = {
  "sign-in": "sign-in",
  forgot: "forgot",
  "setup-used": "setup",
  "reset-broken": "reset",
  invitation: "invitation",
};

const looks: Record<string, { context: BrowserContextOptions; language: string; axe: boolean }> = {
  light: { context: { colorScheme: "light" }, language: "en", axe: true },
  dark: { context: { colorScheme: "dark" }, language: "en", axe: true },
  arabic: { context: { colorScheme: "light", locale: "ar" }, language: "ar", axe: false },
  phone: {
    context: { colorScheme: "light", viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
    language: "en",
    axe: true,
  },
};

/** Waits until nothing is loading any more. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState("load");
  await page.locator("main, form").first().waitFor();
  await eventually("the end of loading", async () => {
    const busy = await page.evaluate<number>(`document.querySelectorAll("[aria-busy=true], .animate-pulse").length`);
    return busy === 0 ? true : undefined;
  });
  await page.waitForTimeout(400);
}

describe("every screen", () => {
  let house: House;
  let mara: Visitor;
  let workspaceId: string;
  let channelId: string;
  let conversationId: string;

  beforeAll(async () => {
    house = await openHouse();
    mara = await house.visitor();
    ({ workspaceId } = await setUp(house, mara, true));
    const demo = await eventually(
      "the demo",
      async () => {
        const { body } = await mara.api<{ state: string; channel_account_ids: string[] }>("GET", "/demo", {
          workspaceId,
        });
        return body.state === "ready" ? body : undefined;
      },
      150_000,
    );
    channelId = demo.channel_account_ids[0]!;
    const { body } = await mara.api<{ data: { id: string; contact: { name: string } }[] }>(
      "GET",
      "/conversations?status=open",
      { workspaceId },
    );
    conversationId = body.data.find(({ contact }) => contact.name === "Emma Clarke")?.id ?? body.data[0]!.id;
  }, 240_000);
  afterAll(() => house.close());

  it.each(Object.entries(looks))(
    "has no serious finding, and its picture is kept: %s",
    async (look, { context, language, axe: judged }) => {
      await mara.api("PATCH", "/me", { body: { language } });
      const visitor = await house.visitor(context);
      const { page } = visitor;
      const findings: string[] = [];
      const see = async (name: string, path: string) => {
        await page.goto(`${house.url}/${path}`);
        await settled(page);
        if (judged) for (const one of await seriousOf(page)) findings.push(`${name}: ${one}`);
        await picture(page, `${look}/${name}`);
      };
      for (const [name, path] of Object.entries(outside)) await see(name, path);
      const entered = await visitor.api("POST", "/auth/sign-in", {
        body: { email: owner.email, password: owner.password },
      });
      expect(entered.status).toBe(200);
      for (const [name, path] of Object.entries(screens)) {
        await see(name, `w/${workspaceId}/${path.replace("CHANNEL", channelId)}`);
      }
      await see("thread", `w/${workspaceId}/inbox/all/${conversationId}`);
      expect(await page.evaluate("document.documentElement.dir")).toBe(language === "ar" ? "rtl" : "ltr");
      // Nothing is wider than the screen.
      expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true);
      await visitor.context.close();
      expect(findings).toEqual([]);
    },
    300_000,
  );

  it("opens palette and sheet of shortcuts by keys, without a serious finding", async () => {
    await mara.api("PATCH", "/me", { body: { language: "en" } });
    const { page } = mara;
    await page.goto(`${house.url}/w/${workspaceId}/inbox/all/${conversationId}`);
    await settled(page);
    await page.keyboard.press("Control+KeyK");
    await page.getByRole("dialog").waitFor();
    await page.waitForTimeout(400);
    expect(await seriousOf(page)).toEqual([]);
    await picture(page, "palette");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await page.waitForTimeout(400);
    expect(await seriousOf(page)).toEqual([]);
    await picture(page, "shortcuts");
  });

  it("asked nobody but the gateway for anything, and broke nowhere", () => {
    expect(house.strangers).toEqual([]);
    expect(house.complaints).toEqual([]);
  });
});
