import { ProviderError } from "../core/errors.js";
import type { ChannelLog, LogNote } from "../features/channel-log/index.js";
import type { Listener } from "./fanout.js";

/** A send that failed, in our own words: the provider's may quote the message. */
export function failedNote(error: unknown, messageId: string): LogNote {
  const failure = error instanceof ProviderError ? error.failure : { kind: "unexpected" as const };
  const why = failure.kind === "refused" ? failure.why : failure.kind;
  const code = error instanceof ProviderError ? error.providerCode : undefined;
  const details = { reason: why, message_id: messageId, ...(code === undefined ? {} : { provider_code: code }) };
  return { kind: "send_failed", ok: false, sentence: sendFailures[why] ?? "A message could not be sent.", details };
}

const sendFailures: Readonly<Record<string, string>> = {
  rate_limited: "The provider asked for patience; the message is tried again.",
  unreachable: "The provider did not answer, or said to come later.",
  auth_expired: "The provider does not accept the credentials any more. Connect the account anew.",
  suspended: "The provider has closed the account.",
  recipient: "The provider says that nobody can be reached at this address.",
  content: "The provider refused what the message contains.",
  blocked: "The customer has blocked this account.",
  window_closed: "The time to answer is over: the customer must write first, or a template is needed.",
  policy: "The provider's rules forbid this message.",
  unsupported: "The channel cannot send that.",
};

/** How many accounts' last trouble is remembered. */
const rememberedMost = 10_000;

/** The account's log, for what happens at an account and for what that makes of its health: one thing is one entry. */
export function accountNotes(channelLog: Pick<ChannelLog, "note">): { note: ChannelLog["note"]; listener: Listener } {
  const troubles = new Map<string, string>();

  /** Each change of health is told by the one process that found it, and where it was found it may stand already. */
  function noteHealth(workspaceId: string, id: string, state: string, cause: string | null): void {
    const ok = state === "ok" || state === "off" || state === "draft";
    if (ok) troubles.delete(id);
    else if (cause !== null && troubles.get(id)?.endsWith(cause)) return;
    const sentence = cause ?? (state === "ok" ? "The account is well." : `The account is ${state}.`);
    channelLog.note({ id, workspaceId }, { kind: "health", ok, sentence, details: { state } });
  }

  return {
    note(account, note) {
      if (!note.ok) {
        if (troubles.size >= rememberedMost) troubles.clear();
        troubles.set(account.id, note.sentence);
      }
      channelLog.note(account, note);
    },
    listener: {
      appended(events) {
        for (const { type, workspaceId, data } of events) {
          if (type !== "channel.status.updated") continue;
          const { channel_account_id: id, state, cause } = data as Record<string, string | null>;
          if (id) noteHealth(workspaceId, id, state ?? "", cause ?? null);
        }
      },
    },
  };
}
