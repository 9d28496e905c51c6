import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { Capabilities } from "../core/capabilities.js";
import type { Pace } from "../inbox/index.js";
import { createPaceKeeper, type PaceLimit } from "../platform/pace.js";

/** Up to here a worker waits for its place itself; beyond it works on something else. */
const nearMs = 250;

/** Sends at the pace the providers let through, whatever the number of workers: overall, per chat, and per group. */
export function createPace(deps: {
  redis: Redis;
  prefix: string;
  capabilitiesOf(kind: string): Capabilities | undefined;
  /** A multiple of what the providers publish. */
  factor: number;
}): Pace {
  const keeper = createPaceKeeper(deps.redis, deps.prefix);

  function limitsOf(kind: string, chat: { key: string; group: boolean }): PaceLimit[] {
    const pace = deps.capabilitiesOf(kind)?.pace;
    if (!pace) return [];
    const overall = pace.overallPerSecond * deps.factor;
    return [
      // One after the other: a burst on top of the rate would be more in one second than the provider lets through.
      { key: "all", perMs: 1000 / overall, burst: 1 },
      { key: `chat:${chat.key}`, perMs: 1000 / (pace.perChatPerSecond * deps.factor), burst: pace.chatBurst ?? 1 },
      ...(chat.group && pace.perGroupPerMinute !== undefined
        ? [
            {
              key: `group:${chat.key}`,
              perMs: 60_000 / (pace.perGroupPerMinute * deps.factor),
              burst: pace.chatBurst ?? 1,
            },
          ]
        : []),
    ];
  }

  return {
    async take(account, chat) {
      const waitMs = await keeper.take(account.id, limitsOf(account.kind, chat), nearMs);
      if (waitMs > nearMs) return waitMs;
      if (waitMs > 0) await sleep(waitMs);
      return 0;
    },
    pause: (accountId, ms) => keeper.pause(accountId, ms),
  };
}
