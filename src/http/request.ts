import type { Request, RequestHandler, Response } from "express";
import type { z } from "zod";
import type { Origin } from "../api/endpoint.js";
import { AppError } from "../core/errors.js";
import type { Identity, Person, Principal } from "../identity/index.js";
import { whatIsWrong } from "./fieldReasons.js";
import { cookiesOf, type Site } from "./site.js";

/** Who a request comes from, as far as it says. */
interface Caller {
  principal?: Principal;
  person?: Person;
  /** Why a signed-in person is nobody in the workspace that the request names. */
  refused?: AppError;
  /** A session cookie came along that is worth nothing any more. */
  stale?: boolean;
}

const workspaceHeader = "switchboard-workspace";
const harmless = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Finds out who asks: by API key, or by the session cookie and the workspace that the request names. Refuses a wrong key and
 * what another site may have made a browser send; whether anybody has to be there is for the endpoint to say.
 */
export function authenticated(identity: Identity, site: Site): RequestHandler {
  return async (request, response, next) => {
    response.locals.caller = await callerOf(identity, site, request);
    next();
  };
}

async function callerOf(identity: Identity, site: Site, request: Request): Promise<Caller> {
  const authorization = request.get("authorization");
  if (authorization !== undefined) {
    const [scheme, token] = authorization.split(" ");
    return { principal: await identity.authenticate(scheme?.toLowerCase() === "bearer" ? token : undefined) };
  }
  const cookies = cookiesOf(request.headers.cookie, site.secure(request));
  if (Object.keys(cookies).length > 0 && !harmless.has(request.method)) fromOurPages(request, site);
  if (cookies.session === undefined) return {};
  const person = await identity.access.person(cookies.session);
  if (!person) return { stale: true };
  const workspaceId = request.get(workspaceHeader);
  if (workspaceId === undefined) return { person };
  try {
    return { person, principal: await identity.access.member(person, workspaceId) };
  } catch (error) {
    if (error instanceof AppError) return { person, refused: error };
    throw error;
  }
}

/** Another site can make a browser send our cookies, but neither this header nor our origin. */
function fromOurPages(request: Request, site: Site): void {
  const origin = request.get("origin");
  const ours = origin === undefined || site.ownOrigin(origin, request.get("host"));
  if (ours && request.get("x-requested-with") === "switchboard") return;
  throw new AppError(
    "forbidden",
    "Requests with a session cookie need X-Requested-With: switchboard and our own origin.",
    {
      reason: "cross_site",
    },
  );
}

const callerIn = (response: Response): Caller => (response.locals.caller as Caller | undefined) ?? {};

/** Who asks something of a workspace. Throws AppError when nobody does. */
export function principalOf(response: Response): Principal {
  const { principal, person, refused, stale } = callerIn(response);
  if (principal) return principal;
  if (refused) throw refused;
  if (person) {
    throw new AppError("invalid_request", "Name the workspace: Switchboard-Workspace: wsp_…", {
      reason: "workspace_missing",
    });
  }
  throw nobody(stale, "Send a valid API key (Authorization: Bearer sb_live_…), or sign in.");
}

/** A page whose session has ended is told so, whatever it asks. */
const nobody = (stale: boolean | undefined, otherwise: string) =>
  stale
    ? new AppError("unauthenticated", "The session is over. Sign in again.", { reason: "session_over" })
    : new AppError("unauthenticated", otherwise);

/** The signed-in person. Throws AppError when there is none. */
export function personOf(response: Response): Person {
  const { person, principal, stale } = callerIn(response);
  if (person) return person;
  if (principal) throw new AppError("forbidden", "This is for signed-in people; an API key cannot do it.");
  throw nobody(stale, "Sign in first.");
}

/** The signed-in person, if any. */
export const personOrNull = (response: Response): Person | null => callerIn(response).person ?? null;

/** By whom requests are counted: the key, the member, the person, or else the address. */
export function countedBy(request: Request, response: Response): string {
  const { principal, person } = callerIn(response);
  return principal?.callerId ?? person?.userId ?? addressOf(request);
}

export const addressOf = (request: Request): string => request.ip ?? "unknown";

/** Where a request came from. */
export function originOf(request: Request, site: Site): Origin {
  return {
    address: addressOf(request),
    agent: request.get("user-agent") ?? null,
    cookies: cookiesOf(request.headers.cookie, site.secure(request)),
  };
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
        ...whatIsWrong(issue),
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
