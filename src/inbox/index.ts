import type { Connection } from "mongoose";
import { coalesce } from "../core/coalesce.js";
import type { Clock, Enqueue, Keyring, Log, Publish } from "../core/ports.js";
import { channelAccountModel } from "./models/channelAccount.js";
import { conversationModel } from "./models/conversation.js";
import { eventModel } from "./models/event.js";
import { messageModel } from "./models/message.js";
import { contactModel, identityModel } from "./models/person.js";
import { quarantineModel } from "./models/quarantine.js";
import { accountRepo, type AccountRepo } from "./repos/accounts.js";
import { conversationRepo } from "./repos/conversations.js";
import { eventLog, type EventLog } from "./repos/eventLog.js";
import { laneRepo } from "./repos/lane.js";
import { messageRepo } from "./repos/messages.js";
import { peopleRepo } from "./repos/people.js";
import { quarantineRepo, type QuarantineRepo } from "./repos/quarantine.js";
import { createSeals } from "./repos/seals.js";
import { drainLane, type NextStep, type Send } from "./usecases/drainLane.js";
import { recordInbound, type AcceptedEvent } from "./usecases/recordInbound.js";
import { reply, type ReplyInput } from "./usecases/reply.js";
import { reportHealth } from "./usecases/reportHealth.js";
import type { ConversationStatus } from "./models/conversation.js";
import type { Conversation, Message, Page } from "./types.js";

/** What the inbox needs from the rest of the program. */
export interface InboxPorts {
  connection: Connection;
  keyring: Keyring;
  enqueue: Enqueue;
  send: Send;
  nextStep: NextStep;
  clock: Clock;
  log: Log;
}

/** The unified inbox: everything other areas may do with it. */
export interface Inbox {
  ensureIndexes(): Promise<void>;
  /** Puts accepted events in; calls at the same time share their round trips. Resolves once all of it is durable. */
  recordInbound(events: readonly AcceptedEvent[]): Promise<void>;
  reply(input: ReplyInput): Promise<{ message: Message; replayed: boolean }>;
  /** Sends what waits in a conversation's lane. */
  drainLane(conversationId: string): Promise<{ againAt?: Date }>;
  /** Conversations whose message is overdue: their job was lost with a queue. */
  overdueLanes(before: Date, limit: number): Promise<string[]>;
  conversations(
    workspaceId: string,
    query: { status?: ConversationStatus | undefined; limit: number; cursor?: string | undefined },
  ): Promise<Page<Conversation>>;
  conversation(workspaceId: string, id: string): Promise<Conversation | undefined>;
  messages(
    workspaceId: string,
    conversationId: string,
    query: { limit: number; cursor?: string | undefined },
  ): Promise<Page<Message>>;
  message(workspaceId: string, id: string): Promise<Message | undefined>;
  /** True when the workspace has this conversation. */
  hasConversation(workspaceId: string, id: string): Promise<boolean>;
  events: EventLog;
  accounts: AccountRepo;
  quarantine: QuarantineRepo;
  reportHealth: ReturnType<typeof reportHealth>;
}

/** How many events one pass may hold: bounds its memory and the size of a bulk write. */
const recordBatch = 200;

export function createInbox(ports: InboxPorts): Inbox {
  const { connection, keyring, enqueue, clock, log } = ports;
  const seals = createSeals(keyring);
  const models = {
    accounts: channelAccountModel(connection),
    contacts: contactModel(connection),
    identities: identityModel(connection),
    conversations: conversationModel(connection),
    messages: messageModel(connection),
    quarantine: quarantineModel(connection),
    events: eventModel(connection),
  };
  const accounts = accountRepo(models.accounts, seals);
  const people = peopleRepo(models.contacts, models.identities, seals);
  const conversations = conversationRepo(models.conversations, people, seals);
  const messages = messageRepo(models.messages, seals);
  const lane = laneRepo(models.messages, seals);
  const events = eventLog(models.events);
  const publish: Publish = async (told) => {
    if (told.length > 0) await events.append(told);
  };
  const health = reportHealth({ accounts, clock, log });

  const record = recordInbound({ people, conversations, messages, seals, publish, clock, log });
  const recordTogether = coalesce<readonly AcceptedEvent[], PromiseSettledResult<void>>(
    async (calls) => {
      const together = await Promise.allSettled([record(calls.flat())]);
      if (together[0].status === "fulfilled" || calls.length === 1) return calls.map(() => together[0]);
      // One of them may be bad: each by itself, so that it fails alone.
      return Promise.allSettled(calls.map((call) => record(call)));
    },
    { maxBatch: recordBatch, weigh: (events) => events.length },
  );

  return {
    async ensureIndexes() {
      for (const model of Object.values(models)) await model.createIndexes();
    },
    async recordInbound(events) {
      for (let start = 0; start < events.length; start += recordBatch) {
        const outcome = await recordTogether(events.slice(start, start + recordBatch));
        if (outcome.status === "rejected") throw outcome.reason;
      }
    },
    reply: reply({ conversations, messages, enqueue, clock, log }),
    drainLane: drainLane({
      lane,
      accounts,
      conversations,
      people,
      seals,
      send: ports.send,
      nextStep: ports.nextStep,
      publish,
      accountFailed: health.sendFailed,
      accountWorks: health.works,
      clock,
      log,
    }),
    overdueLanes: (before, limit) => lane.overdue(before, limit),
    conversations: (workspaceId, query) => conversations.list(workspaceId, query),
    conversation: (workspaceId, id) => conversations.find(workspaceId, id),
    messages: (workspaceId, conversationId, query) => messages.list(workspaceId, conversationId, query),
    message: (workspaceId, id) => messages.find(workspaceId, id),
    hasConversation: async (workspaceId, id) => (await conversations.route(workspaceId, id)) !== undefined,
    events,
    accounts,
    quarantine: quarantineRepo(models.quarantine, seals),
    reportHealth: health,
  };
}

export type { AcceptedEvent } from "./usecases/recordInbound.js";
export type { ChannelAccount, Conversation, Message, Page } from "./types.js";
export type { HealthState } from "./models/channelAccount.js";
