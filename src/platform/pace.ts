import type { Redis } from "ioredis";

/** One limit: `perMs` ms between two, `burst` at once before that counts. */
export interface PaceLimit {
  key: string;
  perMs: number;
  burst: number;
}

export interface PaceKeeper {
  /**
   * Takes `places` places (one when not said) in all of these limits, or in none. 0: go now. Up to `nearMs`: the place is taken, go after so many ms.
   * More: nothing was taken, come again then. The first limit is the one that the whole group shares: whoever it turns
   * away is told a time of their own, one behind the other, so that not all of them come back at once. Several places are
   * taken as soon as the first of them is free, because what goes in parts is not torn apart; who comes next waits for all.
   */
  take(group: string, limits: readonly PaceLimit[], nearMs: number, places?: number): Promise<number>;
  /** Nobody of the group gets a place for so long. */
  pause(group: string, ms: number): Promise<void>;
}

/**
 * The generic cell rate algorithm: each limit keeps the time at which the next place would be due if nobody were in a
 * hurry. One script for all limits, on the server's clock, so that any number of workers share them.
 */
const script = `
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local near = tonumber(ARGV[1])
local places = tonumber(ARGV[#ARGV])
local paused = tonumber(redis.call("PTTL", KEYS[1]))
local wait = 0
local shared = 0
if paused > 0 then wait = paused end
local due = {}
for i = 2, #KEYS - 1 do
  local per = tonumber(ARGV[(i - 2) * 2 + 2])
  local burst = tonumber(ARGV[(i - 2) * 2 + 3])
  local at = tonumber(redis.call("GET", KEYS[i]) or now)
  if at < now then at = now end
  due[i] = at
  local until_ = at - (burst - 1) * per - now
  if i == 2 then shared = until_ end
  if until_ > wait then wait = until_ end
end
if wait > near or paused > 0 then
  if paused <= 0 and shared > near then
    local before = redis.call("INCR", KEYS[#KEYS]) - 1
    if before == 0 then redis.call("PEXPIRE", KEYS[#KEYS], math.ceil(shared)) end
    -- A little early: who is late by less than that still finds the place.
    wait = math.max(wait, near + 1, shared + before * tonumber(ARGV[2]) - near / 2)
  end
  return math.ceil(wait)
end
for i = 2, #KEYS - 1 do
  local per = tonumber(ARGV[(i - 2) * 2 + 2])
  local nextAt = due[i] + per * places
  redis.call("SET", KEYS[i], tostring(nextAt), "PX", math.ceil(nextAt - now + per))
end
return math.ceil(wait)
`;

/** Keys of one group lie in one slot of a cluster. */
export function createPaceKeeper(redis: Redis, prefix: string): PaceKeeper {
  const name = (group: string, key: string) => `${prefix}:pace:{${group}}:${key}`;
  return {
    async take(group, limits, nearMs, places = 1) {
      const keys = [name(group, "pause"), ...limits.map((limit) => name(group, limit.key)), name(group, "behind")];
      const figures = limits.flatMap(({ perMs, burst }) => [perMs, burst]);
      return Number(await redis.eval(script, keys.length, ...keys, nearMs, ...figures, places));
    },
    async pause(group, ms) {
      const key = name(group, "pause");
      // A shorter pause does not end a longer one.
      if ((await redis.pttl(key)) < ms) await redis.set(key, "1", "PX", Math.max(1, Math.ceil(ms)));
    },
  };
}
