import type { Redis } from "ioredis";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "../core/errors.js";

/** How often something may be tried, by whom it is counted. */
const rules = {
  signInAddress: { points: 5, seconds: 20 },
  signInAccount: { points: 20, seconds: 300 },
  /** A browser that signed in to this account before: others' wrong passwords do not lock it out. */
  signInDevice: { points: 20, seconds: 300 },
  resetAddress: { points: 5, seconds: 3_600 },
  resetAccount: { points: 5, seconds: 3_600 },
  signUp: { points: 5, seconds: 300 },
  /** Codes of the second factor, and passwords asked again, per account. */
  proof: { points: 10, seconds: 300 },
  /** Tokens of links, per address. */
  link: { points: 20, seconds: 300 },
} as const;

export type ThrottleRule = keyof typeof rules;

export interface Throttle {
  /** Counts a try. Throws AppError `rate_limited` with the time to wait when there were too many. */
  take(rule: ThrottleRule, who: string): Promise<void>;
  /** It went well: what was counted is forgotten. */
  forgive(rule: ThrottleRule, who: string): Promise<void>;
}

function inWords(seconds: number): string {
  if (seconds < 90) return `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}

/** Counts in Redis for all processes; while it is away each process counts for itself. `pace` multiplies what is allowed. */
export function createThrottle(options: { redis: Redis; prefix: string; pace: number }): Throttle {
  const { redis, prefix, pace } = options;
  const limiters = new Map(
    Object.entries(rules).map(([name, { points, seconds }]) => {
      const limit = { points: Math.max(1, Math.round(points * pace)), duration: seconds };
      const limiter = new RateLimiterRedis({
        ...limit,
        storeClient: redis,
        keyPrefix: `${prefix}:auth:${name}`,
        insuranceLimiter: new RateLimiterMemory(limit),
      });
      return [name, limiter];
    }),
  );
  return {
    async take(rule, who) {
      try {
        await limiters.get(rule)!.consume(who);
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
        throw new AppError("rate_limited", `Too many tries. Wait ${inWords(seconds)}, then try again.`, {
          retryAfterSeconds: seconds,
        });
      }
    },
    async forgive(rule, who) {
      await limiters
        .get(rule)!
        .delete(who)
        .catch(() => undefined);
    },
  };
}
