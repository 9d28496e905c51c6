import type { RequestHandler, Response } from "express";
import type { Redis } from "ioredis";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from "rate-limiter-flexible";
import { AppError } from "../core/errors.js";
import { addressOf, countedBy } from "./request.js";

interface Budget {
  name: "read" | "write";
  perMinute: number;
}

const windowSeconds = 60;
/** Wrong keys an address may try in a minute. */
const wrongKeysMost = 30;

/** Counts in Redis for all processes; while it is away each process counts for itself. */
function limiter(redis: Redis, prefix: string, name: string, points: number): RateLimiterAbstract {
  const own = new RateLimiterMemory({ points, duration: windowSeconds });
  return new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: `${prefix}:limit:${name}`,
    points,
    duration: windowSeconds,
    insuranceLimiter: own,
  });
}

/**
 * Requests a caller (a key, a member, or an address that is neither) may make, reading and writing apart. Every answer says how much is left: in the structured fields of the IETF
 * draft and in the older X- headers. 0 per minute: no limit.
 */
export function rateLimit(options: {
  redis: Redis;
  prefix: string;
  readsPerMinute: number;
  writesPerMinute: number;
}): RequestHandler {
  const { redis, prefix, readsPerMinute, writesPerMinute } = options;
  const read = {
    budget: { name: "read", perMinute: readsPerMinute } as Budget,
    by: limiter(redis, prefix, "read", readsPerMinute),
  };
  const write = {
    budget: { name: "write", perMinute: writesPerMinute } as Budget,
    by: limiter(redis, prefix, "write", writesPerMinute),
  };

  return async (request, response, next) => {
    const { budget, by } = request.method === "GET" || request.method === "HEAD" ? read : write;
    if (budget.perMinute === 0) {
      next();
      return;
    }
    try {
      show(response, budget, await by.consume(countedBy(request, response)));
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      show(response, budget, error);
      throw new AppError("rate_limited", `More than ${budget.perMinute} requests were made in a minute.`, {
        retryAfterSeconds: Math.max(1, Math.ceil(error.msBeforeNext / 1000)),
      });
    }
    next();
  };
}

function show(response: Response, { name, perMinute }: Budget, state: RateLimiterRes): void {
  const seconds = Math.ceil(state.msBeforeNext / 1000);
  response.set({
    "RateLimit-Policy": `"${name}";q=${perMinute};w=${windowSeconds}`,
    RateLimit: `"${name}";r=${state.remainingPoints};t=${seconds}`,
    "X-RateLimit-Limit": String(perMinute),
    "X-RateLimit-Remaining": String(state.remainingPoints),
    "X-RateLimit-Reset": String(seconds),
  });
}

/** Wraps authentication: an address that tries many wrong keys has to wait. Right keys cost nothing. */
export function guessLimit(options: { redis: Redis; prefix: string }, authenticate: RequestHandler): RequestHandler {
  const wrong = limiter(options.redis, options.prefix, "guess", wrongKeysMost);
  return async (request, response, next) => {
    const address = addressOf(request);
    try {
      await authenticate(request, response, next);
    } catch (error) {
      const guessed = error instanceof AppError && error.code === "unauthenticated" && request.get("authorization");
      if (!guessed) throw error;
      try {
        await wrong.consume(address);
      } catch (limited) {
        if (!(limited instanceof RateLimiterRes)) throw limited;
        throw new AppError("rate_limited", "Too many wrong API keys from this address. Wait a minute.", {
          retryAfterSeconds: Math.max(1, Math.ceil(limited.msBeforeNext / 1000)),
        });
      }
      throw error;
    }
  };
}
