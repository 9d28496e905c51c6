import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";

const renew = `if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("pexpire", KEYS[1], ARGV[2]) end return 0`;
const release = `if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) end return 0`;

/** The right to run one session, held by one process at a time. */
export interface Lease {
  /** Aborted when the lease could not be kept: the work must stop, another process may have it already. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** Takes the lease of `name`, or undefined when somebody else has it. It is renewed at a third of its life. */
export async function takeLease(redis: Redis, name: string, lifeMs: number): Promise<Lease | undefined> {
  const token = randomUUID();
  if ((await redis.set(name, token, "PX", lifeMs, "NX")) !== "OK") return undefined;
  const lost = new AbortController();
  let heldUntil = Date.now() + lifeMs;
  const timer = setInterval(() => {
    const asked = Date.now();
    redis.eval(renew, 1, name, token, lifeMs).then(
      (kept) => {
        if (kept === 1) heldUntil = asked + lifeMs;
        else lost.abort();
      },
      () => {
        // An unreachable Redis is no reason to stop while the lease still runs.
        if (Date.now() > heldUntil - lifeMs / 3) lost.abort();
      },
    );
  }, lifeMs / 3);
  timer.unref();
  return {
    lost: lost.signal,
    async release() {
      clearInterval(timer);
      await redis.eval(release, 1, name, token).catch(() => undefined);
    },
  };
}
