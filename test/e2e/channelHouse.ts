import type { Page } from "playwright-core";
import { startGraphSimulator, type GraphSimulator } from "../../simulator/graph/index.js";
import { startOwnSystem, type OwnSystem } from "../../simulator/ownSystem.js";
import { startTelegramSimulator, type TelegramSimulator } from "../../simulator/telegram/index.js";
import type { ChannelAccountDetailDto } from "../../src/wire/channels.js";
import { eventually, type GatewaySettings } from "../support/gateway.js";
import { openHouse, picture, setUp, type House, type Visitor } from "./house.js";

/** A house beside which the providers are played, and its owner in front of the dashboard. */
export interface ChannelHouse {
  house: House;
  telegram: TelegramSimulator;
  graph: GraphSimulator;
  own: OwnSystem;
  mara: Visitor;
  workspaceId: string;
  /** Browsers that only look, by how everything looks in them. */
  eyes: Map<string, Page>;
  /** An address below the workspace. */
  at(path: string): string;
  /** The account as the API shows it to its managers. */
  account(id: string): Promise<ChannelAccountDetailDto>;
  close(): Promise<void>;
}

/** Starts the stand-ins of Telegram, Meta and a system of somebody's own, and a gateway that takes them for the providers. */
export async function openChannelHouse(settings: Partial<GatewaySettings> = {}): Promise<ChannelHouse> {
  const [telegram, graph, own] = await Promise.all([
    startTelegramSimulator({ port: 0, timeScale: 0.01 }),
    startGraphSimulator({ port: 0, timeScale: 0.01 }),
    startOwnSystem(),
  ]);
  const house = await openHouse({
    telegramApiRoot: telegram.apiRoot,
    graphApiRoot: graph.apiRoot,
    outboundAllow: own.host,
    ...settings,
  });
  const mara = await house.visitor({ permissions: ["clipboard-read", "clipboard-write"] });
  const { workspaceId } = await setUp(house, mara);
  return {
    house,
    telegram,
    graph,
    own,
    mara,
    workspaceId,
    eyes: new Map(),
    at: (path) => `${house.url}/w/${workspaceId}/${path}`,
    async account(id) {
      const { body } = await mara.api<ChannelAccountDetailDto>("GET", `/channels/${id}`, { workspaceId });
      return body;
    },
    async close() {
      await house.close();
      await Promise.all([telegram.close(), graph.close(), own.close()]);
    },
  };
}

/** The id of the account whose page or wizard is shown. */
export const shownAccount = (page: Page): string => /\/channels\/(acc_[^/]+)/.exec(page.url())?.[1] ?? "";

/** Chooses a kind; ends before its first step. */
export async function choose(shop: ChannelHouse, page: Page, kind: string): Promise<void> {
  await page.goto(shop.at("channels/new"));
  const tile = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: kind, exact: true }) });
  await tile.getByRole("button", { name: /^(Connect|Start another)/ }).click();
  await page.waitForURL(/\/connect\/\w+/);
}

/** Goes on to the next step. */
export const goOn = (page: Page): Promise<void> =>
  page.getByRole("button", { name: "Continue", exact: true }).click({ timeout: 90_000 });

const looks = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  arabic: { locale: "ar" },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
} as const;

/** Keeps pictures of a page in all looks. Nothing on it may be wider than the screen. */
export async function lookAt(shop: ChannelHouse, path: string, name: string): Promise<void> {
  for (const look of Object.keys(looks) as (keyof typeof looks)[]) {
    const language = look === "arabic" ? "ar" : "en";
    if (look === "arabic" || look === "phone") await shop.mara.api("PATCH", "/me", { body: { language } });
    const page = shop.eyes.get(look) ?? (await eyeOf(shop, look));
    shop.eyes.set(look, page);
    await page.goto(shop.at(path));
    await page.locator(`html[lang=${language}] main h1`).first().waitFor({ timeout: 60_000 });
    await eventually(
      "the end of loading",
      async () => {
        const busy = await page.evaluate<number>(
          `document.querySelectorAll("[aria-busy=true], .animate-pulse").length`,
        );
        return busy === 0 ? true : undefined;
      },
      60_000,
    );
    // Colours that are on their way would be on the picture half way.
    await page.evaluate(
      "Promise.all(document.getAnimations().filter(({ effect }) => Number.isFinite(effect.getComputedTiming().endTime)).map(({ finished }) => finished.catch(() => undefined)))",
    );
    await picture(page, `channels/${look}/${name}`);
    const fits = await page.evaluate<boolean>("document.documentElement.scrollWidth <= window.innerWidth");
    await page.goto("about:blank");
    if (!fits) throw new Error(`${name} is wider than the screen: ${look}`);
  }
}

/** A browser of the owner's in which everything has one look. */
async function eyeOf({ house, mara }: ChannelHouse, look: keyof typeof looks): Promise<Page> {
  const { context, page } = await house.visitor(looks[look]);
  await context.addCookies(await mara.context.cookies());
  return page;
}
