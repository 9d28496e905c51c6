import type { Connection, Model } from "mongoose";
import type { Capabilities } from "../core/capabilities.js";
import { coalesce } from "../core/coalesce.js";
import type { Failure } from "../core/errors.js";
import type { Author } from "../core/message.js";
import type { BlobStore, Clock, Enqueue, Keyring, Log, Publish, SequencedEvent } from "../core/ports.js";
import { attachmentModel } from "./models/attachment.js";
import { channelAccountModel } from "./models/channelAccount.js";
import { conversationModel } from "./models/conversation.js";
import { eventModel } from "./models/event.js";
import { labelModel, readMarkModel } from "./models/label.js";
import { messageModel } from "./models/message.js";
import { parkedModel } from "./models/parked.js";
import { contactModel, identityModel } from "./models/person.js";
import { templateModel } from "./models/template.js";
import { quarantineModel } from "./models/quarantine.js";
import { rawEventModel } from "./models/rawEvent.js";
import type { Verdict } from "./policy.js";
import { accountRepo, type AccountRepo } from "./repos/accounts.js";
import { changeRepo } from "./repos/changes.js";
import { contactRepo, type ContactChange, type ContactRepo } from "./repos/contacts.js";
import { conversationRepo, type ConversationChange } from "./repos/conversations.js";
import type { ConversationQuery } from "./repos/conversationViews.js";
import { eventLog, type EventLog } from "./repos/eventLog.js";
import { fileRepo } from "./repos/files.js";
import { labelRepo, readMarkRepo, type LabelRepo, type ReadMark } from "./repos/labels.js";
import { laneRepo } from "./repos/lane.js";
import { messageRepo } from "./repos/messages.js";
import { outboxOf } from "./repos/outbox.js";
import { parkedRepo } from "./repos/parked.js";
import { peopleRepo } from "./repos/people.js";
import { quarantineRepo, type QuarantineRepo } from "./repos/quarantine.js";
import { rawEventRepo, type RawEventRepo } from "./repos/rawEvents.js";
import { templateRepo } from "./repos/templates.js";
import { searchRepo } from "./repos/search.js";
import { createSeals } from "./repos/seals.js";
import { applyChanges } from "./usecases/applyChanges.js";
import { contactChanges } from "./usecases/changeContact.js";
import { changeConversation } from "./usecases/changeConversation.js";
import { messageCommands, type AtProvider, type MessageCommands } from "./usecases/changeMessage.js";
import { drainLane, type NextStep, type Pace, type Send } from "./usecases/drainLane.js";
import { fileUsecases, type Files, type MediaTools, type OpenMedia } from "./usecases/files.js";
import { contactMerges, type ContactMerges } from "./usecases/mergeContacts.js";
import { note, type NoteInput } from "./usecases/note.js";
import { optionTokens } from "./usecases/optionTokens.js";
import { readConversation } from "./usecases/readConversation.js";
import { recordInbound, type AcceptedEvent } from "./usecases/recordInbound.js";
import { reply, replyPolicy, type ReplyInput } from "./usecases/reply.js";
import { reportHealth } from "./usecases/reportHealth.js";
import { search, type Hit, type SearchInput } from "./usecases/search.js";
import { fetchProfile, namelessOf } from "./usecases/fetchProfile.js";
import { noteAccount } from "./usecases/noteAccount.js";
import { templateUsecases, type Templates } from "./usecases/templates.js";
import { settle } from "./usecases/settle.js";
import type { Contact, Conversation, Message, Page } from "./types.js";

/** What the inbox needs from the rest of the program. */
export interface InboxPorts {
  connection: Connection;
  keyring: Keyring;
  enqueue: Enqueue;
  blobs: BlobStore;
  media: MediaTools;
  /** Largest file that is kept, in bytes. */
  fileLimitBytes: number;
  send: Send;
  atProvider: AtProvider;
  openMedia: OpenMedia;
  capabilitiesOf(kind: string): Capabilities | undefined;
  pace: Pace;
  nextStep: NextStep;
  reasonOf(failure: Failure): string;
  /** The members and teams of a workspace. */
  known: Parameters<typeof changeConversation>[0]["known"];
  /** New events stand in the log now; for whoever passes them on. Must not throw. */
  appended(events: readonly SequencedEvent[]): void;
  /** Something happened that is not worth keeping: somebody types. Must not throw. */
  ephemeral(workspaceId: string, type: string, data: Record<string, unknown>): void;
  /** Seconds from the writing of a reply to the provider's yes. */
  observeSent(channel: string, seconds: number): void;
  clock: Clock;
  log: Log;
}

interface ListQuery {
  limit: number;
  cursor?: string | undefined;
}

/** The unified inbox: everything other areas may do with it. */
export interface Inbox {
  ensureIndexes(): Promise<void>;
  /** Puts accepted events in; calls at the same time share their round trips. Resolves once all of it is durable. */
  recordInbound(events: readonly AcceptedEvent[]): Promise<void>;
  reply(input: ReplyInput): Promise<{ message: Message; replayed: boolean }>;
  /** May this author write here now, and until when? */
  replyPolicy(
    workspaceId: string,
    conversationId: string,
    author: Author,
  ): Promise<Verdict & { capabilities: Capabilities | null }>;
  note(input: NoteInput): Promise<Message>;
  commands: MessageCommands;
  /** Sends what waits in a conversation's lane. */
  drainLane(conversationId: string): Promise<{ againAt?: Date }>;
  /** Conversations whose message is overdue: their job was lost. */
  overdueLanes(before: Date, limit: number): Promise<{ workspaceId: string; conversationId: string }[]>;
  /** Finishes what processes that died left half done, wakes what was snoozed, removes what is to go. */
  sweep(): Promise<void>;
  conversations(workspaceId: string, query: ConversationQuery): Promise<Page<Conversation>>;
  conversation(workspaceId: string, id: string): Promise<Conversation | undefined>;
  changeConversation(workspaceId: string, id: string, change: ConversationChange, by: Author): Promise<Conversation>;
  read: ReturnType<typeof readConversation>;
  readMarks(workspaceId: string, conversationId: string): Promise<ReadMark[]>;
  messages(workspaceId: string, conversationId: string, query: ListQuery): Promise<Page<Message>>;
  message(workspaceId: string, id: string): Promise<Message | undefined>;
  /** True when the workspace has this conversation. */
  hasConversation(workspaceId: string, id: string): Promise<boolean>;
  search(input: SearchInput): Promise<Page<Hit>>;
  contacts: Pick<ContactRepo, "find" | "list"> &
    ContactMerges & {
      create(workspaceId: string, change: ContactChange): Promise<Contact>;
      /** Throws AppError `not_found`, `conflict`. */
      update(workspaceId: string, id: string, change: ContactChange): Promise<Contact>;
    };
  labels: Omit<LabelRepo, "missing">;
  files: Files;
  events: EventLog;
  /** Appends events of other areas to the workspace's sequence and passes them on. */
  publish: Publish;
  accounts: AccountRepo;
  quarantine: QuarantineRepo;
  rawEvents: RawEventRepo;
  reportHealth: ReturnType<typeof reportHealth>;
  templates: Templates;
  /** Asks the provider for the name of somebody new. Rejects when it should be tried again. */
  fetchProfile: ReturnType<typeof fetchProfile>;
}

/** How many events one pass may hold: bounds its memory and the size of a bulk write. */
const recordBatch = 200;
/** A row whose process is still alive settles well within this. */
const leftOverMs = 30_000;
const sweptAtOnce = 200;

export function createInbox(ports: InboxPorts): Inbox {
  const { connection, keyring, enqueue, capabilitiesOf, clock, log } = ports;
  const seals = createSeals(keyring);
  const models = {
    accounts: channelAccountModel(connection),
    contacts: contactModel(connection),
    identities: identityModel(connection),
    conversations: conversationModel(connection),
    messages: messageModel(connection),
    attachments: attachmentModel(connection),
    parked: parkedModel(connection),
    labels: labelModel(connection),
    readMarks: readMarkModel(connection),
    rawEvents: rawEventModel(connection),
    quarantine: quarantineModel(connection),
    events: eventModel(connection),
    templates: templateModel(connection),
  };
  const events = eventLog(models.events);
  const publish: Publish = async (told) => {
    if (told.length > 0) ports.appended(await events.append(told));
  };
  const outboxes = {
    messages: outboxOf(models.messages as unknown as Model<never>, publish),
    conversations: outboxOf(models.conversations as unknown as Model<never>, publish),
    contacts: outboxOf(models.contacts as unknown as Model<never>, publish),
  };
  const accounts = accountRepo(models.accounts, seals);
  const people = peopleRepo(models.contacts, models.identities, seals);
  const contacts = contactRepo(models.contacts, models.identities, seals);
  const conversations = conversationRepo(models.conversations, people, seals);
  const files = fileRepo(models.attachments, seals);
  const messages = messageRepo(models.messages, files, seals);
  const lane = laneRepo(models.messages, seals);
  const changes = changeRepo(models.messages, seals);
  const parked = parkedRepo(models.parked, seals);
  const labels = labelRepo(models.labels);
  const readMarks = readMarkRepo(models.readMarks);
  const health = reportHealth({ accounts, publish, clock, log });
  const templateRows = templateRepo(models.templates);
  const templates = templateUsecases({ accounts, templates: templateRows, listed: ports.atProvider.templates, clock });
  const options = optionTokens({ messages, capabilitiesOf, seals });

  const settleFresh = settle({ conversations, messages, files, publish, enqueue, clock });
  const changed = applyChanges({
    changes,
    conversations,
    files,
    parked,
    outbox: outboxes.messages,
    enqueue,
    reasonOf: ports.reasonOf,
    seals,
    clock,
    log,
  });
  const record = recordInbound({
    people,
    conversations,
    messages,
    outbox: outboxes.conversations,
    settle: settleFresh,
    applyChanges: changed,
    resolveOption: options.resolve,
    notice: noteAccount({ templates: templateRows, setHealth: health.set, publish, enqueue, clock }),
    nameless: namelessOf(enqueue, (channel) => capabilitiesOf(channel)?.profiles ?? false),
    typing: ({ workspaceId }, conversationId) =>
      ports.ephemeral(workspaceId, "contact.typing", { conversation_id: conversationId }),
    seals,
    clock,
    log,
  });
  const recordTogether = coalesce<readonly AcceptedEvent[], PromiseSettledResult<void>>(
    async (calls) => {
      const together = await Promise.allSettled([record(calls.flat())]);
      if (together[0].status === "fulfilled" || calls.length === 1) return calls.map(() => together[0]);
      // One of them may be bad: each by itself, so that it fails alone.
      return Promise.allSettled(calls.map((call) => record(call)));
    },
    { maxBatch: recordBatch, weigh: (events) => events.length },
  );
  const replying = {
    accounts,
    conversations,
    messages,
    files,
    capabilitiesOf,
    templates,
    settle: settleFresh,
    enqueue,
    clock,
    log,
  };
  const fileCases = fileUsecases({
    files,
    accounts,
    messages,
    blobs: ports.blobs,
    media: ports.media,
    openMedia: ports.openMedia,
    publish,
    maxBytes: ports.fileLimitBytes,
    clock,
    log,
  });

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
    reply: reply(replying),
    replyPolicy: replyPolicy(replying),
    note: note({ conversations, messages, settle: settleFresh, clock }),
    commands: messageCommands({
      accounts,
      conversations,
      messages,
      people,
      files,
      lane,
      changes,
      outbox: outboxes.messages,
      atProvider: ports.atProvider,
      capabilitiesOf,
      enqueue,
      seals,
      clock,
      log,
    }),
    drainLane: drainLane({
      lane,
      accounts,
      conversations,
      people,
      seals,
      send: ports.send,
      pace: ports.pace,
      options,
      nextStep: ports.nextStep,
      outbox: outboxes.messages,
      waitingFor: coalescedKeys(changed.waitingFor),
      accountFailed: health.sendFailed,
      accountWorks: health.works,
      observe: ports.observeSent,
      clock,
      log,
    }),
    overdueLanes: (before, limit) => lane.overdue(before, limit),
    async sweep() {
      const now = clock.now();
      const before = new Date(now.getTime() - leftOverMs);
      for (const row of await conversations.wake(now, sweptAtOnce)) await outboxes.conversations.tell([row]);
      // What the customer's message reopened is told of here.
      await outboxes.conversations.sweep(new Date(now.getTime() - 1_000), sweptAtOnce);
      await outboxes.messages.sweep(before, sweptAtOnce);
      await outboxes.contacts.sweep(before, sweptAtOnce);
      await settleFresh(await messages.unsettled(before, sweptAtOnce));
      await fileCases.discard(sweptAtOnce);
    },
    conversations: (workspaceId, query) => conversations.list(workspaceId, query),
    conversation: (workspaceId, id) => conversations.find(workspaceId, id),
    changeConversation: changeConversation({
      conversations,
      labels,
      outbox: outboxes.conversations,
      known: ports.known,
      clock,
    }),
    read: readConversation({ conversations, messages, readMarks, ephemeral: ports.ephemeral, clock }),
    readMarks: (workspaceId, conversationId) => readMarks.of(workspaceId, conversationId),
    messages: (workspaceId, conversationId, query) => messages.list(workspaceId, conversationId, query),
    message: (workspaceId, id) => messages.find(workspaceId, id),
    hasConversation: async (workspaceId, id) => (await conversations.route(workspaceId, id)) !== undefined,
    search: search({ messages, conversations, found: searchRepo(models.messages), seals }),
    contacts: {
      find: (workspaceId, id) => contacts.find(workspaceId, id),
      list: (workspaceId, query) => contacts.list(workspaceId, query),
      ...contactMerges({ contacts, conversations, outbox: outboxes.contacts, clock }),
      ...contactChanges({ contacts, outbox: outboxes.contacts, clock }),
    },
    labels: {
      ...labels,
      async remove(workspaceId, id) {
        const removed = await labels.remove(workspaceId, id);
        if (removed) await conversations.forgetLabel(workspaceId, id);
        return removed;
      },
    },
    files: fileCases,
    events,
    publish,
    accounts,
    quarantine: quarantineRepo(models.quarantine, seals),
    rawEvents: rawEventRepo(models.rawEvents),
    reportHealth: health,
    templates,
    fetchProfile: fetchProfile({ accounts, people, profile: ports.atProvider.profile, clock }),
  };
}

/** Many lanes end a send at the same time: one look for all of them. */
function coalescedKeys(look: (keys: readonly string[]) => Promise<void>) {
  const together = coalesce<readonly string[], undefined>(
    async (calls) => {
      await look(calls.flat());
      return calls.map(() => undefined);
    },
    { maxBatch: 500, weigh: (keys) => keys.length },
  );
  return async (keys: readonly string[]) => {
    await together(keys);
  };
}

export { mayWrite, type Verdict } from "./policy.js";
export type { AcceptedEvent } from "./usecases/recordInbound.js";
export type { AtProvider } from "./usecases/changeMessage.js";
export type { Template } from "./repos/templates.js";
export { templatesJob } from "./usecases/noteAccount.js";
export type { NextStep, Pace, Send } from "./usecases/drainLane.js";
export type { Inspected, MediaTools, OpenMedia } from "./usecases/files.js";
export type { Hit } from "./usecases/search.js";
export type { ConversationQuery } from "./repos/conversationViews.js";
export type { ConversationChange } from "./repos/conversations.js";
export type { ContactChange } from "./repos/contacts.js";
export type { Label, ReadMark } from "./repos/labels.js";
export type { Quarantined } from "./repos/quarantine.js";
export type { Attachment, ChannelAccount, Contact, ContactIdentity, Conversation, Message, Page } from "./types.js";
export type { HealthEntry, HealthState } from "./models/channelAccount.js";
export { conversationStatuses, priorities } from "./models/conversation.js";
