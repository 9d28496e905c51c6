import type { Capabilities } from "../../core/capabilities.js";
import { AppError, ProviderError } from "../../core/errors.js";
import { newId } from "../../core/ids.js";
import { soughtTextOf, textOf, type Author, type Content } from "../../core/message.js";
import type { Clock, Enqueue, Log } from "../../core/ports.js";
import type { Reason } from "../../core/reasons.js";
import type { Told } from "../models/told.js";
import type { AccountRepo } from "../repos/accounts.js";
import type { Change, ChangeRepo, Target } from "../repos/changes.js";
import type { ConversationRepo } from "../repos/conversations.js";
import type { FileRepo } from "../repos/files.js";
import type { LaneRepo } from "../repos/lane.js";
import type { MessageRepo } from "../repos/messages.js";
import type { Outbox } from "../repos/outbox.js";
import type { PeopleRepo } from "../repos/people.js";
import type { Seals } from "../repos/seals.js";
import type { ListedTemplate } from "../repos/templates.js";
import type { ChannelAccount, Message } from "../types.js";
import type { SendLater } from "./sendLater.js";
import { drainJob } from "./settle.js";

/** What can be done to a message at its provider. Rejects with ProviderError. */
export interface AtProvider {
  edit(account: ChannelAccount, chat: string, target: string, content: Content): Promise<void>;
  remove(account: ChannelAccount, chat: string, target: string): Promise<void>;
  react(account: ChannelAccount, chat: string, target: string, emoji: string | null): Promise<void>;
  /** These two do nothing where the channel cannot. */
  markRead(account: ChannelAccount, chat: string, target: string): Promise<void>;
  typing(account: ChannelAccount, chat: string, answering?: string): Promise<void>;
  block(account: ChannelAccount, chat: string, blocked: boolean): Promise<void>;
  profile(account: ChannelAccount, user: string): Promise<{ name?: string | undefined }>;
  /** undefined where the channel has none. `progress` is told now and then how many there are so far. */
  templates(account: ChannelAccount, progress: (soFar: number) => void): Promise<ListedTemplate[] | undefined>;
}

interface Deps {
  accounts: AccountRepo;
  conversations: ConversationRepo;
  messages: MessageRepo;
  people: PeopleRepo;
  files: FileRepo;
  lane: LaneRepo;
  changes: ChangeRepo;
  later: SendLater;
  /** Of the messages. */
  outbox: Outbox;
  conversationOutbox: Outbox;
  atProvider: AtProvider;
  capabilitiesOf(kind: string): Capabilities | undefined;
  enqueue: Enqueue;
  seals: Seals;
  clock: Clock;
  log: Log;
}

/** What people do to messages that exist. Each throws AppError: `not_found`, `conflict` (not in this state), `unprocessable`. */
export interface MessageCommands {
  /** Takes a message back that was not sent yet. */
  cancel(workspaceId: string, id: string): Promise<Message>;
  /** Tries again what failed, was cancelled, or has an unknown outcome: a new attempt with an id of its own. */
  retry(workspaceId: string, id: string): Promise<Message>;
  edit(workspaceId: string, id: string, content: Content): Promise<Message>;
  /** Sends what was written for later at another time, saying something else if wanted. */
  reschedule(workspaceId: string, id: string, sendAt: Date, content: Content | undefined): Promise<Message>;
  /** Sends what was written for later at once. */
  sendNow(workspaceId: string, id: string): Promise<Message>;
  /** Deletes a message of ours for everyone. */
  remove(workspaceId: string, id: string): Promise<Message>;
  react(workspaceId: string, id: string, author: Author, emoji: string | null): Promise<Message>;
  /** Shows the customer that this message was read, where the channel can. A courtesy: what the provider refuses is logged only. */
  showRead(message: Message): Promise<void>;
  /** Keeps the customer from writing to us, or lets them again, and tells it to everybody. Throws AppError `not_found`, `unprocessable`. */
  block(workspaceId: string, conversationId: string, blocked: boolean, by: Author): Promise<void>;
  /** Shows the customer that somebody writes, where the channel can. A courtesy as well. Throws AppError `not_found`. */
  showTyping(workspaceId: string, conversationId: string): Promise<void>;
}

const noMessage = () => new AppError("not_found", "There is no such message.", { reason: "message_unknown" });
const conflict = (reason: Reason, sentence: string) => new AppError("conflict", sentence, { reason });

export function messageCommands(deps: Deps): MessageCommands {
  const { accounts, conversations, messages, people, files, lane, changes, outbox, clock, log, seals } = deps;

  async function found(workspaceId: string, id: string): Promise<Message> {
    const message = await messages.find(workspaceId, id);
    if (!message) throw noMessage();
    return message;
  }

  /** Where a message that the provider has can be changed. */
  async function place(
    message: Message,
  ): Promise<{ account: ChannelAccount; chat: string; ids: string[]; can: Capabilities }> {
    const account = await accounts.find(message.workspaceId, message.accountId);
    const can = account && deps.capabilitiesOf(account.kind);
    const route = await conversations.route(message.workspaceId, message.conversationId);
    const reach = route && (await people.reach(message.workspaceId, route.identityId));
    if (!account || !can || !reach)
      throw new AppError("unprocessable", "The channel account of this message is gone.", { reason: "account_gone" });
    if (!account.enabled)
      throw new AppError("unprocessable", "The channel account is switched off. Nothing was changed.", {
        reason: "account_off",
      });
    if (message.externalId === null || message.removedAt !== null) {
      throw conflict(
        "message_not_delivered",
        "The provider does not have this message, so it cannot be changed there.",
      );
    }
    return { account, chat: reach.chat, ids: [message.externalId, ...message.partIds], can };
  }

  /** Asks the provider; its refusal becomes ours, with its sentence. */
  async function asked(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const { failure } = error;
      if (failure.kind === "rate_limited") {
        throw new AppError("rate_limited", "The provider asks to wait. Nothing was changed.", {
          retryAfterSeconds: Math.ceil(failure.retryAfterMs / 1000),
        });
      }
      const sure = failure.kind !== "unreachable" || !failure.mayHaveBeenSent;
      const rest = sure ? "Nothing was changed." : "It may have been changed there; try again to be sure.";
      throw new AppError("unprocessable", `The provider did not do it: ${error.message} ${rest}`, {
        reason: failure.kind,
      });
    }
  }

  const targetOf = (message: Message): Target => ({
    id: message.id,
    workspaceId: message.workspaceId,
    accountId: message.accountId,
    conversationId: message.conversationId,
    direction: message.direction,
    status: message.status,
    shownAs: message.id,
    sentAt: message.at,
    keys: [],
  });

  type Doing =
    | { kind: "edit"; content: Content }
    | { kind: "removal" }
    | { kind: "reaction"; by: string; author: Author; emoji: string | null };

  async function recorded(message: Message, what: Doing): Promise<Message> {
    const now = clock.now();
    const key = newId("event");
    const told: Told = {
      id: key,
      type: what.kind === "reaction" ? "message.reaction" : "message.updated",
      at: now,
      conversationId: message.conversationId,
      data: { message_id: message.id, ...(what.kind === "removal" ? { removed: true } : {}) },
    };
    const change: Change = { target: targetOf(message), key, at: now, told, ...what };
    await outbox.tell(await changes.apply([change], now));
    return found(message.workspaceId, message.id);
  }

  async function courtesy(what: string, work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      log.info("courtesy_refused", { what, reason: error.failure.kind });
    }
  }

  const relabel = (message: Message, kind: string, text: string) =>
    conversations.relabel(message.workspaceId, message.conversationId, message.id, kind, text);

  return {
    async cancel(workspaceId, id) {
      if (await deps.later.cancel(workspaceId, id)) return found(workspaceId, id);
      const told = await lane.cancel(workspaceId, id, clock.now());
      if (told) await outbox.tell([told]);
      const message = await found(workspaceId, id);
      if (!told)
        throw conflict(
          "message_not_waiting",
          `Only a message that still waits can be cancelled; this one is ${message.status}.`,
        );
      return message;
    },

    async retry(workspaceId, id) {
      if (await deps.later.again(workspaceId, id)) return found(workspaceId, id);
      const told = await lane.again(workspaceId, id, clock.now());
      const message = await found(workspaceId, id);
      if (!told)
        throw conflict(
          "message_not_failed",
          `Only what was not delivered can be tried again; this message is ${message.status}.`,
        );
      await outbox.tell([told]);
      await deps.enqueue
        .add([drainJob(workspaceId, message.conversationId)])
        .catch((error: unknown) => log.warn("reply_waits_for_sweeper", { messageId: id, error: error as Error }));
      return message;
    },

    async edit(workspaceId, id, content) {
      let message = await found(workspaceId, id);
      if (message.direction === "in") throw conflict("message_of_customer", "A customer's message cannot be edited.");
      const edited = withOldMedia(message.content, content);
      if (message.status === "scheduled") {
        const changed = await deps.later.change(workspaceId, id, { content: edited });
        if (changed) return changed;
        // Its time came meanwhile.
        message = await found(workspaceId, id);
      }
      if (message.direction === "out") {
        const words = await seals.searchTokens(workspaceId, soughtTextOf(edited), { prefixes: "only" });
        if (message.status === "queued" && (await lane.rewrite(workspaceId, id, edited, words))) {
          await relabel(message, edited.kind, textOf(edited));
          return found(workspaceId, id);
        }
        const { account, chat, ids, can } = await place(message);
        if (!can.edit.out)
          throw new AppError("unprocessable", "This channel cannot edit messages.", { reason: "edit_unsupported" });
        if (ids.length > 1)
          throw new AppError("unprocessable", "A message that was sent in parts cannot be edited.", {
            reason: "edit_parts",
          });
        await asked(deps.atProvider.edit(account, chat, ids[0]!, edited));
      }
      const changed = await recorded(message, { kind: "edit", content: edited });
      if (message.direction === "out") await relabel(message, edited.kind, textOf(edited));
      return changed;
    },

    async reschedule(workspaceId, id, sendAt, content) {
      const message = await found(workspaceId, id);
      const edited = content && withOldMedia(message.content, content);
      const changed = await deps.later.change(workspaceId, id, { content: edited, sendAt });
      if (!changed)
        throw conflict(
          "message_not_scheduled",
          `Only a message that is to be sent later has a time; this one is ${message.status}.`,
        );
      return changed;
    },

    sendNow: (workspaceId, id) => deps.later.sendNow(workspaceId, id),

    async remove(workspaceId, id) {
      const message = await found(workspaceId, id);
      if (message.direction === "in")
        throw conflict("message_of_customer", "A customer's message cannot be deleted at the provider.");
      if (message.removedAt !== null) return message;
      if (message.direction === "out") {
        const { account, chat, ids, can } = await place(message);
        const age = clock.now().getTime() - message.at.getTime();
        if (!can.remove.out)
          throw new AppError("unprocessable", "This channel cannot delete messages.", { reason: "delete_unsupported" });
        if (can.remove.outWithinMs !== undefined && age > can.remove.outWithinMs) {
          const hours = Math.round(can.remove.outWithinMs / 3_600_000);
          throw new AppError("unprocessable", `This channel deletes messages for ${hours} hours only.`, {
            reason: "delete_too_late",
            extensions: { hours },
          });
        }
        for (const one of ids) await asked(deps.atProvider.remove(account, chat, one));
      }
      const changed = await recorded(message, { kind: "removal" });
      await relabel(message, "removed", "");
      await files.removeOf([id]);
      return changed;
    },

    async react(workspaceId, id, author, emoji) {
      const message = await found(workspaceId, id);
      const { account, chat, ids, can } = await place(message);
      if (!can.reaction.out)
        throw new AppError("unprocessable", "This channel has no reactions.", { reason: "reactions_unsupported" });
      if (emoji !== null && can.reaction.emoji?.includes(emoji.replaceAll("\uFE0F", "")) === false) {
        throw new AppError("unprocessable", "This channel does not take this emoji as a reaction.", {
          reason: "reaction_not_taken",
        });
      }
      await asked(deps.atProvider.react(account, chat, ids[0]!, emoji));
      const by = await seals.blind(workspaceId, "reactor", `${account.id}/business`);
      return recorded(message, { kind: "reaction", by, author, emoji });
    },

    async showRead(message) {
      if (message.direction !== "in" || message.externalId === null) return;
      const account = await accounts.find(message.workspaceId, message.accountId);
      const route = await conversations.route(message.workspaceId, message.conversationId);
      const reach = route && (await people.reach(message.workspaceId, route.identityId));
      if (!account?.enabled || !reach) return;
      await courtesy("read", deps.atProvider.markRead(account, reach.chat, message.externalId));
    },

    async block(workspaceId, conversationId, blocked, by) {
      const route = await conversations.route(workspaceId, conversationId);
      if (!route) throw new AppError("not_found", "There is no such conversation.", { reason: "conversation_unknown" });
      const account = await accounts.find(workspaceId, route.accountId);
      const reach = await people.reach(workspaceId, route.identityId);
      if (!account || !reach || !deps.capabilitiesOf(account.kind)?.blocks) {
        throw new AppError("unprocessable", "This channel cannot keep people from writing.", {
          reason: "block_unsupported",
        });
      }
      await asked(deps.atProvider.block(account, reach.chat, blocked));
      await people.setBlockedByUs(workspaceId, route.identityId, blocked);
      const now = clock.now();
      const told: Told = {
        id: newId("event"),
        type: "conversation.updated",
        at: now,
        conversationId,
        data: {
          ...{ changes: ["blocked_by_us"], blocked_by_us: blocked },
          ...{ by: by.kind, ...("id" in by ? { by_id: by.id } : {}) },
        },
      };
      if (await conversations.setBlockedByUs(workspaceId, conversationId, blocked, told, now)) {
        await deps.conversationOutbox.tell([{ _id: conversationId, workspaceId, tell: [told] }]);
      }
    },

    async showTyping(workspaceId, conversationId) {
      const route = await conversations.route(workspaceId, conversationId);
      if (!route) throw new AppError("not_found", "There is no such conversation.", { reason: "conversation_unknown" });
      const account = await accounts.find(workspaceId, route.accountId);
      const reach = await people.reach(workspaceId, route.identityId);
      if (!account?.enabled || !reach) return;
      const newest = (await messages.list(workspaceId, conversationId, { limit: 20 })).items;
      const answering = newest.find((one) => one.direction === "in" && one.externalId !== null)?.externalId;
      await courtesy("typing", deps.atProvider.typing(account, reach.chat, answering ?? undefined));
    },
  };
}

/** Providers change texts and captions: the file of a message stays what it was. */
function withOldMedia(before: Content, after: Content): Content {
  if (before.kind !== "media") return after;
  if (after.kind !== "text")
    throw new AppError("unprocessable", "Of a file only the caption can be changed.", { reason: "edit_caption_only" });
  return { ...before, caption: after.text, entities: after.entities };
}
