import type { Model } from "mongoose";
import { coalesce } from "../core/coalesce.js";
import type { Publish } from "../core/ports.js";
import { accountData } from "./accountData.js";
import { inboxModels } from "./models/index.js";
import { accountRepo } from "./repos/accounts.js";
import { addressBook } from "./repos/addressBook.js";
import { changeRepo } from "./repos/changes.js";
import { earlierContacts } from "./repos/earlierContacts.js";
import { contactBatch } from "./repos/contactBatch.js";
import { contactRepo } from "./repos/contacts.js";
import { conversationRepo } from "./repos/conversations.js";
import { erasureRepo } from "./repos/erasure.js";
import { eventLog } from "./repos/eventLog.js";
import { fileRepo } from "./repos/files.js";
import { labelRepo, readMarkRepo } from "./repos/labels.js";
import { laneRepo } from "./repos/lane.js";
import { messageRepo } from "./repos/messages.js";
import { outboxOf } from "./repos/outbox.js";
import { parkedRepo } from "./repos/parked.js";
import { peopleRepo } from "./repos/people.js";
import { quarantineRepo } from "./repos/quarantine.js";
import { rawEventRepo } from "./repos/rawEvents.js";
import { scheduleRepo } from "./repos/schedule.js";
import { templateRepo } from "./repos/templates.js";
import { searchRepo } from "./repos/search.js";
import { createSeals } from "./repos/seals.js";
import { applyChanges } from "./usecases/applyChanges.js";
import { contactChanges } from "./usecases/changeContact.js";
import { changeConversation } from "./usecases/changeConversation.js";
import { messageCommands } from "./usecases/changeMessage.js";
import { drainLane } from "./usecases/drainLane.js";
import { fileUsecases } from "./usecases/files.js";
import { listScheduled } from "./usecases/listScheduled.js";
import { contactMerges } from "./usecases/mergeContacts.js";
import { note } from "./usecases/note.js";
import { optionTokens } from "./usecases/optionTokens.js";
import { reading } from "./usecases/readConversation.js";
import { contactNotes } from "./usecases/contactNotes.js";
import { forward } from "./usecases/forward.js";
import { recordInbound, type AcceptedEvent } from "./usecases/recordInbound.js";
import { sendLater } from "./usecases/sendLater.js";
import { reply, replyPolicy, verdictOf } from "./usecases/reply.js";
import { reportHealth } from "./usecases/reportHealth.js";
import { search } from "./usecases/search.js";
import { fetchProfile, namelessOf } from "./usecases/fetchProfile.js";
import { namePeople } from "./usecases/namePeople.js";
import { noteAccount } from "./usecases/noteAccount.js";
import { templateUsecases } from "./usecases/templates.js";
import { settle } from "./usecases/settle.js";
import type { Inbox, InboxPorts } from "./face.js";

/** How many events one pass may hold: bounds its memory and the size of a bulk write. */
const recordBatch = 200;
/** A row whose process is still alive settles well within this. */
const leftOverMs = 30_000;
const sweptAtOnce = 200;

export function createInbox(ports: InboxPorts): Inbox {
  const { connection, keyring, enqueue, capabilitiesOf, clock, log } = ports;
  const seals = createSeals(keyring);
  const models = inboxModels(connection);
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
  const book = addressBook(models.addressBook, seals);
  const people = peopleRepo(models.contacts, models.identities, book, seals);
  const contacts = contactRepo(models.contacts, models.identities, seals);
  const fillEarlier = earlierContacts(models.contacts, models.identities, models.walks, seals);
  const batch = contactBatch(models.contacts, models.identities, seals);
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
  const templates = templateUsecases({
    accounts,
    templates: templateRows,
    listed: ports.atProvider.templates,
    soFar: ({ id, workspaceId }, count) =>
      ports.ephemeral(workspaceId, "channel.templates", { channel_account_id: id, so_far: count }),
    clock,
  });
  const options = optionTokens({ messages, capabilitiesOf, seals });

  const settleFresh = settle({ conversations, messages, files, publish, enqueue, clock });
  const changed = applyChanges({
    changes,
    conversations,
    files,
    parked,
    outbox: outboxes.messages,
    publish,
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
    named: namePeople({ people, book, conversations, outbox: outboxes.contacts, seals, clock }),
    erased: erasureRepo(models, seals).erased,
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
  const messageOutbox = outboxes.messages;
  const schedule = scheduleRepo(models.messages, seals);
  const replying = {
    schedule,
    accounts,
    conversations,
    messages,
    files,
    capabilitiesOf,
    templates,
    settle: settleFresh,
    outbox: messageOutbox,
    enqueue,
    clock,
    log,
  };
  const later = sendLater({
    schedule,
    messages,
    outbox: messageOutbox,
    settle: settleFresh,
    verdict: verdictOf(replying),
    enqueue,
    seals,
    clock,
    log,
  });
  const readings = reading({ conversations, messages, readMarks, ephemeral: ports.ephemeral, clock });
  const changing = changeConversation({
    conversations,
    labels,
    outbox: outboxes.conversations,
    known: ports.known,
    given: readings.given,
    clock,
  });
  /** The accounts of a kind of channel, where a view asks for one. */
  const accountsOf = async (workspaceId: string, channel: string | undefined) =>
    channel === undefined
      ? []
      : (await accounts.list(workspaceId)).filter((one) => one.kind === channel).map((one) => one.id);
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
    forward: forward({ messages }),
    release: (workspaceId, messageId) => later.look(workspaceId, messageId),
    note: note({ conversations, messages, settle: settleFresh, clock }),
    commands: messageCommands({
      accounts,
      conversations,
      messages,
      people,
      files,
      lane,
      changes,
      later,
      outbox: outboxes.messages,
      conversationOutbox: outboxes.conversations,
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
      conversationOutbox: outboxes.conversations,
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
      await later.sweep(sweptAtOnce);
      await fileCases.discard(sweptAtOnce);
      await fillEarlier(sweptAtOnce, now);
    },
    conversations: async (workspaceId, query) =>
      conversations.list(workspaceId, query, await accountsOf(workspaceId, query.channel)),
    count: async (workspaceId, query, most) =>
      conversations.count(workspaceId, query, await accountsOf(workspaceId, query.channel), most),
    conversation: (workspaceId, id) => conversations.find(workspaceId, id),
    changeConversation: (workspaceId, id, change, by) => changing.one(workspaceId, id, change, by),
    changeConversations: (workspaceId, ids, change, by) => changing.many(workspaceId, ids, change, by),
    conversationsOf: (workspaceId, ids) => conversations.findMany(workspaceId, ids),
    concerns: {
      conversations: (workspaceId, ids) => conversations.concerns(workspaceId, ids),
      writtenAt: (workspaceId, ids) => messages.writtenAt(workspaceId, ids),
    },
    reading: readings,
    readMarks: (workspaceId, conversationId) => readMarks.of(workspaceId, conversationId),
    messages: (workspaceId, conversationId, query) => messages.list(workspaceId, conversationId, query),
    scheduled: listScheduled({ schedule, messages, conversations }),
    message: (workspaceId, id) => messages.find(workspaceId, id),
    hasConversation: async (workspaceId, id) => (await conversations.route(workspaceId, id)) !== undefined,
    search: search({ messages, conversations, found: searchRepo(models.messages), seals }),
    contacts: {
      find: (workspaceId, id) => contacts.find(workspaceId, id),
      list: (workspaceId, query) => contacts.list(workspaceId, query),
      ...contactMerges({ contacts, conversations, outbox: outboxes.contacts, clock }),
      notes: contactNotes({ notes: models.contactNotes, contacts, publish, seals, clock }),
      match: (workspaceId, sought) => batch.match(workspaceId, sought),
      alike: (workspaceId, id, limit) => batch.alike(workspaceId, id, limit),
      ...contactChanges({ contacts, batch, conversations, outbox: outboxes.contacts, clock }),
    },
    waitingChanges: (workspaceId, query) => parked.list(workspaceId, query),
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
    ...accountData({
      models,
      conversations,
      settle: settleFresh,
      blobs: ports.blobs,
      forget: ports.forget,
      publish,
      seals,
      clock,
    }),
    fetchProfile: fetchProfile({
      accounts,
      people,
      conversations,
      outbox: outboxes.contacts,
      profile: ports.atProvider.profile,
      clock,
    }),
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
export type { ConversationChange } from "./repos/conversationState.js";
export type { BulkResult } from "./usecases/changeConversation.js";
export type { ContactNote } from "./usecases/contactNotes.js";
export { Overtaken } from "./usecases/overtaken.js";
export { contactFiltersOf, conversationQueryOf } from "./listQuery.js";
export type { Inbox, InboxPorts } from "./face.js";
export type { Concern } from "./repos/conversations.js";
export { plainReach, type Reach } from "./repos/contactKeys.js";
export type { BatchChange, BatchOutcome, Found, Sought } from "./repos/contactBatch.js";
export type { ContactFilters } from "./repos/contactList.js";
export type { ContactChange } from "./repos/contactRows.js";
export type { Label, ReadMark } from "./repos/labels.js";
export type { WaitingChange } from "./repos/parked.js";
export type { Quarantined } from "./repos/quarantine.js";
export type {
  Attachment,
  ChannelAccount,
  Contact,
  ContactIdentity,
  Conversation,
  Message,
  Page,
  ReferralDetails,
} from "./types.js";
export type { HealthEntry, HealthState } from "./models/channelAccount.js";
export { conversationStatuses, priorities } from "./models/conversation.js";
