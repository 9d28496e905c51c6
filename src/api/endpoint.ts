import { z } from "zod";
import type { ErrorCode } from "../core/errors.js";
import type { Principal, Scope } from "../identity/index.js";

/** One request as a handler sees it: checked, and with the caller known. */
export interface Call<Q, B> {
  principal: Principal;
  /** The `:names` of the path. */
  params: Record<string, string>;
  query: Q;
  body: B;
  /** The caller's Idempotency-Key; only endpoints with `idempotency: "own"` need it. */
  idempotencyKey: string | undefined;
  requestId: string;
  /** Sets a header of the answer. */
  header(name: string, value: string): void;
}

/** What an endpoint of `/api/v1` is. The same schemas check requests, type the handler and make the OpenAPI document. */
export interface EndpointDefinition<Q extends z.ZodObject, B extends z.ZodType, A extends z.ZodType> {
  method: "get" | "post" | "put" | "patch" | "delete";
  /** Below `/api/v1`, with `:names` for ids: "/conversations/:id". */
  path: string;
  /** Group in the documentation, such as "Conversations". */
  tag: string;
  /** One line, imperative: "List conversations". */
  summary: string;
  description?: string;
  /** What the caller's key must carry; null: any valid key. */
  scope: Scope | null;
  query?: Q;
  body?: B;
  /** The body may be left out. */
  bodyOptional?: boolean;
  /** What is answered with `status`; null: nothing (204). */
  answer: A | null;
  /** 200 unless told otherwise; 204 when `answer` is null. */
  status?: 200 | 201 | 202 | 204;
  /** Refusals a caller should expect besides those every endpoint has (400, 401, 403, 404 with ids, 429, 503). */
  errors?: readonly ErrorCode[];
  /**
   * POST only. "kept" (default): the answer of an Idempotency-Key is kept for a day and given again. "own": the handler does
   * it, durably. "none": repeating is harmless.
   */
  idempotency?: "kept" | "own" | "none";
  handle(call: Call<z.output<Q>, z.output<B>>): Promise<z.input<A>> | z.input<A>;
}

/** An endpoint with its types forgotten: what the HTTP layer and the documentation work on. */
export interface Endpoint extends Omit<EndpointDefinition<z.ZodObject, z.ZodType, z.ZodType>, "handle"> {
  handle(call: Call<unknown, unknown>): unknown;
}

/** Declares an endpoint; checks that handler and schemas agree. */
export function endpoint<
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodUndefined,
  A extends z.ZodType = z.ZodUndefined,
>(definition: EndpointDefinition<Q, B, A>): Endpoint {
  return definition;
}

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
