import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import express, { Router, type Request, type Response } from "express";
import { z } from "zod";
import type { Access, Call, CallerOf, Endpoint } from "../api/endpoint.js";
import { AppError } from "../core/errors.js";
import type { KeptAnswer, KeptAnswers } from "../core/ports.js";
import { holds, requireScope, type Principal } from "../identity/index.js";
import type { AuditTrail } from "./auditTrail.js";
import { idempotencyKeyOf, originOf, parse, personOf, personOrNull, principalOf } from "./request.js";
import { setCookie, type Site } from "./site.js";

export interface ServeOptions {
  kept: KeptAnswers;
  trail: AuditTrail;
  site: Site;
}

/** Endpoints without a query of their own refuse every parameter, as all others refuse unknown ones. */
const noQuery = z.strictObject({});

/** Turns endpoint definitions into routes: authorize, check, one handler, answer, write down. */
export function endpointRoutes(endpoints: readonly Endpoint[], options: ServeOptions): Router {
  const routes = Router();
  for (const definition of endpoints) {
    const { file } = definition;
    const raw = file ? [express.raw({ type: () => true, limit: file.most, inflate: false })] : [];
    routes[definition.method](definition.path, ...raw, async (request, response) => {
      await serve(definition, options, request, response);
    });
  }
  return routes;
}

/** The caller, if one of this kind is there. Throws AppError otherwise. */
function callerOf({ access = "workspace" }: Endpoint, response: Response): CallerOf<Access> {
  if (access === "public") return personOrNull(response);
  return access === "user" ? personOf(response) : principalOf(response);
}

async function serve(
  definition: Endpoint,
  { kept, trail, site }: ServeOptions,
  request: Request,
  response: Response,
): Promise<void> {
  const principal = callerOf(definition, response);
  const params = request.params as Record<string, string>;
  const from = originOf(request, site);
  let facts: Parameters<Call<unknown, unknown, Access>["audit"]>[0] = {};
  const audited = <T>(work: () => Promise<T> | T) =>
    trail.around(definition, { principal, params, from }, () => facts, work);

  const ofWorkspace = (definition.access ?? "workspace") === "workspace" ? (principal as Principal) : undefined;
  const { scope } = definition;
  // A refusal is worth a line of the audit log as well.
  if (ofWorkspace && scope !== null && !holds(ofWorkspace.scopes, scope)) {
    await audited(() => requireScope(ofWorkspace, scope));
  }
  const idempotencyKey = definition.method === "post" ? idempotencyKeyOf(request) : undefined;
  const call: Call<unknown, unknown, Access> = {
    principal,
    params,
    query: definition.query ? parse(definition.query, request.query, "query") : parse(noQuery, request.query, "query"),
    body: bodyOf(definition, request),
    idempotencyKey,
    requestId: String(response.locals.requestId),
    from,
    header: (name, value) => response.set(name, value),
    cookie: (name, value, seconds) => setCookie(response, site.secure(request), name, value, seconds),
    audit: (more) => (facts = { ...facts, ...more }),
  };
  const { streams } = definition;
  if (streams) {
    // What was done is known at the end of the stream, and written down then.
    await audited(async () => send(response, streams, (await definition.handle(call)) as AsyncIterable<string>));
    return;
  }
  const work = (): Promise<KeptAnswer> =>
    audited(() => definition.handle(call)).then((body) => ({
      status: definition.status ?? (definition.answer === null ? 204 : 200),
      body,
    }));

  if (idempotencyKey === undefined || !ofWorkspace || (definition.idempotency ?? "kept") !== "kept") {
    const { status, body } = await work();
    answer(response, status, body);
    return;
  }
  const hash = createHash("sha256")
    .update(JSON.stringify([definition.path, call.params, call.query, call.body]))
    .digest("base64url");
  const { status, body, replayed } = await kept.once(
    { workspaceId: ofWorkspace.workspaceId, caller: ofWorkspace.callerId, key: idempotencyKey, hash },
    work,
  );
  if (replayed) response.set("Idempotent-Replayed", "true");
  answer(response, status, body);
}

/** Sends a text as it comes into being, no faster than it is read. Whoever leaves in the middle ends its making. */
async function send(
  response: Response,
  { type, name }: NonNullable<Endpoint["streams"]>,
  parts: AsyncIterable<string>,
): Promise<void> {
  response.status(200).set({ "Content-Type": `${type}; charset=utf-8`, "Cache-Control": "no-store" });
  if (name !== undefined) response.set("Content-Disposition", `attachment; filename="${name}"`);
  try {
    await pipeline(Readable.from(parts, { highWaterMark: 1 }), response);
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  }
}

function bodyOf(definition: Endpoint, request: Request): unknown {
  if (!definition.body) return undefined;
  // The JSON parser reads a body of no length as an empty object.
  const given: unknown = request.get("content-length") === "0" ? undefined : request.body;
  if (given === undefined && definition.bodyOptional !== true) {
    const type = definition.file?.type ?? "application/json";
    throw new AppError("invalid_request", `This address needs a body of type ${type}.`);
  }
  return parse(definition.body, given, "body");
}

function answer(response: Response, status: number, body: unknown): void {
  response.status(status);
  // Answers hold private data, and a browser's back button must not show them to the next person.
  response.set("Cache-Control", "no-store");
  if (status === 204) response.end();
  else response.json(body);
}
