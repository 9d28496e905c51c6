import { setTimeout as sleep } from "node:timers/promises";

interface Frame {
  url(): string;
}

interface Request {
  url(): string;
  isNavigationRequest(): boolean;
  frame(): Frame | null;
}

interface Handle {
  evaluate(look: (value: unknown) => boolean): Promise<boolean>;
}

interface Page {
  url(): string;
  mainFrame(): Frame;
  isClosed(): boolean;
  evaluate(script: string): Promise<unknown>;
  evaluateHandle(script: string): Promise<Handle>;
  on(event: "framenavigated", heard: (frame: Frame) => void): unknown;
  on(event: "request", heard: (request: Request) => void): unknown;
}

/** What the library does to a page before it can use it; it calls it by itself after every navigation, also of frames. */
interface Looks {
  inject(): Promise<void>;
  attachEventListeners(): Promise<void>;
  pupPage?: Page | null;
}

interface Hears {
  /** The page says that the link was taken away. Told once; nothing comes after it. */
  loggedOut(): void;
  /** There is another document than before: nothing is known of it yet. */
  arrived(): void;
  /** The library has looked into the document. */
  looked(): void;
  /** The library cannot look into the document that is there now. */
  failed(error: unknown): void;
}

/** The page of a number, as far as it moves. */
export interface PageWatch {
  /** To be called for each new page before it is sent anywhere. */
  opened(): void;
  /** Whether the page says within this time that the link was taken away. */
  loggedOutWithin(ms: number): Promise<boolean>;
}

/** The page could not be loaded, or what was loaded is not the web client. */
export class PageUnavailable extends Error {}

const isLogout = (url: string) => url.includes("post_logout=1");
const isErrorPage = (url: string) => url.startsWith("chrome-error:");
/** How long the web client may take to load its modules. */
const loadMs = 30_000;
const triesMost = 10;
const pauseMs = 200;

/**
 * Has the library look into every document once, however often the page moves under its hands: at once when a link is
 * refused, or later when the web client loads itself anew. The library would give up, or look twice into the same document
 * and tell everything twice, or take what it did to a document that is gone for done.
 *
 * A logout is known by where the page wants to go, not by where it arrives: without a network it arrives at an error page.
 */
export function lookInStubbornly(client: unknown, hears: Hears): PageWatch {
  const looks = client as Looks;
  const once = looks.inject.bind(client);
  const attach = looks.attachEventListeners.bind(client);
  let gone = false;
  let tellGone: () => void = () => undefined;
  const goneSoon = new Promise<void>((resolve) => (tellGone = resolve));
  /** Something of the document that the library has looked into; of no use once the document is gone. */
  let known: Handle | undefined;
  let running: { page: Page; over: Promise<void> } | undefined;
  let attaching: Promise<void> | undefined;

  function leave(): void {
    if (gone) return;
    gone = true;
    tellGone();
    hears.loggedOut();
  }

  /** Until the web client has loaded its modules; the result stands for the document. */
  async function loaded(page: Page): Promise<Handle | undefined> {
    for (const start = Date.now(); Date.now() - start < loadMs; await sleep(pauseMs)) {
      if (gone) return undefined;
      if (isErrorPage(page.url())) throw new PageUnavailable("the page could not be loaded");
      if (await page.evaluate("window.Debug?.VERSION !== undefined")) return page.evaluateHandle("document");
    }
    throw new PageUnavailable("the page did not become the web client");
  }

  /** Resolves once the library has looked into the document that is there at the end, or nothing is to be looked into. */
  async function look(page: Page): Promise<void> {
    for (let tries = 1; ; tries++) {
      let document: Handle | undefined;
      let error: Error | undefined;
      try {
        document = await loaded(page);
        await Promise.race([once(), goneSoon]);
      } catch (caught) {
        // The library throws words too.
        error = caught instanceof Error ? caught : new Error(String(caught));
      }
      if (gone) return;
      if (looks.pupPage !== page) {
        // The library began anew in another browser, whose page was looked into by itself.
        if (error !== undefined) throw error;
        return;
      }
      const same = document !== undefined && (await isThere(document));
      if (gone) return;
      if (same && error === undefined) {
        known = document;
        return hears.looked();
      }
      const lost = page.isClosed() || tries >= triesMost || error instanceof PageUnavailable;
      if (lost || (same && error !== undefined)) throw error ?? new PageUnavailable("the page does not come to rest");
      await sleep(pauseMs);
    }
  }

  async function lookInto(page: Page): Promise<void> {
    if (gone || (known && (await isThere(known)))) return;
    known = undefined;
    attaching = undefined;
    hears.arrived();
    await look(page).catch((error: unknown) => {
      hears.failed(error);
      throw error;
    });
  }

  looks.inject = () => {
    const page = looks.pupPage!;
    // Whoever is looking already notices by itself that the page moved.
    if (running?.page === page) return running.over;
    const own = { page, over: lookInto(page).finally(() => running === own && (running = undefined)) };
    running = own;
    return own.over;
  };

  // Two ends of syncing at once would have every message told twice.
  looks.attachEventListeners = () => (attaching ??= attach());

  return {
    opened() {
      const page = looks.pupPage!;
      page.on("request", (request) => {
        if (request.isNavigationRequest() && request.frame() === page.mainFrame() && isLogout(request.url())) leave();
      });
      page.on("framenavigated", (frame) => {
        if (frame === page.mainFrame() && isLogout(frame.url())) leave();
      });
    },
    loggedOutWithin: (ms) => Promise.race([goneSoon, sleep(ms, undefined, { ref: false })]).then(() => gone),
  };
}

async function isThere(handle: Handle): Promise<boolean> {
  return handle
    .evaluate((value) => value !== undefined)
    .then(
      () => true,
      () => false,
    );
}
