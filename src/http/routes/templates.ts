import { z } from "zod";
import { endpoint, type Endpoint } from "../../api/endpoint.js";
import type { Inbox, Template } from "../../inbox/index.js";
import { templateDto as shape, templatePreviewDto } from "../../wire/channels.js";
import { templateContent } from "../../wire/content.js";

const tag = "Templates";

const templateDto = (template: Template): z.infer<typeof shape> => ({
  id: template.id,
  name: template.name,
  language: template.language,
  status: template.status,
  category: template.category,
  quality: template.quality,
  reason: template.reason,
  parts: template.parts,
  updated_at: template.updatedAt.toISOString(),
});

/** Message templates: what may be sent when the time to answer freely is over. */
export function templateEndpoints({ templates }: Pick<Inbox, "templates">): Endpoint[] {
  const answer = z.object({ data: z.array(shape) });
  return [
    endpoint({
      method: "get",
      path: "/channels/:id/templates",
      tag,
      summary: "List the templates of a channel account",
      scope: "messages:send",
      answer,
      handle: async ({ principal, params }) => ({
        data: (await templates.list(principal.workspaceId, params.id!)).map(templateDto),
      }),
    }),
    endpoint({
      method: "post",
      path: "/channels/:id/templates/sync",
      tag,
      summary: "Bring the templates here from the provider",
      description:
        "Happens by itself when an account is connected and when the provider tells of a change. Where there are many, the " +
        "ephemeral `channel.templates` tells after each page how many have come so far.",
      scope: "channels:manage",
      answer,
      errors: ["unprocessable"],
      idempotency: "none",
      handle: async ({ principal, params }) => ({
        data: (await templates.sync(principal.workspaceId, params.id!)).map(templateDto),
      }),
    }),
    endpoint({
      method: "post",
      path: "/channels/:id/templates/preview",
      tag,
      summary: "Show a template as the customer will see it, and what is wrong with its values",
      scope: "messages:send",
      body: templateContent,
      action: null,
      answer: templatePreviewDto,
      idempotency: "none",
      handle: ({ principal, params, body }) =>
        templates.preview(principal.workspaceId, params.id!, { kind: "template", ...body }),
    }),
  ];
}
