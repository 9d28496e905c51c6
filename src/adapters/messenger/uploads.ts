import { ProviderError } from "../../core/errors.js";
import type { MediaRef, MediaRole } from "../../core/message.js";
import type { AdapterTools } from "../contract.js";
import type { GraphClient } from "../shared/graph/client.js";
import { text } from "../shared/read.js";

/** What Messenger calls each kind of file. */
export const attachmentTypes: Record<MediaRole, string> = {
  image: "image",
  animation: "image",
  sticker: "image",
  audio: "audio",
  voice: "audio",
  video: "video",
  video_note: "video",
  document: "file",
};

/** Ids of the files sent last; Meta keeps reusable ones far longer than this process lives. */
const rememberedMost = 500;

export interface Uploads {
  /** The file's id at Meta: one it has already (`attachment:<id>`, or from an earlier message), else uploaded as reusable. */
  idOf(ref: MediaRef): Promise<string>;
  /** Meta did not take a message with this file: the next attempt uploads it anew. */
  forget(ref: MediaRef): void;
}

export function createUploads(graph: GraphClient, tools: AdapterTools): Uploads {
  const known = new Map<string, string>();
  const slot = ({ source, role }: MediaRef) => `${attachmentTypes[role]} ${source}`;

  async function upload(ref: MediaRef): Promise<string> {
    if (!tools.openUpload || !ref.source.startsWith("upload:")) {
      throw new ProviderError({ kind: "unsupported", feature: "upload" }, "Only uploaded files can be sent here.");
    }
    const file = await tools.openUpload(ref.source);
    const attachment = { type: attachmentTypes[ref.role], payload: { is_reusable: true } };
    const answer = await graph.post("me/message_attachments", {
      fields: { message: JSON.stringify({ attachment }) },
      file: {
        field: "filedata",
        stream: file.stream,
        name: ref.name ?? file.name ?? ref.role,
        mime: ref.mime ?? "application/octet-stream",
        bytes: ref.bytes,
      },
    });
    const id = text(answer.attachment_id);
    if (id !== undefined) return id;
    // An upload alone shows the customer nothing: it may be tried again.
    throw new ProviderError({ kind: "unreachable", mayHaveBeenSent: false }, "Meta took the file without naming it.");
  }

  return {
    async idOf(ref) {
      const there = /^attachment:(.+)$/.exec(ref.source)?.[1] ?? known.get(slot(ref));
      if (there !== undefined) return there;
      const id = await upload(ref);
      if (known.size >= rememberedMost) known.delete(known.keys().next().value!);
      known.set(slot(ref), id);
      return id;
    },
    forget: (ref) => void known.delete(slot(ref)),
  };
}
