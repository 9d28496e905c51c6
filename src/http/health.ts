import { Router } from "express";
import type { Registry } from "prom-client";

/** Resolves when the part is well, rejects when it is not. */
export type Check = () => Promise<unknown>;

const checkMs = 2_000;

async function checked(name: string, check: Check) {
  const started = Date.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), checkMs);
  });
  try {
    await Promise.race([check(), late]);
    return { name, ok: true, ms: Date.now() - started };
  } catch {
    return { name, ok: false, ms: Date.now() - started };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * `/livez`: the process answers. `/readyz`: it and each of its stores can work (503 otherwise, with the name of what cannot).
 * `/version`, `/metrics` in Prometheus' text form.
 */
export function healthRoutes(options: {
  checks: Record<string, Check>;
  version: string;
  metrics: Registry;
  draining(): boolean;
}): Router {
  const routes = Router();
  routes.get("/livez", (_request, response) => {
    response.json({ status: "ok" });
  });
  routes.get("/readyz", async (_request, response) => {
    const checks = await Promise.all(Object.entries(options.checks).map(([name, check]) => checked(name, check)));
    const ok = checks.every((check) => check.ok) && !options.draining();
    response.status(ok ? 200 : 503).json({ status: ok ? "ok" : "unavailable", draining: options.draining(), checks });
  });
  routes.get("/version", (_request, response) => {
    response.json({ name: "switchboard", version: options.version, node: process.version });
  });
  routes.get("/metrics", async (_request, response) => {
    response.type(options.metrics.contentType).send(await options.metrics.metrics());
  });
  return routes;
}
