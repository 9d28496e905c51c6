import { ProviderError, type Failure } from "../../core/errors.js";
import { newId } from "../../core/ids.js";
import type { Content, OutboundMessage } from "../../core/message.js";
import type { Clock, Log } from "../../core/ports.js";
import type { Attempt } from "../models/message.js";
import type { AccountRepo } from "../repos/accounts.js";
import type { ConversationRepo, Route } from "../repos/conversations.js";
import { holdEveryMs, type Claim, type LaneRepo, type Telling } from "../repos/lane.js";
import type { Outbox } from "../repos/outbox.js";
import type { PeopleRepo, Reach } from "../repos/people.js";
import type { Seals } from "../repos/seals.js";
import type { ChannelAccount } from "../types.js";
import { ownKey } from "./applyChanges.js";
import { chatKeyOf, externalKeyOf } from "./blindKeys.js";
import type { OptionTokens } from "./optionTokens.js";

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

/** The pace a provider lets us send at, shared by all workers. */
export interface Pace {
  /**
   * Takes a place in the account's and the chat's pace for each message of the provider that the content becomes, less
   * those that went through before. 0: go; otherwise come again after so many ms.
   */
  take(
    account: { id: string; kind: string },
    chat: { key: string; group: boolean },
    what: { content: Content; sentParts: number },
  ): Promise<number>;
  /** The provider asked the whole account to wait. */
  pause(accountId: string, ms: number): Promise<void>;
}

interface Deps {
  lane: LaneRepo;
  accounts: AccountRepo;
  conversations: ConversationRepo;
  people: PeopleRepo;
  seals: Seals;
  send: Send;
  pace: Pace;
  options: OptionTokens;
  nextStep: NextStep;
  /** Of the messages. */
  outbox: Outbox;
  conversationOutbox: Outbox;
  /** What waited for a message's provider id is applied now. */
  waitingFor(externalKeys: readonly string[]): Promise<void>;
  /** The provider said something about the account itself (token revoked, suspended). */
  accountFailed(account: ChannelAccount, failure: Failure, sentence: string): Promise<void>;
  /** A send went through: whatever was wrong with the account is over. */
  accountWorks(account: ChannelAccount): Promise<void>;
  /** How long a message waited from its writing to the provider's yes. */
  observe(channel: string, seconds: number): void;
  clock: Clock;
  log: Log;
}

/** How long a message of a disabled account rests before it is looked at again. */
const restMs = 60_000;

/** Nothing was tried, nothing is lost: the account is off, or it is not this message's turn by the provider's pace. */
class NotNow extends Error {
  constructor(readonly afterMs: number) {
    super("not now");
  }
}

interface Delivery {
  account: ChannelAccount;
  route: Route;
  reach: Reach;
}

/**
 * Sends what waits in one conversation, oldest first, until the lane is empty, somebody else is at it, or the first
 * message must wait. Resolves to when it wants to be called again, if at all.
 */
export function drainLane(deps: Deps): (conversationId: string) => Promise<{ againAt?: Date }> {
  const { lane, accounts, conversations, people, seals, send, pace, nextStep, outbox, clock, log } = deps;

  async function deliveryOf(claim: Claim): Promise<Delivery> {
    const account = await accounts.findById(claim.accountId);
    if (!account || account.workspaceId !== claim.workspaceId) {
      throw new ProviderError({ kind: "unsupported", feature: "account" }, "The channel account is gone.");
    }
    if (!account.enabled) throw new NotNow(restMs);
    const route = await conversations.route(claim.workspaceId, claim.conversationId);
    const reach = route && (await people.reach(claim.workspaceId, route.identityId));
    if (!route || !reach)
      throw new ProviderError({ kind: "refused", why: "recipient" }, "The customer is not known any more.");
    return { account, route, reach };
  }

  async function deliver(claim: Claim, { account, route, reach }: Delivery): ReturnType<Send> {
    const chat = { key: route.chatKey, group: reach.group };
    const waitMs = await pace.take(account, chat, { content: claim.content, sentParts: claim.sentParts.length });
    if (waitMs > 0) throw new NotNow(waitMs);
    try {
      const outcome = await send(account, {
        id: claim.id,
        chat: reach.chat,
        content: await deps.options.shortened(account, claim.content),
        byHuman: claim.byHuman,
        customerWroteAt: route.lastInboundAt ?? undefined,
        sentParts: claim.sentParts,
        ...(claim.replyTo === null ? {} : { replyTo: { externalId: claim.replyTo } }),
      });
      await deps.accountWorks(account);
      return outcome;
    } catch (error) {
      if (error instanceof ProviderError) await accountHears(account, route, error);
      throw error;
    }
  }

  /** What a failure says beyond its message. */
  async function accountHears(account: ChannelAccount, route: Route, error: ProviderError): Promise<void> {
    const { failure } = error;
    if (failure.kind === "rate_limited" && failure.scope !== "chat") await pace.pause(account.id, failure.retryAfterMs);
    if (failure.kind === "moved") {
      const newKey = await chatKeyOf(seals, account.workspaceId, account.id, failure.newChat);
      await people.move(route.chatKey, { chat: failure.newChat, chatKey: newKey });
      await conversations.move(route.chatKey, newKey);
    }
    if (failure.kind === "refused" && failure.why === "blocked") {
      await people.setBlocked(route.chatKey, true);
      await deps.conversationOutbox.tell(await conversations.setBlocked(route.chatKey, true, clock.now()));
    }
    await deps.accountFailed(account, failure, error.message);
  }

  /** Returns when to come again, for a message that was not tried. */
  async function settle(claim: Claim, error: unknown): Promise<Date | undefined> {
    const now = clock.now();
    if (error instanceof NotNow) {
      const until = new Date(now.getTime() + error.afterMs);
      await lane.putBack(claim, until);
      return until;
    }
    const provider = error instanceof ProviderError ? error : undefined;
    if (!provider) log.error("send_failed", { messageId: claim.id, error: error as Error });
    const step = nextStep(provider?.failure ?? { kind: "unexpected" }, claim.attempt);
    const attempt: Attempt = {
      id: newId("attempt"),
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
      traceId: claim.traceId,
    });
    if (step.step === "retry") {
      await lane.retry(claim, attempt, new Date(now.getTime() + step.afterMs), provider?.sentParts ?? []);
      return undefined;
    }
    const failure = {
      reason: step.step === "fail" ? step.reason : "unknown",
      detail: provider?.message ?? null,
      providerCode: attempt.providerCode,
    };
    await tell(
      step.step === "unknown" ? await lane.unknown(claim, attempt) : await lane.failed(claim, attempt, failure),
    );
    // The provider may have told meanwhile that it has it.
    await deps.waitingFor([ownKey(claim.id)]);
    return undefined;
  }

  async function tell(told: Telling | undefined): Promise<void> {
    if (told) await outbox.tell([told]);
  }

  /** Runs the sending and says meanwhile that somebody is at it: an upload may take minutes. */
  async function held<T>(claim: Claim, work: Promise<T>): Promise<T> {
    let holding: Promise<void> = Promise.resolve();
    const timer = setInterval(() => {
      holding = lane.hold(claim, clock.now()).catch((error: unknown) => {
        log.warn("claim_not_held", { messageId: claim.id, error: error as Error });
      });
    }, holdEveryMs);
    try {
      return await work;
    } finally {
      clearInterval(timer);
      await holding;
    }
  }

  async function sendOne(claim: Claim): Promise<Date | undefined> {
    let outcome;
    let delivery;
    try {
      delivery = await deliveryOf(claim);
      outcome = await held(claim, deliver(claim, delivery));
    } catch (error) {
      return settle(claim, error);
    }
    const { externalIds, at, sequence } = outcome;
    const keys = await Promise.all(
      externalIds.map((id) => externalKeyOf(seals, claim.workspaceId, claim.accountId, id)),
    );
    const now = clock.now();
    const attempt: Attempt = {
      id: newId("attempt"),
      n: claim.attempt,
      at: now,
      outcome: "sent",
      reason: null,
      providerCode: null,
    };
    // A provider that numbers its messages decides the order. Otherwise what was sent now never shows before what it answers.
    const when = sequence === undefined && at < now ? { at: now, sequence: 0 } : { at, sequence: sequence ?? 0 };
    const told = await lane.sent(claim, attempt, { externalIds, keys }, when);
    if (!told) log.warn("claim_ran_out", { messageId: claim.id });
    await tell(told);
    const waitedMs = now.getTime() - claim.createdAt.getTime();
    log.info("message_sent", { messageId: claim.id, traceId: claim.traceId, attempt: claim.attempt, waitedMs });
    deps.observe(delivery.account.kind, waitedMs / 1000);
    await deps.waitingFor([...keys, ownKey(claim.id)]);
    return undefined;
  }

  return async (conversationId) => {
    for (;;) {
      const turn = await lane.next(conversationId, clock.now());
      if (turn.kind === "idle") return {};
      if (turn.kind === "wait") return { againAt: turn.until };
      if (turn.kind === "lost") {
        await tell(turn.told);
        await deps.waitingFor([ownKey(turn.told._id)]);
        continue;
      }
      const againAt = await sendOne(turn.claim);
      if (againAt) return { againAt };
    }
  };
}
