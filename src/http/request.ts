import type { Request, RequestHandler, Response } from "express";
import type { z } from "zod";
import { AppError } from "../core/errors.js";
import type { Identity, Principal } from "../identity/index.js";

/** Lets only holders of a valid API key through, and remembers who they are for `principalOf`. */
export function authenticated(identity: Identity): RequestHandler {
  return async (request, response, next) => {
    const [scheme, token] = (request.get("authorization") ?? "").split(" ");
    response.locals.principal = await identity.authenticate(scheme?.toLowerCase() === "bearer" ? token : undefined);
    next();
  };
}

/** Who asks. Only for routes behind `authenticated`. */
export function principalOf(response: Response): Principal {
  return response.locals.principal as Principal;
}

/** The value as the schema wants it. Throws AppError `invalid_request` with a pointer for every field that is wrong. */
export function parse<T extends z.ZodType>(schema: T, value: unknown, part: "body" | "query"): z.infer<T> {
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  throw new AppError("invalid_request", `The ${part} is not as it should be.`, {
    errors: result.error.issues.map((issue) => {
      const path = issue.path.map((step) => String(step).replace(/~/g, "~0").replace(/\//g, "~1"));
      return {
        pointer: part === "query" ? `?${path.join(".")}` : path.map((step) => `/${step}`).join(""),
        message: issue.message,
      };
    }),
  });
}

/** The caller's Idempotency-Key, if any. */
export function idempotencyKeyOf(request: Request): string | undefined {
  const key = request.get("idempotency-key");
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new AppError("invalid_request", "The Idempotency-Key must be 1 to 255 visible ASCII characters.");
  }
  return key;
}
