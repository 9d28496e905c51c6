import { randomUUID } from "node:crypto";
import type { RequestHandler } from "express";
import type { Histogram } from "prom-client";
import type { Log } from "../core/ports.js";

const sane = /^[\w.:-]{8,100}$/;

/**
 * Gives every request an id (the caller's, when sane), answers with it, and writes one line when it is done. The line holds the
 * route's pattern, never the address: addresses carry endpoint keys and tokens.
 */
export function requestLog(log: Log, durations: Histogram<"method" | "route" | "status">): RequestHandler {
  return (request, response, next) => {
    const given = request.get("x-request-id");
    const requestId = given !== undefined && sane.test(given) ? given : `req_${randomUUID()}`;
    response.locals.requestId = requestId;
    response.set("X-Request-Id", requestId);
    const started = process.hrtime.bigint();
    response.on("close", () => {
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      // Express forgets where a router was mounted once it throws; the mount has written it down.
      const base = (response.locals.base as string | undefined) ?? request.baseUrl;
      const route = `${base}${(request.route as { path?: string } | undefined)?.path ?? ""}` || "unmatched";
      const { method } = request;
      const status = response.statusCode;
      durations.observe({ method, route, status: String(status) }, seconds);
      const finished = response.writableFinished;
      log.info("request", { requestId, method, route, status, ms: Math.round(seconds * 1e4) / 10, finished });
    });
    next();
  };
}
