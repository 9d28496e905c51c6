import { AppError } from "../../core/errors.js";
import { soughtTextOf, type Content } from "../../core/message.js";
import type { Clock, Enqueue, Log } from "../../core/ports.js";
import type { Reason } from "../../core/reasons.js";
import type { Verdict } from "../policy.js";
import type { Outbox } from "../repos/outbox.js";
import type { DueMessage, Schedule } from "../repos/schedule.js";
import type { Fresh, MessageRepo } from "../repos/messages.js";
import type { Seals } from "../repos/seals.js";
import type { Message } from "../types.js";
import { drainJob } from "./settle.js";

interface Deps {
  schedule: Schedule;
  messages: MessageRepo;
  /** Of the messages. */
  outbox: Outbox;
  settle(fresh: readonly Fresh[]): Promise<void>;
  /** May this be said in this conversation now? undefined when the conversation is gone. */
  verdict(message: DueMessage): Promise<Verdict | undefined>;
  enqueue: Enqueue;
  seals: Seals;
  clock: Clock;
  log: Log;
}

/** Messages that are to be sent later. Each throws AppError: `not_found`, `conflict` (it is not to be sent later any more). */
export interface SendLater {
  /** Sends what is due. The sweep calls it: a job that was lost makes a message a few seconds late, never more. */
  sweep(limit: number): Promise<void>;
  /** Sends one message if its time has come. */
  look(workspaceId: string, id: string): Promise<void>;
  sendNow(workspaceId: string, id: string): Promise<Message>;
  /** Changes what it says, when it leaves, or both; undefined when it is not to be sent later (any more). */
  change(
    workspaceId: string,
    id: string,
    change: { content?: Content | undefined; sendAt?: Date | undefined },
  ): Promise<Message | undefined>;
  /** False when it is not to be sent later (any more). */
  cancel(workspaceId: string, id: string): Promise<boolean>;
  /** Sends at once what was taken back or refused before it ever left; false when there is no such message. */
  again(workspaceId: string, id: string): Promise<boolean>;
}

/** Longer ahead is a mistake: nobody remembers why. */
const aheadMostMs = 366 * 86_400_000;

/** Throws AppError `unprocessable` for a time that is over or too far away. */
export function checkedSendAt(sendAt: Date, now: Date): void {
  const ahead = sendAt.getTime() - now.getTime();
  const refused = (reason: Reason, message: string) =>
    new AppError("unprocessable", message, { reason, errors: [{ pointer: "/send_at", message }] });
  if (ahead <= 0) throw refused("moment_over", "That moment is over.");
  if (ahead > aheadMostMs) throw refused("moment_too_far", "A message can wait for a year at most.");
}

/** The job that looks at a message when its time has come. */
export const releaseJob = (workspaceId: string, messageId: string, sendAt: Date, now: Date) => ({
  name: "outbound.release",
  payload: { v: 1, workspaceId, messageId },
  delayMs: Math.max(sendAt.getTime() - now.getTime(), 1),
  key: `release/${messageId}/${sendAt.getTime()}`,
});

export function sendLater(deps: Deps): SendLater {
  const { schedule, messages, outbox, settle, enqueue, seals, clock, log } = deps;

  const ask = (job: Parameters<Enqueue["add"]>[0][number], messageId: string) =>
    enqueue.add([job]).catch((error: unknown) => {
      // The message is safe; without its job the sweep finds it.
      log.warn("message_waits_for_sweeper", { messageId, error: error as Error });
    });

  /** True when this call decided what becomes of it. */
  async function release(message: DueMessage): Promise<boolean> {
    const verdict = await deps.verdict(message);
    const now = clock.now();
    if (!verdict?.allowed) {
      const failure = {
        reason: verdict?.reason ?? "channel_gone",
        detail: verdict?.sentence ?? "The conversation is gone.",
        providerCode: null,
      };
      const told = await schedule.refuse(message, failure, now);
      if (told) await outbox.tell([told]);
      return told !== undefined;
    }
    const fresh = await schedule.release(message, now);
    if (!fresh) return false;
    await settle([fresh]);
    await ask(drainJob(message.workspaceId, message.conversationId), message.id);
    return true;
  }

  async function found(workspaceId: string, id: string): Promise<Message> {
    const message = await messages.find(workspaceId, id);
    if (!message) throw new AppError("not_found", "There is no such message.", { reason: "message_unknown" });
    return message;
  }

  return {
    async sweep(limit) {
      for (const message of await schedule.due(clock.now(), limit)) await release(message);
    },

    async look(workspaceId, id) {
      const message = await schedule.find(workspaceId, id);
      if (message && message.sendAt <= clock.now()) await release(message);
    },

    async sendNow(workspaceId, id) {
      const message = await schedule.find(workspaceId, id);
      if (!message || !(await release(message))) {
        const now = await found(workspaceId, id);
        throw new AppError(
          "conflict",
          `Only a message that is to be sent later can be sent now; this one is ${now.status}.`,
          { reason: "message_not_scheduled" },
        );
      }
      return found(workspaceId, id);
    },

    async change(workspaceId, id, { content, sendAt }) {
      const now = clock.now();
      if (sendAt) checkedSendAt(sendAt, now);
      const words = content && (await seals.searchTokens(workspaceId, soughtTextOf(content), { prefixes: "only" }));
      const told = await schedule.change(workspaceId, id, { content, words, sendAt }, now);
      if (!told) return undefined;
      await outbox.tell([told]);
      if (sendAt) await ask(releaseJob(workspaceId, id, sendAt, now), id);
      return found(workspaceId, id);
    },

    async cancel(workspaceId, id) {
      const told = await schedule.cancel(workspaceId, id, clock.now());
      if (told) await outbox.tell([told]);
      return told !== undefined;
    },

    async again(workspaceId, id) {
      if (!(await schedule.again(workspaceId, id, clock.now()))) return false;
      const message = await schedule.find(workspaceId, id);
      if (message) await release(message);
      return true;
    },
  };
}
