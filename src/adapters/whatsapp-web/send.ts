import { ProviderError } from "../../core/errors.js";
import type { ExternalId } from "../../core/ids.js";
import { textOf, type Content, type MediaRef, type OutboundMessage } from "../../core/message.js";
import type { AccountState, AdapterTools, Channel, SendOutcome } from "../contract.js";
import { notReady } from "./failures.js";
import type { WhatsAppWebSettings } from "./manifest.js";
import { chatAddress, partsOf } from "./outgoing.js";
import { usualTimings, type SessionAnswers, type SessionOp, type SessionRequest } from "./protocol.js";

/** What does not send waits this long for its answer. */
const quickMs = 30_000;
const mediaMs = 5 * 60_000;

/** Asks the process that holds the number's session. */
export type Ask = <Op extends SessionOp>(
  request: SessionRequest & { op: Op },
  timeoutMs: number,
) => Promise<SessionAnswers[Op]>;

export function createAsk(tools: AdapterTools, { number }: WhatsAppWebSettings): Ask {
  const ask = (request: SessionRequest, timeoutMs: number): Promise<unknown> => {
    if (!tools.session) return Promise.reject(notReady("No process runs sessions."));
    return tools.session.call(number, request, timeoutMs);
  };
  return ask as Ask;
}

/** Sends one message, which may take several of WhatsApp's. A failure half way tells the parts that went through. */
export async function send(ask: Ask, message: OutboundMessage): Promise<SendOutcome> {
  const parts = partsOf(message);
  const request = {
    op: "send" as const,
    chat: chatAddress(message.chat),
    ...(message.replyTo === undefined ? {} : { replyTo: message.replyTo.externalId }),
    parts,
    done: [...(message.sentParts ?? [])],
  };
  // Parts go one after the other, each with the time that one may take.
  const timeoutMs = quickMs + parts.length * (usualTimings.sendTimeoutMs + 2 * usualTimings.sendGapMs);
  const { externalIds, at } = await ask(request, timeoutMs).catch((error: unknown) => {
    throw halfWay(error, message.sentParts !== undefined);
  });
  return { externalIds, at: new Date(at) };
}

/**
 * A caller that cannot hand the sent parts back would send them again on a retry. For it, a message that is half sent
 * and could be retried is one whose outcome is unknown.
 */
function halfWay(error: unknown, resumable: boolean): unknown {
  if (!(error instanceof ProviderError) || error.sentParts.length === 0 || resumable) return error;
  if (!["rate_limited", "unreachable"].includes(error.failure.kind)) return error;
  const failure = { kind: "unreachable", mayHaveBeenSent: true } as const;
  return new ProviderError(failure, error.message, error.providerCode, error.sentParts);
}

/** The methods of a channel that only need the session. */
export function sessionMethods(
  ask: Ask,
  tools: AdapterTools,
  own: WhatsAppWebSettings,
): Pick<Channel, "probe" | "openMedia" | "edit" | "remove" | "react" | "typing" | "markRead"> {
  const quick = async (request: Extract<SessionRequest, { op: "edit" | "remove" | "react" | "typing" | "seen" }>) => {
    await ask(request, quickMs);
  };
  return {
    probe: () => probe(ask, own),
    openMedia: (ref) => openMedia(ask, tools, ref),
    edit: (_chat: ExternalId, target: ExternalId, content: Content) =>
      quick({ op: "edit", target, text: textOf(content) }),
    remove: (_chat: ExternalId, target: ExternalId) => quick({ op: "remove", target }),
    react: (_chat: ExternalId, target: ExternalId, emoji: string | null) =>
      quick({ op: "react", target, emoji: emoji ?? "" }),
    typing: (chat: ExternalId) => quick({ op: "typing", chat: chatAddress(chat) }),
    markRead: (chat: ExternalId) => quick({ op: "seen", chat: chatAddress(chat) }),
  };
}

async function probe(ask: Ask, { number }: WhatsAppWebSettings): Promise<AccountState> {
  const account = { accountRef: number, displayName: `+${number}` };
  try {
    const { state } = await ask({ op: "state" }, 10_000);
    if (state === "CONNECTED") return { ...account, state: "ok" };
    return { ...account, state: "degraded", cause: "The number is not connected at the moment." };
  } catch (error) {
    if (!(error instanceof ProviderError) || error.failure.kind !== "unreachable") throw error;
    return { ...account, state: "needs_reauth", cause: "The number is not linked, or its session is just starting." };
  }
}

async function openMedia(ask: Ask, tools: AdapterTools, ref: MediaRef) {
  if (!tools.spool) throw notReady("There is no place to hand files over.");
  const { key, mime, bytes } = await ask({ op: "media", target: ref.source }, mediaMs);
  return { stream: await tools.spool.take(key), mime, bytes };
}
