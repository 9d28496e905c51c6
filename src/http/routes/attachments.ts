import { endpoint, type Endpoint } from "../../api/endpoint.js";
import { AppError } from "../../core/errors.js";
import type { Enqueue } from "../../core/ports.js";
import type { Inbox } from "../../inbox/index.js";
import { attachmentDto } from "../../wire/content.js";
import type { InboxPresenter } from "../presenters/inbox.js";

const tag = "Attachments";

interface Deps {
  inbox: Inbox;
  present: InboxPresenter;
  enqueue: Enqueue;
}

/** What is known of files; their bytes are served and taken by `files.ts`. */
export function attachmentEndpoints({ inbox, present, enqueue }: Deps): Endpoint[] {
  const found = async (workspaceId: string, id: string) => {
    const file = await inbox.files.find(workspaceId, id);
    if (!file) throw new AppError("not_found", "There is no such file.", { reason: "file_unknown" });
    return present.attachment(file);
  };
  return [
    endpoint({
      method: "get",
      path: "/attachments/:id",
      tag,
      summary: "Get a file's facts, and an address to download it",
      scope: "conversations:read",
      answer: attachmentDto,
      handle: ({ principal, params }) => found(principal.workspaceId, params.id!),
    }),
    endpoint({
      method: "post",
      path: "/attachments/:id/retry",
      tag,
      summary: "Ask the provider again for a file that could not be fetched",
      scope: "conversations:write",
      answer: attachmentDto,
      errors: ["conflict"],
      idempotency: "none",
      async handle({ principal, params }) {
        const before = await found(principal.workspaceId, params.id!);
        if (!(await inbox.files.again(principal.workspaceId, params.id!))) {
          throw new AppError("conflict", `There is nothing to try again: the file is ${before.state}.`, {
            reason: "file_not_failed",
          });
        }
        await enqueue.add([
          { name: "media.fetch", payload: { v: 1, workspaceId: principal.workspaceId, fileId: params.id! } },
        ]);
        return found(principal.workspaceId, params.id!);
      },
    }),
  ];
}
