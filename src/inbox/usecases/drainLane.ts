import { ProviderError, type Failure } from "../../core/errors.js";
import type { OutboundMessage } from "../../core/message.js";
import type { Clock, DomainEvent, Log, Publish } from "../../core/ports.js";
import type { AccountRepo } from "../repos/accounts.js";
import type { ConversationRepo } from "../repos/conversations.js";
import type { Claim, LaneRepo, Turn } from "../repos/lane.js";
import type { PeopleRepo } from "../repos/people.js";
import type { Seals } from "../repos/seals.js";
import type { Attempt } from "../models/message.js";
import type { ChannelAccount } from "../types.js";
import { externalKeyOf } from "./recordInbound.js";

/** What a try that failed leads to; the table itself belongs to the queue. */
export type NextStep = (
  failure: Failure,
  attempt: number,
) => { step: "retry"; afterMs: number } | { step: "unknown" } | { step: "fail"; reason: string };

/** Sends one message over an account. Rejects with ProviderError. */
export type Send = (
  account: ChannelAccount,
  message: OutboundMessage,
) => Promise<{ externalIds: string[]; at: Date; sequence?: number | undefined }>;

interface Deps {
  lane: LaneRepo;
  accounts: AccountRepo;
  conversations: ConversationRepo;
  people: PeopleRepo;
  seals: Seals;
  send: Send;
  nextStep: NextStep;
  publish: Publish;
  /** The provider said something about the account itself (token revoked, suspended). */
  accountFailed(account: ChannelAccount, failure: Failure, sentence: string): Promise<void>;
  /** A send went through: whatever was wrong with the account is over. */
  accountWorks(account: ChannelAccount): Promise<void>;
  clock: Clock;
  log: Log;
}

/** How long a message of a disabled account rests before it is looked at again. */
const restMs = 60_000;

/** The account is switched off: nothing was tried, nothing is lost. */
class AccountOff extends Error {}

/**
 * Sends what waits in one conversation, oldest first, until the lane is empty, somebody else is at it, or the first
 * message must wait. Resolves to when it wants to be called again, if at all.
 */
export function drainLane(deps: Deps): (conversationId: string) => Promise<{ againAt?: Date }> {
  const { lane, accounts, conversations, people, seals, send, nextStep, publish, clock, log } = deps;

  async function deliver(claim: Claim): Promise<Awaited<ReturnType<Send>> & { account: ChannelAccount }> {
    const account = await accounts.findById(claim.accountId);
    if (!account || account.workspaceId !== claim.workspaceId) {
      throw new ProviderError({ kind: "unsupported", feature: "account" }, "The channel account is gone.");
    }
    if (!account.enabled) throw new AccountOff();
    const route = await conversations.route(claim.workspaceId, claim.conversationId);
    const chat = route && (await people.chatOf(claim.workspaceId, route.identityId));
    if (chat === undefined)
      throw new ProviderError({ kind: "refused", why: "recipient" }, "The customer is not known any more.");
    try {
      const outcome = await send(account, {
        id: claim.id,
        chat,
        content: claim.content,
        byHuman: claim.byHuman,
        sentParts: claim.sentParts,
        ...(claim.replyTo === null ? {} : { replyTo: { externalId: claim.replyTo } }),
      });
      await deps.accountWorks(account);
      return { ...outcome, account };
    } catch (error) {
      if (error instanceof ProviderError) await deps.accountFailed(account, error.failure, error.message);
      throw error;
    }
  }

  async function settle(claim: Claim, error: unknown): Promise<void> {
    if (error instanceof AccountOff) {
      await lane.putBack(claim, new Date(clock.now().getTime() + restMs));
      return;
    }
    const provider = error instanceof ProviderError ? error : undefined;
    if (!provider) log.error("send_failed", { messageId: claim.id, error: error as Error });
    const step = nextStep(provider?.failure ?? { kind: "unexpected" }, claim.attempt);
    const now = clock.now();
    const attempt: Attempt = {
      n: claim.attempt,
      at: now,
      outcome: step.step === "fail" ? "failed" : step.step,
      reason: provider?.failure.kind ?? "unexpected",
      providerCode: provider?.providerCode ?? null,
    };
    log.warn("send_not_accepted", {
      messageId: claim.id,
      step: step.step,
      attempt: claim.attempt,
      reason: attempt.reason,
    });
    switch (step.step) {
      case "retry":
        await lane.retry(claim, attempt, new Date(now.getTime() + step.afterMs), provider?.sentParts ?? []);
        return;
      case "unknown":
        await lane.unknown(claim, attempt);
        break;
      case "fail":
        await lane.failed(claim, attempt, {
          reason: step.reason,
          detail: provider?.message ?? null,
          providerCode: attempt.providerCode,
        });
    }
    await publish([statusChanged(claim, step.step === "fail" ? "failed" : "unknown", now)]);
  }

  async function sendOne(claim: Claim): Promise<void> {
    let outcome;
    try {
      outcome = await deliver(claim);
    } catch (error) {
      await settle(claim, error);
      return;
    }
    const { account, externalIds, at } = outcome;
    const keys = await Promise.all(externalIds.map((id) => externalKeyOf(seals, claim.workspaceId, account.id, id)));
    const attempt: Attempt = { n: claim.attempt, at: clock.now(), outcome: "sent", reason: null, providerCode: null };
    const ids = { externalId: externalIds[0] ?? "", externalKey: keys[0] ?? "", partKeys: keys.slice(1) };
    // A provider that numbers its messages decides the order. Otherwise what was sent now never shows before what it answers.
    const { sequence } = outcome;
    const when =
      sequence === undefined && at < attempt.at ? { at: attempt.at, sequence: 0 } : { at, sequence: sequence ?? 0 };
    if (!(await lane.sent(claim, attempt, ids, when))) log.warn("claim_ran_out", { messageId: claim.id });
    await publish([statusChanged(claim, "sent", at)]);
  }

  return async (conversationId) => {
    for (;;) {
      const turn = await lane.next(conversationId, clock.now());
      if (turn.kind === "idle") return {};
      if (turn.kind === "wait") return { againAt: turn.until };
      if (turn.kind === "claimed") await sendOne(turn.claim);
      else await publish([outcomeLost(turn, conversationId, clock.now())]);
    }
  };
}

/** A worker died while sending: nobody can say whether the provider has it. */
function outcomeLost(turn: Extract<Turn, { kind: "lost" }>, conversationId: string, at: Date): DomainEvent {
  return {
    id: `${turn.messageId.replace(/^msg_/, "evt_")}_lost`,
    workspaceId: turn.workspaceId,
    type: "message.status.updated",
    at,
    conversationId,
    data: { message_id: turn.messageId, status: "unknown" },
  };
}

function statusChanged(claim: Claim, status: string, at: Date): DomainEvent {
  return {
    id: `${claim.id.replace(/^msg_/, "evt_")}_${claim.attempt}${status}`,
    workspaceId: claim.workspaceId,
    type: "message.status.updated",
    at,
    conversationId: claim.conversationId,
    data: { message_id: claim.id, status },
  };
}
