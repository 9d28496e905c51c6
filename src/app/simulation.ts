import type { Redis } from "ioredis";
import { Readable } from "node:stream";
import { request } from "undici";
import type { Config } from "../../config/load.js";
import { startWorld, Unable } from "../../simulator/world/index.js";
import type { AdapterTools, ChannelAdapter } from "../adapters/contract.js";
import { ProviderError } from "../core/errors.js";
import type { HostInfo, SimulatorDeps, StandIns } from "../features/simulator/index.js";
import { takeLease } from "../platform/lease.js";

/** The stand-ins of `simulator/`, run inside this process. */
export const standIns: StandIns = {
  start: (hooks) => startWorld(hooks),
  unable: (error) => (error instanceof Unable ? error.message : undefined),
};

/** `auto`: on outside production. */
export const simulatorOn = ({ SIMULATOR, NODE_ENV }: Config): boolean =>
  SIMULATOR === "on" || (SIMULATOR === "auto" && NODE_ENV !== "production");

const leaseMs = 10_000;
const publishedMs = 15_000;

/** How processes agree on who runs the stand-ins, and tell each other where: over Redis. */
export function simulatorHosting(redis: Redis, prefix: string): Pick<SimulatorDeps, "lease" | "publish" | "published"> {
  const key = `${prefix}:simulator`;
  return {
    lease: () => takeLease(redis, `${prefix}:lease:simulator`, leaseMs),
    async publish(info) {
      if (info === null) await redis.del(key);
      else await redis.set(key, JSON.stringify(info), "PX", publishedMs);
    },
    async published() {
      const found = await redis.get(key);
      return found === null ? undefined : (JSON.parse(found) as HostInfo);
    },
  };
}

/** What a simulated account is lent: its stand-in in place of the provider, and no way to anything else. */
export function simulatedSurroundings(where: () => HostInfo | undefined, graphVersion: string) {
  return (kind: string): Partial<AdapterTools> => {
    const roots = where()?.roots;
    // Nobody listens there: what is to be sent waits until the stand-ins are back.
    const nowhere = "http://127.0.0.1:9";
    const own = roots?.own ?? nowhere;
    const graph = `${roots?.graph ?? nowhere}/${graphVersion}`;
    const apiRoots: Record<string, string> = {
      telegram: roots?.telegram ?? nowhere,
      whatsapp: graph,
      messenger: graph,
    };
    return {
      apiRoot: apiRoots[kind] ?? own,
      async openPublic(url) {
        const known = Object.values(roots ?? {}).some((root) => new URL(root).origin === new URL(url).origin);
        if (!known)
          throw new ProviderError({ kind: "refused", why: "policy" }, "Simulated accounts fetch nothing from outside.");
        const answer = await request(url).catch(() => undefined);
        if (answer?.statusCode !== 200) throw away("The stand-in did not give the file.");
        const mime = answer.headers["content-type"];
        return { stream: Readable.from(answer.body), mime: typeof mime === "string" ? mime : undefined };
      },
      async postPublic(_url, headers, body) {
        // Wherever the account is said to deliver to, only its stand-in hears of it.
        const account = (JSON.parse(body) as { account?: string }).account ?? "";
        const options = { method: "POST", headers, body } as const;
        const answer = await request(`${own}/own/${encodeURIComponent(account)}`, options).catch(() => undefined);
        if (!answer) throw away("The stand-in did not answer.");
        const told = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
        return {
          status: answer.statusCode,
          headers: Object.fromEntries(told) as Record<string, string>,
          body: await answer.body.text(),
        };
      },
    };
  };
}

/** What an adapter makes of a payload, without the payload itself in it; undefined when it cannot read it. */
export const normalizing =
  (adapterFor: (kind: string) => ChannelAdapter | undefined) => (kind: string, ref: string, payload: unknown) => {
    try {
      return adapterFor(kind)
        ?.normalize(payload, ref)
        .map(({ raw: _raw, ...event }) => event);
    } catch {
      return undefined;
    }
  };

const away = (sentence: string) => new ProviderError({ kind: "unreachable", mayHaveBeenSent: false }, sentence);
