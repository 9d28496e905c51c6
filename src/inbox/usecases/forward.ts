import { AppError } from "../../core/errors.js";
import { soughtTextOf, type Content, type MediaRef } from "../../core/message.js";
import type { Reason } from "../../core/reasons.js";
import type { MessageRepo } from "../repos/messages.js";
import type { Attachment } from "../types.js";

/**
 * What a message says, to be said again elsewhere: files go along by reference, what only makes sense where it was becomes
 * text. Throws AppError `not_found`, `unprocessable` (a private note, nothing to send on, a file that is not here).
 */
export function forward({ messages }: { messages: MessageRepo }) {
  const refuse = (reason: Reason, message: string) =>
    new AppError("unprocessable", message, { reason, errors: [{ pointer: "/forward_of", message }] });

  function upload(ref: MediaRef, file: Attachment | null | undefined): MediaRef {
    if (file?.state !== "stored")
      throw refuse("forward_file_missing", "A file of that message is not here, so it cannot be sent on.");
    return { role: ref.role, source: `upload:${file.id}` };
  }

  return async (workspaceId: string, id: string): Promise<Content> => {
    const message = await messages.find(workspaceId, id);
    if (!message) throw new AppError("not_found", "There is no such message.", { reason: "message_unknown" });
    if (message.direction === "note") throw refuse("forward_note", "A private note is not sent to a customer.");
    const { content, files } = message;
    switch (content.kind) {
      case "media":
        return { kind: "media", media: upload(content.media, files[0]), caption: content.caption };
      case "album":
        return {
          kind: "album",
          items: content.items.map((ref, index) => upload(ref, files[index])),
          caption: content.caption,
        };
      case "text":
      case "location":
      case "cards":
      case "choices":
        return content;
      default: {
        const text = soughtTextOf(content);
        if (text === "") throw refuse("forward_nothing", "There is nothing in that message to send on.");
        return { kind: "text", text };
      }
    }
  };
}
