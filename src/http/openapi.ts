import { OpenAPIRegistry, OpenApiGeneratorV31 } from "@asteasolutions/zod-to-openapi";
import { z } from "zod";
import type { Endpoint } from "../api/endpoint.js";
import type { ErrorCode } from "../core/errors.js";
import { fieldReasons, reasons, type FieldReason } from "../core/reasons.js";
import { attachmentDto, uploadQuery } from "../wire/content.js";
import { statusOf } from "./problems.js";

/** A problem document as every refusal is answered (RFC 9457). */
const problem = z
  .object({
    type: z.string().describe("Address of the error's documentation"),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe("What happened, in a sentence that may be shown"),
    instance: z.string().describe("The request id; quote it when you ask for help"),
    code: z.string().describe("Stable, for programs"),
    reason: z
      .string()
      .optional()
      .describe(
        `Finer than the code; stable. Besides what providers and rules of channels say: ${Object.keys(reasons).join(", ")}`,
      ),
    errors: z
      .array(
        z.object({
          pointer: z.string(),
          message: z.string(),
          code: z.enum(Object.keys(fieldReasons) as [FieldReason, ...FieldReason[]]).describe("What is wrong; stable"),
          params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
        }),
      )
      .optional(),
  })
  .meta({ id: "Problem" });

/** What the product sends to integrators, for the `webhooks` section. */
export interface WebhookDescription {
  /** The event's name, such as "message.received". */
  name: string;
  summary: string;
  payload: z.ZodType;
}

export interface OpenApiOptions {
  version: string;
  serverUrl: string;
  webhooks: readonly WebhookDescription[];
}

const refusals: Partial<Record<ErrorCode, string>> = {
  invalid_request: "The request is not as it should be",
  unauthenticated: "No valid API key or session",
  forbidden: "The key lacks the scope, or the role the permission",
  not_found: "There is no such thing in this workspace",
  conflict: "It does not fit the present state",
  overtaken: "Somebody else answered meanwhile",
  payload_too_large: "The body is larger than allowed",
  unsupported_media_type: "The body is of another type",
  unprocessable: "It was understood and cannot be done",
  rate_limited: "Too many requests; Retry-After says when to come again",
  unavailable: "A store is away; nothing was accepted; Retry-After says when to come again",
};

/** The OpenAPI 3.1 document of these endpoints, made from the schemas that check their requests. */
export function openApiDocument(endpoints: readonly Endpoint[], options: OpenApiOptions): Record<string, unknown> {
  const registry = new OpenAPIRegistry();
  registry.registerComponent("securitySchemes", "apiKey", {
    type: "http",
    scheme: "bearer",
    description: "An API key of one workspace: Authorization: Bearer sb_live_…",
  });
  registry.registerComponent("securitySchemes", "session", {
    type: "apiKey",
    in: "cookie",
    name: "sb_session",
    description:
      "What signing in sets (over TLS its name begins with __Host-). Name the workspace in the header Switchboard-Workspace; requests that change something need X-Requested-With: switchboard.",
  });
  for (const definition of endpoints) registry.registerPath(pathOf(definition));
  registry.registerPath(uploadPath);
  for (const { name, summary, payload } of options.webhooks) {
    registry.registerWebhook({
      method: "post",
      path: name,
      summary,
      request: { body: { required: true, content: { "application/json": { schema: payload } } } },
      responses: { "2XX": { description: "Taken. Anything else is tried again." } },
    });
  }
  const generator = new OpenApiGeneratorV31(registry.definitions);
  return generator.generateDocument({
    openapi: "3.1.0",
    info: {
      title: "Switchboard API",
      version: options.version,
      description: "One inbox for every customer channel. Refusals are problem documents (RFC 9457).",
    },
    servers: [{ url: `${options.serverUrl}/api/v1` }],
    security: [{ apiKey: [] }, { session: [] }],
  }) as unknown as Record<string, unknown>;
}

type PathConfig = Parameters<OpenAPIRegistry["registerPath"]>[0];

const problemContent = { "application/problem+json": { schema: problem } };

/** The one address whose body may be of any type and size; `files.ts` serves it. */
const uploadPath: PathConfig = {
  method: "post",
  path: "/attachments",
  operationId: "postAttachments",
  tags: ["Attachments"],
  summary: "Upload a file that is to be sent",
  description: "The body is the file itself. It is kept for a day, or for good once a message carries it.",
  "x-scope": "messages:send",
  request: {
    query: uploadQuery,
    body: {
      required: true,
      content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } },
    },
  },
  responses: {
    201: { description: "Done", content: { "application/json": { schema: attachmentDto } } },
    ...Object.fromEntries(
      (
        ["invalid_request", "unauthenticated", "forbidden", "payload_too_large", "rate_limited", "unavailable"] as const
      ).map((code) => [statusOf(code), { description: refusals[code] ?? code, content: problemContent }]),
    ),
  },
};

function pathOf(definition: Endpoint): PathConfig {
  const names = [...definition.path.matchAll(/:(\w+)/g)].map((match) => match[1]!);
  const status = definition.status ?? (definition.answer === null ? 204 : 200);
  const ofWorkspace = (definition.access ?? "workspace") === "workspace";
  const takesKey = definition.method === "post" && definition.idempotency !== "none" && ofWorkspace;
  return {
    method: definition.method,
    path: definition.path.replace(/:(\w+)/g, "{$1}"),
    operationId: operationId(definition),
    tags: [definition.tag],
    summary: definition.summary,
    ...(definition.description === undefined ? {} : { description: definition.description }),
    ...(definition.scope === null ? {} : { "x-scope": definition.scope }),
    ...(definition.access === "public" ? { security: [] } : {}),
    ...(definition.access === "user" ? { security: [{ session: [] }] } : {}),
    request: {
      ...(names.length > 0
        ? { params: z.object(Object.fromEntries(names.map((name) => [name, z.string().min(1).max(100)]))) }
        : {}),
      ...(definition.query ? { query: definition.query } : {}),
      ...(takesKey ? { headers: idempotencyHeader } : {}),
      ...(definition.body
        ? {
            body: {
              required: definition.bodyOptional !== true,
              content: definition.file
                ? { [definition.file.type]: { schema: { type: "string" as const, format: "binary" } } }
                : { "application/json": { schema: definition.body } },
            },
          }
        : {}),
    },
    responses: {
      [status]: {
        description: "Done",
        ...(definition.answer === null ? {} : { content: answerOf(definition) }),
      },
      ...Object.fromEntries(
        codesOf(definition, names.length > 0, takesKey).map((code) => [
          statusOf(code),
          {
            description: refusals[code] ?? code,
            content: problemContent,
          },
        ]),
      ),
    },
  };
}

const answerOf = ({ streams, answer }: Endpoint) =>
  streams
    ? { [streams.type]: { schema: { type: "string" as const } } }
    : { "application/json": { schema: answer ?? z.null() } };

const idempotencyHeader = z.object({
  "Idempotency-Key": z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/)
    .optional()
    .describe("The same key and body give the same answer for a day"),
});

function codesOf(definition: Endpoint, hasIds: boolean, takesKey: boolean): ErrorCode[] {
  return [
    "invalid_request",
    "unauthenticated",
    "forbidden",
    ...(hasIds ? (["not_found"] as const) : []),
    ...(takesKey ? (["conflict"] as const) : []),
    ...(definition.body ? (["payload_too_large", "unsupported_media_type"] as const) : []),
    ...(definition.errors ?? []),
    "rate_limited",
    "unavailable",
  ];
}

/** "get /conversations/:id/messages" becomes "getConversationsByIdMessages": stable names for generated clients. */
function operationId({ method, path }: Endpoint): string {
  const words = path
    .split("/")
    .filter(Boolean)
    .map((part) => (part.startsWith(":") ? `by-${part.slice(1)}` : part))
    .join("-");
  return `${method}-${words}`.replace(/[^A-Za-z0-9]+(\w)/g, (_match, letter: string) => letter.toUpperCase());
}
