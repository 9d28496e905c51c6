import { z } from "zod";
import { endpoint, type Endpoint } from "../../api/endpoint.js";
import { AppError } from "../../core/errors.js";
import { binDto, binRequestDto } from "../../wire/hooks.js";
import type { Bin, Bins } from "./bins.js";

const managed = { tag: "Webhooks", scope: "webhooks:manage" } as const;

const present = ({ id, url, secret, createdAt, expiresAt }: Bin) => ({
  id,
  url,
  secret,
  created_at: createdAt.toISOString(),
  expires_at: expiresAt.toISOString(),
});

const gone = () => new AppError("not_found", "There is no such request bin.", { reason: "bin_unknown" });

/** Request bins of a workspace. Where they take what is posted to them is for the HTTP layer. */
export function binEndpoints(bins: Bins): Endpoint[] {
  return [
    endpoint({
      ...managed,
      method: "get",
      path: "/webhook-bins",
      summary: "List request bins, newest first",
      answer: z.object({ data: z.array(binDto) }),
      handle: async ({ principal }) => ({ data: (await bins.list(principal.workspaceId)).map(present) }),
    }),
    endpoint({
      ...managed,
      method: "post",
      path: "/webhook-bins",
      summary: "Make a request bin: an address that takes webhooks and shows them for a day",
      status: 201,
      answer: binDto,
      idempotency: "none",
      errors: ["conflict"],
      handle: async ({ principal }) => present(await bins.create(principal.workspaceId)),
    }),
    endpoint({
      ...managed,
      method: "delete",
      path: "/webhook-bins/:id",
      summary: "Delete a request bin with everything it took",
      answer: null,
      async handle({ principal, params }) {
        if (!(await bins.remove(principal.workspaceId, params.id!))) throw gone();
        return undefined;
      },
    }),
    endpoint({
      ...managed,
      method: "get",
      path: "/webhook-bins/:id/requests",
      summary: "What a request bin has taken, newest first",
      answer: z.object({ data: z.array(binRequestDto) }),
      async handle({ principal, params }) {
        const requests = await bins.requests(principal.workspaceId, params.id!);
        if (!requests) throw gone();
        return {
          data: requests.map(({ id, at, headers, body, valid }) => ({
            id,
            at: at.toISOString(),
            headers,
            body,
            signature_valid: valid,
          })),
        };
      },
    }),
  ];
}
