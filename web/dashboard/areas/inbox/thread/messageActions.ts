import { call } from "../../../api/client.js";
import { toast } from "../../../components/ui/toast.js";
import { showMessage } from "../data/live.js";
import type { MessageDetailDto, MessageDto, SendableContent } from "../data/types.js";

async function change(
  workspaceId: string,
  path: string,
  method: "POST" | "PATCH" | "PUT" | "DELETE",
  body?: unknown,
): Promise<boolean> {
  try {
    const after = await call<MessageDetailDto | undefined>(path, {
      method,
      workspaceId,
      ...(body === undefined ? {} : { body }),
    });
    if (after) showMessage(workspaceId, after);
    return true;
  } catch (error) {
    toast.failed(error);
    return false;
  }
}

/** What can be done to a message. Each resolves to whether it worked; a refusal is told by a toast. */
export const messageActions = {
  retry: (workspaceId: string, id: string) => change(workspaceId, `/messages/${id}/retry`, "POST"),
  cancel: (workspaceId: string, id: string) => change(workspaceId, `/messages/${id}/cancel`, "POST"),
  sendNow: (workspaceId: string, id: string) => change(workspaceId, `/messages/${id}/send-now`, "POST"),
  react: (workspaceId: string, id: string, emoji: string | null) =>
    change(workspaceId, `/messages/${id}/reaction`, "PUT", { emoji }),
  edit: (workspaceId: string, id: string, body: { content?: SendableContent; send_at?: string }) =>
    change(workspaceId, `/messages/${id}`, "PATCH", body),
  async remove(workspaceId: string, message: MessageDto): Promise<boolean> {
    const done = await change(workspaceId, `/messages/${message.id}`, "DELETE");
    if (done)
      showMessage(workspaceId, { ...message, content: { kind: "removed" }, removed_at: new Date().toISOString() });
    return done;
  },
};
