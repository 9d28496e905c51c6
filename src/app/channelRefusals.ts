import { channelSentences, type SentenceName } from "../core/channelSentences.js";
import { AppError } from "../core/errors.js";
import type { ChannelAccount, Inbox } from "../inbox/index.js";

/** A refusal in one of the sentences that have a name: nothing was saved. */
function refusal(
  reason: SentenceName,
  parameters: Record<string, string> = {},
  more: Record<string, unknown> = {},
): AppError {
  const sentence = channelSentences[reason].replace(/\{\{(\w+)\}\}/g, (_, place: string) => parameters[place] ?? "");
  return new AppError("conflict", `${sentence} Nothing was saved.`, {
    extensions: { said: { reason, parameters }, ...more },
  });
}

/** Which channel of this workspace has the account already: what it is called, and where it is found. */
export function takenBy(there: ChannelAccount | undefined, displayName: string): AppError {
  const reason = there?.settings === null ? "connected_as_draft" : "connected_already";
  return refusal(reason, { name: there?.name ?? displayName }, there ? { channel_id: there.id } : {});
}

/**
 * Throws AppError `conflict` when another workspace has what its provider delivers to one place only: the two would take it
 * from each other for ever. What is connected here already goes on, whoever else has it.
 */
export async function refuseSecond(
  { accounts }: Pick<Inbox, "accounts">,
  { workspaceId, kind }: Pick<ChannelAccount, "workspaceId" | "kind">,
  accountRef: string,
): Promise<void> {
  if (((await accounts.findByRef(workspaceId, kind, accountRef))?.settings ?? null) !== null) return;
  if (await accounts.isConnectedElsewhere(workspaceId, kind, accountRef)) throw refusal("connected_elsewhere");
}
