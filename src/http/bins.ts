import express, { Router } from "express";

/** A place that takes webhooks; see the feature. */
interface Receiver {
  receive(request: { key: string; headers: Record<string, string>; body: string }): Promise<200 | 404>;
}

const bodyMost = 200_000;

/** Public addresses of request bins: whoever knows one may post to it. */
export function binRoutes(bins: Receiver): Router {
  const routes = Router();
  routes.post(
    "/bins/:key",
    express.raw({ type: () => true, limit: bodyMost, inflate: false }),
    async (request, response) => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [
          name,
          Array.isArray(value) ? value.join(", ") : (value ?? ""),
        ]),
      );
      const body = Buffer.isBuffer(request.body) ? request.body.toString("utf8") : "";
      response.status(await bins.receive({ key: request.params.key, headers, body })).end();
    },
  );
  return routes;
}
