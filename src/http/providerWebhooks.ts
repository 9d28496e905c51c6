import express, { Router } from "express";
import type { Intake } from "../adapters/intake.js";

/**
 * One generic route for the webhooks of every channel. The body stays raw bytes: signatures are made over them. The answer's
 * body is empty unless the provider asked for a challenge.
 */
export function providerWebhooks(intake: Intake, options: { bodyLimitBytes: number }): Router {
  const routes = Router();
  const raw = express.raw({ type: () => true, limit: options.bodyLimitBytes, inflate: false });

  routes.all("/webhooks/:channel/:endpointKey", raw, async (request, response) => {
    if (request.method !== "POST" && request.method !== "GET") {
      response.set("Allow", "GET, POST").status(405).end();
      return;
    }
    const { channel, endpointKey } = request.params;
    const answer = await intake.webhook(
      channel,
      endpointKey,
      {
        method: request.method,
        headers: Object.fromEntries(
          Object.entries(request.headersDistinct).map(([name, values]) => [
            name,
            values?.length === 1 ? values[0] : values,
          ]),
        ),
        query: Object.fromEntries(
          Object.entries(request.query).map(([name, value]) => [name, typeof value === "string" ? value : ""]),
        ),
        body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      },
      String(response.locals.requestId ?? ""),
    );
    response.status(answer.status);
    if (answer.text === undefined) response.end();
    else response.type("text/plain").send(answer.text);
  });

  return routes;
}
