import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { lengthIn, splitText } from "../adapters/shared/splitText.js";
import type { Capabilities } from "../core/capabilities.js";
import { mediaOf, textOf, type Content } from "../core/message.js";
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
    async take(account, chat, { content, sentParts }) {
      const places = Math.max(1, partsOf(content, deps.capabilitiesOf(account.kind)) - sentParts);
      const waitMs = await keeper.take(account.id, limitsOf(account.kind, chat), nearMs, places);
      if (waitMs > nearMs) return waitMs;
      if (waitMs > 0) await sleep(waitMs);
      return 0;
    },
    pause: (accountId, ms) => keeper.pause(accountId, ms),
  };
}

/**
 * How many messages of the provider a content becomes, as far as the channel's capabilities tell: a long text goes in parts,
 * each file of an album is a message, and words that are no caption follow as a text. What an adapter needs besides is not
 * counted.
 */
export function partsOf(content: Content, can: Capabilities | undefined): number {
  if (!can) return 1;
  const inText = (text: string) => splitText(text, can.text).length;
  if (content.kind === "text") return Math.max(1, inText(content.text));
  const files = mediaOf(content).length;
  if (files === 0) return 1;
  const words = textOf(content);
  const fits = can.caption !== null && lengthIn(words, can.text.unit) <= can.caption.max;
  return files + (words === "" || fits ? 0 : inText(words));
}
