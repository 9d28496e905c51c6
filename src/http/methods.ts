import type { RequestHandler, Router } from "express";
import { AppError } from "../core/errors.js";
import { sendProblem } from "./problems.js";

/** The methods that an address takes; none when no router knows it. */
function methodsAt(routers: readonly Router[], path: string): string[] {
  const routes = routers.flatMap((router) =>
    router.stack.flatMap((layer) => {
      // The router matches this way itself; its types leave the method out.
      const matches = (layer as unknown as { match(path: string): boolean }).match(path);
      return layer.route && matches ? [layer.route] : [];
    }),
  );
  // A name of its own goes before an id: "/channels/kinds" is not an account.
  const named = routes.filter((route) => route.path === path);
  const methods = (named.length > 0 ? named : routes).flatMap(({ stack }) => stack.map(({ method }) => method));
  return [...new Set(methods.filter(Boolean).map((method) => method.toUpperCase()))].sort();
}

/** Stands before a set of routers: whoever asks what an address takes is told so. */
export function optionsOf(routers: readonly Router[]): RequestHandler {
  return (request, response, next) => {
    const allow = request.method === "OPTIONS" ? methodsAt(routers, request.path) : [];
    if (allow.length === 0) next();
    else response.set("Allow", allow.join(", ")).status(204).end();
  };
}

/**
 * Stands behind a set of routers: an address that one of them knows with another method is 405 with the methods it has,
 * every other one goes on to 404.
 */
export function methodsOf(routers: readonly Router[]): RequestHandler {
  return (request, response, next) => {
    const allow = methodsAt(routers, request.path);
    if (allow.length === 0) {
      next();
      return;
    }
    response.set("Allow", allow.join(", "));
    sendProblem(response, new AppError("method_not_allowed", `This address does not take ${request.method}.`));
  };
}
