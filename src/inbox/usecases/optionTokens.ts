import type { Capabilities } from "../../core/capabilities.js";
import type { Content } from "../../core/message.js";
import type { MessageRepo } from "../repos/messages.js";
import type { Seals } from "../repos/seals.js";

/** Channels carry little with a button: what is longer travels as a stand-in and is looked up when it comes back. */
export interface OptionTokens {
  /** The content with option ids that fit the channel. */
  shortened(account: { workspaceId: string; kind: string }, content: Content): Promise<Content>;
  /** A choice with the id that the option had when it was sent. */
  resolve(workspaceId: string, replyKey: string | null, content: Content): Promise<Content>;
}

/** A stand-in is a mark and a keyed hash: nobody can guess one, and nothing has to be stored for it. */
const token = /^~[A-Za-z0-9_-]{22}$/;

export function optionTokens(deps: {
  messages: MessageRepo;
  capabilitiesOf(kind: string): Capabilities | undefined;
  seals: Seals;
}): OptionTokens {
  const { messages, capabilitiesOf, seals } = deps;
  const standIn = async (workspaceId: string, id: string) => `~${await seals.blind(workspaceId, "option", id)}`;

  return {
    async shortened({ workspaceId, kind }, content) {
      const most = capabilitiesOf(kind)?.buttons?.idMaxBytes;
      if (content.kind !== "choices" || most === undefined) return content;
      const options = await Promise.all(
        content.options.map(async (option) => {
          const fits = Buffer.byteLength(option.id, "utf8") <= most && !token.test(option.id);
          return fits ? option : { ...option, id: await standIn(workspaceId, option.id) };
        }),
      );
      return { ...content, options };
    },

    async resolve(workspaceId, replyKey, content) {
      if (content.kind !== "choice_made" || replyKey === null || !token.test(content.optionId)) return content;
      const id = await messages.idOf(workspaceId, replyKey);
      const asked = id === undefined ? undefined : await messages.find(workspaceId, id);
      if (asked?.content.kind !== "choices") return content;
      for (const option of asked.content.options) {
        if ((await standIn(workspaceId, option.id)) === content.optionId) return { ...content, optionId: option.id };
      }
      return content;
    },
  };
}
