/** How much of the provider's budget is used, by the headers of its answers. */
export interface Usage {
  /** Looks at the headers of an answer. */
  observe(headers: Record<string, string | string[] | undefined>, now: number): void;
  /** How long nothing should be sent yet; 0 when there is room. */
  waitMs(now: number): number;
}

/** From here on we wait by ourselves: at 100 Meta refuses, and goes on refusing for an hour. */
const fullPercent = 95;
const shortRestMs = 60_000;
const names = ["x-app-usage", "x-page-usage", "x-business-use-case-usage", "x-ad-account-usage"];

/** Reads Meta's usage headers (JSON of percentages) and holds back before the limit is reached. */
export function createUsage(): Usage {
  let until = 0;
  return {
    observe(headers, now) {
      for (const name of names) {
        const value = headers[name];
        const { percent, minutes } = worstOf(parsed(typeof value === "string" ? value : undefined));
        if (percent < fullPercent) continue;
        until = Math.max(until, now + (minutes > 0 ? minutes * 60_000 : shortRestMs));
      }
    },
    waitMs: (now) => Math.max(0, until - now),
  };
}

function parsed(value: string | undefined): unknown {
  try {
    return value === undefined ? undefined : JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** The highest percentage anywhere in it, and the longest time to wait that it names. */
function worstOf(value: unknown): { percent: number; minutes: number } {
  const worst = { percent: 0, minutes: 0 };
  if (typeof value !== "object" || value === null) return worst;
  for (const [name, part] of Object.entries(value)) {
    if (typeof part === "object") {
      const inner = worstOf(part);
      worst.percent = Math.max(worst.percent, inner.percent);
      worst.minutes = Math.max(worst.minutes, inner.minutes);
    } else if (typeof part === "number") {
      if (name === "estimated_time_to_regain_access") worst.minutes = Math.max(worst.minutes, part);
      else if (/^(call_count|total_time|total_cputime)$/.test(name)) worst.percent = Math.max(worst.percent, part);
    }
  }
  return worst;
}
