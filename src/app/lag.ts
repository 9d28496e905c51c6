import { Histogram, type Registry } from "prom-client";

/** How long messages take between their stations, per channel. */
export interface Lag {
  /** "accepted": from the provider's time to our acceptance; "recorded": from there into the inbox. */
  inbound(stage: "accepted" | "recorded", channel: string, seconds: number): void;
  /** From the writing of a reply to the provider's yes. */
  sent(channel: string, seconds: number): void;
  /** What this process has measured. */
  histogram: Histogram<"stage" | "channel">;
}

export function lagMetrics(registry: Registry): Lag {
  const lag = new Histogram({
    name: "switchboard_lag_seconds",
    help: "Time of messages between stations: provider to acceptance (accepted), acceptance to inbox (recorded), reply to provider (sent)",
    labelNames: ["stage", "channel"] as const,
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600],
    registers: [registry],
  });
  // A provider's clock may run ahead of ours: that is no time at all.
  const observe = (stage: string, channel: string, seconds: number) =>
    lag.observe({ stage, channel }, Math.max(0, seconds));
  return { histogram: lag, inbound: observe, sent: (channel, seconds) => observe("sent", channel, seconds) };
}
