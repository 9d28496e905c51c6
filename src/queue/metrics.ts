import { Gauge, type Registry } from "prom-client";
import type { Queues } from "./queues.js";

/** Depth, age of the oldest waiting job and dead letters of every queue, read when they are asked for. */
export function queueMetrics(queues: Queues, registry: Registry, now: () => Date): void {
  const depth = new Gauge({
    name: "switchboard_queue_jobs",
    help: "Jobs by queue and state",
    labelNames: ["queue", "state"] as const,
    registers: [],
    async collect() {
      for (const [queue, bull] of queues.byName) {
        const counts = await bull.getJobCounts("waiting", "active", "delayed", "failed");
        for (const [state, count] of Object.entries(counts)) this.set({ queue, state }, count);
      }
    },
  });
  const oldest = new Gauge({
    name: "switchboard_queue_oldest_seconds",
    help: "Age of the oldest waiting job",
    labelNames: ["queue"] as const,
    registers: [],
    async collect() {
      for (const [queue, bull] of queues.byName) {
        const [job] = await bull.getJobs(["waiting"], 0, 0, true);
        this.set({ queue }, job ? (now().getTime() - job.timestamp) / 1000 : 0);
      }
    },
  });
  registry.registerMetric(depth);
  registry.registerMetric(oldest);
}
