import { setTimeout as sleep } from "node:timers/promises";

interface Frame {
  url(): string;
}

/** What the library does to a page before it can use it; it calls it by itself after every navigation. */
interface Looks {
  inject(): Promise<void>;
  pupPage?: {
    url(): string;
    on(event: "framenavigated", heard: (frame: Frame) => void): unknown;
    off(event: "framenavigated", heard: (frame: Frame) => void): unknown;
  } | null;
}

const contextGone = (error: unknown) => error instanceof Error && error.message.includes("context was destroyed");
const isLogout = (url: string | undefined) => url?.includes("post_logout=1") === true;
const triesMost = 10;
const pauseMs = 200;

/**
 * Has the library look into the page once more when the page went elsewhere under its hands, as it does at once when a link
 * is refused. The library would give up, with whatever error the half that was done to the page before leads to. While it
 * looks in for the first time it does not hear either that the link is gone: `loggedOut` is told.
 */
export function lookInStubbornly(client: unknown, loggedOut: () => void): void {
  const looks = client as Looks;
  const once = looks.inject.bind(client);
  looks.inject = async () => {
    for (let tries = 1; ; tries++) {
      let moved = false;
      let over = false;
      const heard = (frame: Frame) => {
        moved = true;
        over ||= isLogout(frame.url());
      };
      const page = looks.pupPage;
      page?.on("framenavigated", heard);
      try {
        await once();
        return;
      } catch (error) {
        // What the page does next may be told only after what it broke.
        await sleep(pauseMs);
        if (over || isLogout(looks.pupPage?.url())) {
          loggedOut();
          return;
        }
        if (tries >= triesMost || !(moved || contextGone(error))) throw error;
      } finally {
        page?.off("framenavigated", heard);
      }
    }
  };
}
