import type { RequestHandler, Router } from "express";
import { AppError } from "../core/errors.js";
import { sendProblem } from "./problems.js";

/**
 * Stands behind a set of routers: an address that one of them knows with another method is 405 with the methods it has,
 * every other one goes on to 404.
 */
export function methodsOf(routers: readonly Router[]): RequestHandler {
  return (request, response, next) => {
    const allow = new Set<string>();
    for (const router of routers) {
      for (const layer of router.stack) {
        // The router matches this way itself; its types leave the method out.
        const matches = (layer as unknown as { match(path: string): boolean }).match(request.path);
        if (!layer.route || !matches) continue;
        for (const { method } of layer.route.stack) if (method) allow.add(method.toUpperCase());
      }
    }
    if (allow.size === 0) {
      next();
      return;
    }
    response.set("Allow", [...allow].sort().join(", "));
    sendProblem(response, new AppError("method_not_allowed", `This address does not take ${request.method}.`));
  };
}
