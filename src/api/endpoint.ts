import { z } from "zod";
import type { ErrorCode } from "../core/errors.js";
import type { Person, Principal, Scope } from "../identity/index.js";

/**
 * Who may call: "workspace" an API key or a member, with the permission that `scope` names; "user" a signed-in person, whatever
 * the workspace; "public" anybody.
 */
export type Access = "workspace" | "user" | "public";

/** What a handler knows of its caller. */
export type CallerOf<X extends Access> = X extends "workspace" ? Principal : X extends "user" ? Person : Person | null;

/** Where a request came from. */
export interface Origin {
  /** The caller's IP address. */
  address: string;
  /** The caller's User-Agent, if it sent one. */
  agent: string | null;
  /** Cookies of ours by name, without the prefix they travel under. */
  cookies: Readonly<Record<string, string>>;
}

/** One request as a handler sees it: checked, and with the caller known. */
export interface Call<Q, B, X extends Access = "workspace"> {
  principal: CallerOf<X>;
  /** The `:names` of the path. */
  params: Record<string, string>;
  query: Q;
  body: B;
  /** The caller's Idempotency-Key; only endpoints with `idempotency: "own"` need it. */
  idempotencyKey: string | undefined;
  requestId: string;
  from: Origin;
  /** Sets a header of the answer. */
  header(name: string, value: string): void;
  /** Sets a cookie that no script and no other site can use; null takes it away. Without `seconds` it ends with the browser. */
  cookie(name: string, value: string | null, seconds?: number): void;
  /** Adds plain facts to what the audit log says of this call; never texts, secrets or contact details. */
  audit(facts: {
    targetId?: string;
    details?: Record<string, string | number | boolean | null | readonly string[]>;
  }): void;
}

/** What an endpoint of `/api/v1` is. The same schemas check requests, type the handler and make the OpenAPI document. */
export interface EndpointDefinition<
  Q extends z.ZodObject,
  B extends z.ZodType,
  A extends z.ZodType,
  X extends Access = "workspace",
> {
  method: "get" | "post" | "put" | "patch" | "delete";
  /** Below `/api/v1`, with `:names` for ids: "/conversations/:id". */
  path: string;
  /** Group in the documentation, such as "Conversations". */
  tag: string;
  /** One line, imperative: "List conversations". */
  summary: string;
  description?: string;
  /** Who may call; "workspace" unless told otherwise. */
  access?: X;
  /** The permission a caller of a workspace needs; null: any valid key or member. */
  scope: Scope | null;
  /**
   * What the audit log calls a change; by default it follows from method and path ("members.update"). null: nothing is
   * written, for what happens all the time and changes nothing of weight (typing, read marks).
   */
  action?: string | null;
  query?: Q;
  body?: B;
  /** The body may be left out. */
  bodyOptional?: boolean;
  /** The body is a file of this type and at most so many bytes instead of JSON; `body` is `fileBody`. Never with `kept`. */
  file?: { type: string; most: number };
  /** The answer is a text of this type, sent while it comes into being; `answer` is `textStream`. Never with `kept`. */
  streams?: { type: string; name?: string };
  /** What is answered with `status`; null: nothing (204). */
  answer: A | null;
  /** 200 unless told otherwise; 204 when `answer` is null. */
  status?: 200 | 201 | 202 | 204;
  /** Refusals a caller should expect besides those every endpoint has (400, 401, 403, 404 with ids, 429, 503). */
  errors?: readonly ErrorCode[];
  /**
   * POST of a workspace only. "kept" (default): the answer of an Idempotency-Key is kept for a day and given again. "own": the
   * handler does it, durably. "none": repeating is harmless, or the answer must not be kept.
   */
  idempotency?: "kept" | "own" | "none";
  handle(call: Call<z.output<Q>, z.output<B>, X>): Promise<z.input<A>> | z.input<A>;
}

/** An endpoint with its types forgotten: what the HTTP layer and the documentation work on. */
export interface Endpoint extends Omit<EndpointDefinition<z.ZodObject, z.ZodType, z.ZodType, Access>, "handle"> {
  handle(call: Call<unknown, unknown, Access>): unknown;
}

/** Declares an endpoint; checks that handler and schemas agree. */
export function endpoint<
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodUndefined,
  A extends z.ZodType = z.ZodUndefined,
  X extends Access = "workspace",
>(definition: EndpointDefinition<Q, B, A, X>): Endpoint {
  return definition;
}

/** The body of an endpoint that takes a file. */
export const fileBody = z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length > 0);
/** The answer of an endpoint that sends its text while it comes into being. */
export const textStream = z.custom<AsyncIterable<string>>();

/** The query of every list. */
export const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50).describe("Rows per page"),
  cursor: z.string().max(500).optional().describe("`next_cursor` of the page before"),
});

/** The answer of every list. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    data: z.array(item),
    next_cursor: z.string().nullable().describe("Position of the next page; null on the last one"),
    has_more: z.boolean(),
  });
}

/** A page of the store as the API shows it. */
export function pageDto<T, D>(page: { items: readonly T[]; next: string | null }, present: (item: T) => D) {
  return { data: page.items.map(present), next_cursor: page.next, has_more: page.next !== null };
}
