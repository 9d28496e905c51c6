import { access, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { VaultAsk } from "./protocol.js";

/** What the strategy asks of the process that has the vault. */
export type AskVault = (ask: VaultAsk) => Promise<unknown>;

/** The library's strategy for sessions that are kept elsewhere, as far as it is built upon. */
export type RemoteStrategy = new (options: {
  clientId: string;
  dataPath: string;
  store: object;
  backupSyncIntervalMs: number;
}) => object;

interface Options {
  number: string;
  dir: string;
  ask: AskVault;
  /** A new browser is there; its page was not sent anywhere yet. */
  opened(): Promise<void>;
  /** Whether the page that waits to be linked is about to say that the link was taken away. */
  loggedOut(): Promise<boolean>;
  firstSaveMs: number;
  saveMs: number;
}

/** The library's strategy with the parts of it that its typings leave out. */
interface Internals {
  client: { options: { puppeteer: object } };
  userDataDir: string;
  sessionName: string;
  compressSession(): Promise<string>;
  unCompressSession(path: string): Promise<void>;
  tempDir: string;
}

const unpackMs = 60_000;

/** Files by which Chromium marks a profile as in use; a browser that was killed leaves them behind. */
const locks = ["SingletonLock", "SingletonSocket", "SingletonCookie"];

/**
 * A number's proof of being linked: the library's remote strategy, with the difference that nothing is thrown away. The
 * profile on this machine is used as long as no other machine saved a newer one; if WhatsApp does not accept it, the kept
 * versions are tried, newest first, before anybody is asked to link again. Lost connections delete nothing.
 */
export function createVaultAuth(RemoteAuth: RemoteStrategy, options: Options) {
  const { number, dir, ask } = options;
  const versionsOf = async () => (await ask({ op: "versions" })) as string[];
  const marker = join(dir, "version");
  /** What was tried since the last time it worked: versions, and "local". */
  const tried = new Set<string>();
  const unpacked = new Set<string>();
  let restored = false;
  let over = false;
  let timer: NodeJS.Timeout | undefined;
  /** Which round of saves goes on. */
  let round = 0;
  let saving: Promise<unknown> = Promise.resolve();

  function stopSaving(): void {
    round += 1;
    clearTimeout(timer);
  }

  const store = {
    sessionExists: async () => (await versionsOf()).length > 0,
    save: async () => {
      const version = (await ask({ op: "save", path: join(dir, `RemoteAuth-${number}.zip`) })) as string;
      await writeFile(marker, version);
    },
    extract: async ({ path }: { path: string }) => {
      const version = (await versionsOf()).find((one) => !tried.has(one));
      if (version === undefined) throw new Error("there is no version to restore");
      tried.add(version);
      await ask({ op: "extract", version, path });
      await writeFile(marker, version);
    },
    delete: async () => {
      await ask({ op: "delete" });
    },
  };

  class VaultAuth extends RemoteAuth {
    constructor() {
      super({ clientId: number, dataPath: dir, store, backupSyncIntervalMs: 60_000 });
    }

    private get inner(): Internals {
      return this as unknown as Internals;
    }

    async beforeBrowserInitialized(): Promise<void> {
      // After a logout the library wants to go on in the same browser, whose profile must not be taken from under it.
      if (over) return;
      const { inner } = this;
      inner.sessionName = `RemoteAuth-${number}`;
      inner.userDataDir = join(dir, inner.sessionName);
      inner.client.options.puppeteer = { ...inner.client.options.puppeteer, userDataDir: inner.userDataDir };
      const versions = await versionsOf();
      const current = await readFile(marker, "utf8").catch(() => undefined);
      const localIsNewest = (await exists(inner.userDataDir)) && (versions[0] ?? current) === current;
      if (localIsNewest && !tried.has("local")) {
        tried.add("local");
        restored = true;
        await Promise.all(locks.map((name) => rm(join(inner.userDataDir, name), { force: true })));
        return;
      }
      await this.restore(versions);
    }

    async afterBrowserInitialized(): Promise<void> {
      if (!over) await options.opened();
    }

    /** Unpacks the newest version that was not tried yet and can be read. */
    private async restore(versions: readonly string[]): Promise<void> {
      const { inner } = this;
      const path = join(dir, `${inner.sessionName}.zip`);
      for (;;) {
        await rm(inner.userDataDir, { recursive: true, force: true, maxRetries: 4 });
        await mkdir(inner.userDataDir, { recursive: true });
        restored = versions.some((version) => !tried.has(version));
        if (!restored) return;
        // A vault that does not answer is no reason to use an older version: the session starts over.
        await store.extract({ path });
        try {
          // What is no archive may also never come to an end.
          await Promise.race([inner.unCompressSession(path), failAfter(unpackMs)]);
          unpacked.add(await readFile(marker, "utf8"));
          return;
        } catch {
          await rm(path, { force: true });
        }
      }
    }

    /** WhatsApp does not know what was restored: the next version is tried, in a fresh browser. */
    async onAuthenticationNeeded() {
      // A link that was taken away is no matter of versions, and its end is told by the page.
      if (restored && (await options.loggedOut())) {
        return { failed: true, restart: false, failureEventPayload: "the link was taken away" };
      }
      const versions = await versionsOf();
      if (restored && versions.some((version) => !tried.has(version))) {
        return { failed: true, restart: true, failureEventPayload: "this version is not accepted" };
      }
      // None is accepted: the link was taken away while we were gone. What could not be read was not refused.
      if (versions.length > 0 && versions.every((version) => unpacked.has(version))) await store.delete();
      await rm(marker, { force: true });
      return { failed: false, restart: false, failureEventPayload: undefined };
    }

    afterAuthReady(): Promise<void> {
      stopSaving();
      const mine = round;
      const again = (ms: number) => {
        timer = setTimeout(() => void this.keep().finally(() => mine === round && again(options.saveMs)), ms);
      };
      if (!over) again(options.firstSaveMs);
      return Promise.resolve();
    }

    /** Keeps the profile as it is now, one after the other. What fails is tried again at the next turn. */
    keep(): Promise<boolean> {
      const turn = saving.then(() => (over ? false : this.save()));
      saving = turn;
      return turn;
    }

    private async save(): Promise<boolean> {
      const zip = join(dir, `RemoteAuth-${number}.zip`);
      try {
        await this.inner.compressSession();
        await store.save();
        return true;
      } catch {
        return false;
      } finally {
        await Promise.allSettled([this.inner.tempDir, zip].map((path) => rm(path, { recursive: true, force: true })));
      }
    }

    /** Called by the library on every state it does not like: most of them pass, so nothing is deleted. */
    disconnect(): Promise<void> {
      stopSaving();
      return Promise.resolve();
    }

    logout(): Promise<void> {
      over = true;
      stopSaving();
      return Promise.resolve();
    }

    destroy(): Promise<void> {
      stopSaving();
      return Promise.resolve();
    }

    /** The link is gone for good: the vault offers its versions no more, the profile is removed. */
    async forget(): Promise<void> {
      over = true;
      stopSaving();
      // A version that is just being kept must not come after the end.
      await saving;
      await store.delete();
      await Promise.all(
        [this.inner.userDataDir, marker].map((path) => rm(path, { recursive: true, force: true, maxRetries: 4 })),
      );
    }
  }
  return new VaultAuth();
}

export type VaultAuth = ReturnType<typeof createVaultAuth>;

async function failAfter(ms: number): Promise<never> {
  await sleep(ms, undefined, { ref: false });
  throw new Error("it took too long");
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
