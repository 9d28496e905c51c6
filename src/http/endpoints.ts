import { createHash } from "node:crypto";
import { Router, type Request, type Response } from "express";
import { z } from "zod";
import type { Call, Endpoint } from "../api/endpoint.js";
import type { KeptAnswer, KeptAnswers } from "../core/ports.js";
import { requireScope } from "../identity/index.js";
import { idempotencyKeyOf, parse, principalOf } from "./request.js";

/** Endpoints without a query of their own refuse every parameter, as all others refuse unknown ones. */
const noQuery = z.strictObject({});

/** Turns endpoint definitions into routes: authorize, check, one handler, answer. */
export function endpointRoutes(endpoints: readonly Endpoint[], kept: KeptAnswers): Router {
  const routes = Router();
  for (const definition of endpoints) {
    routes[definition.method](definition.path, async (request, response) => {
      await serve(definition, kept, request, response);
    });
  }
  return routes;
}

async function serve(definition: Endpoint, kept: KeptAnswers, request: Request, response: Response): Promise<void> {
  const principal = principalOf(response);
  if (definition.scope !== null) requireScope(principal, definition.scope);
  const idempotencyKey = definition.method === "post" ? idempotencyKeyOf(request) : undefined;
  const call: Call<unknown, unknown> = {
    principal,
    params: request.params as Record<string, string>,
    query: definition.query ? parse(definition.query, request.query, "query") : parse(noQuery, request.query, "query"),
    body: bodyOf(definition, request),
    idempotencyKey,
    requestId: String(response.locals.requestId),
    header: (name, value) => response.set(name, value),
  };
  const work = async (): Promise<KeptAnswer> => ({
    status: definition.status ?? (definition.answer === null ? 204 : 200),
    body: await definition.handle(call),
  });

  if (idempotencyKey === undefined || (definition.idempotency ?? "kept") !== "kept") {
    const { status, body } = await work();
    answer(response, status, body);
    return;
  }
  const hash = createHash("sha256")
    .update(JSON.stringify([definition.path, call.params, call.query, call.body]))
    .digest("base64url");
  const { status, body, replayed } = await kept.once(
    { workspaceId: principal.workspaceId, caller: principal.keyId, key: idempotencyKey, hash },
    work,
  );
  if (replayed) response.set("Idempotent-Replayed", "true");
  answer(response, status, body);
}

function bodyOf(definition: Endpoint, request: Request): unknown {
  if (!definition.body) return undefined;
  const given: unknown = request.body;
  if (given === undefined && definition.bodyOptional) return parse(definition.body, {}, "body");
  return parse(definition.body, given, "body");
}

function answer(response: Response, status: number, body: unknown): void {
  response.status(status);
  if (status === 204) response.end();
  else response.json(body);
}
