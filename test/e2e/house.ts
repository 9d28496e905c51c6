import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from "playwright-core";
import type { MeDto } from "../../src/wire/identity.js";
import { eventually, startGateway, type GatewaySettings } from "../support/gateway.js";
import { testStores, type TestStores } from "../support/stores.js";

const program = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);
/** How long a page may take for what a suite waits for, in milliseconds. */
const patience = 60_000;
/** Where pictures of screens go; git does not know of them. */
const pictures = "screenshots";

export const owner = { name: "Mara Lind", email: "mara@example.com", password: "blue kettle on a shelf" };

/** A gateway with its dashboard, and a browser before it. */
export interface House {
  url: string;
  setupLink: string;
  gateway: Awaited<ReturnType<typeof startGateway>>;
  stores: TestStores;
  browser: Browser;
  /** A browser of somebody's own: no cookies, no storage. Requests to anywhere else than the gateway are noted and fail the suite. */
  visitor(options?: BrowserContextOptions): Promise<Visitor>;
  /** Addresses outside of the gateway that a page asked for. */
  strangers: string[];
  /** What pages complained about in their console. */
  complaints: string[];
  close(): Promise<void>;
}

export interface Visitor {
  context: BrowserContext;
  page: Page;
  /** Calls the API in this person's name. */
  api: ReturnType<typeof apiOf>;
}

interface Reply<T> {
  status: number;
  body: T;
}

function apiOf(context: BrowserContext, url: string) {
  return async <T>(
    method: string,
    path: string,
    { workspaceId, body }: { workspaceId?: string; body?: unknown } = {},
  ): Promise<Reply<T>> => {
    const response = await context.request.fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        "x-requested-with": "switchboard",
        ...(workspaceId === undefined ? {} : { "switchboard-workspace": workspaceId }),
      },
      ...(body === undefined ? {} : { data: body }),
    });
    const text = await response.text();
    return { status: response.status(), body: (text ? JSON.parse(text) : undefined) as T };
  };
}

/**
 * Starts a gateway with the built-in simulator and a headless browser. Needs dist/, which `npm test` builds. `settings`: where
 * providers are played, for suites with accounts that are not the simulator's.
 */
export async function openHouse(settings: Partial<GatewaySettings> = {}): Promise<House> {
  if (!program) throw new Error("Chromium is needed: apt-get install chromium");
  const stores = testStores();
  const gateway = await startGateway({ ...stores, simulator: "on", ...settings });
  const browser = await chromium.launch({
    executablePath: program,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
    ],
  });
  const strangers: string[] = [];
  const complaints: string[] = [];

  return {
    url: gateway.url,
    setupLink: gateway.setupLink ?? "",
    gateway,
    stores,
    browser,
    strangers,
    complaints,
    async visitor(options = {}) {
      const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1440, height: 900 }, ...options });
      // A busy machine is slow, and what is late is not missing.
      context.setDefaultTimeout(patience);
      context.on("request", (request) => {
        const { protocol, origin } = new URL(request.url());
        const own = origin === gateway.url || origin === gateway.url.replace("http", "ws");
        if (!own && !["data:", "blob:"].includes(protocol)) strangers.push(request.url());
      });
      const page = await context.newPage();

      page.on("pageerror", (error) => complaints.push(error.stack ?? error.message));
      return {
        context,
        page,
        api: apiOf(context, gateway.url),
      };
    },
    async close() {
      await browser.close();
      await gateway.stop();
      await stores.drop();
    },
  };
}

/** Waits until the clipboard holds something; it is written a moment after the click. */
export async function copied(page: Page, what: string | RegExp): Promise<void> {
  let held = "";
  await eventually(`${String(what)} in the clipboard`, async () => {
    held = await page.evaluate<string>("navigator.clipboard.readText()");
    return (typeof what === "string" ? held === what : what.test(held)) ? true : undefined;
  }).catch((error: unknown) => {
    throw new Error(`${(error as Error).message}; it holds ${JSON.stringify(held)}`);
  });
}

/** The first owner, made through the API; the visitor is signed in afterwards. */
export async function setUp(house: House, visitor: Visitor, demo = false): Promise<{ me: MeDto; workspaceId: string }> {
  const token = house.setupLink.split("#")[1];
  const { status, body } = await visitor.api<MeDto>("POST", "/auth/setup", {
    body: { token, ...owner, workspace_name: "Blue Shop", language: "en", demo },
  });
  if (status !== 201) throw new Error(`setting up answered ${status}: ${JSON.stringify(body)}`);
  return { me: body, workspaceId: body.memberships[0]!.workspace.id };
}

export const anybodysPassword = "green lamp at the door";

/** Somebody new in a workspace, in a browser of their own: invited by `by` through the API, and signed in. */
export async function joinWorkspace(
  house: House,
  by: Visitor,
  workspaceId: string,
  person: { name: string; email: string; roleId: string },
  options: BrowserContextOptions = {},
): Promise<Visitor & { memberId: string }> {
  const { email, name, roleId } = person;
  const invited = await by.api<{ link: string }>("POST", "/invitations", {
    workspaceId,
    body: { email, role_id: roleId },
  });
  if (invited.status !== 201) throw new Error(`inviting answered ${invited.status}: ${JSON.stringify(invited.body)}`);
  const visitor = await house.visitor(options);
  const token = invited.body.link.split("#")[1];
  const { status, body } = await visitor.api<MeDto>("POST", "/auth/invitations/accept", {
    body: { token, name, password: anybodysPassword },
  });
  if (status !== 201) throw new Error(`joining answered ${status}: ${JSON.stringify(body)}`);
  return { ...visitor, memberId: body.memberships.find(({ workspace }) => workspace.id === workspaceId)!.member_id };
}

/** Keeps a picture of what the page shows, under `screenshots/`. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(dirname(join(pictures, name)), { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}
