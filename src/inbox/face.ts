import type { Connection } from "mongoose";
import type { Capabilities } from "../core/capabilities.js";
import type { Failure } from "../core/errors.js";
import type { Author, Content } from "../core/message.js";
import type { BlobStore, Clock, Enqueue, Keyring, Log, Publish, SequencedEvent } from "../core/ports.js";
import type { AccountData } from "./accountData.js";
import type { Verdict } from "./policy.js";
import type { AccountRepo } from "./repos/accounts.js";
import type { BatchChange, BatchOutcome, ContactBatch } from "./repos/contactBatch.js";
import type { ContactChange } from "./repos/contactRows.js";
import type { ContactRepo } from "./repos/contacts.js";
import type { ConversationChange } from "./repos/conversationState.js";
import type { ConversationQuery } from "./repos/conversationViews.js";
import type { Concern } from "./repos/conversations.js";
import type { EventLog } from "./repos/eventLog.js";
import type { LabelRepo, ReadMark } from "./repos/labels.js";
import type { WaitingChange } from "./repos/parked.js";
import type { ThreadPage, ThreadQuery } from "./repos/messages.js";
import type { QuarantineRepo } from "./repos/quarantine.js";
import type { RawEventRepo } from "./repos/rawEvents.js";
import type { BulkResult, changeConversation } from "./usecases/changeConversation.js";
import type { AtProvider, MessageCommands } from "./usecases/changeMessage.js";
import type { ContactNotes } from "./usecases/contactNotes.js";
import type { NextStep, Pace, Send } from "./usecases/drainLane.js";
import type { fetchProfile } from "./usecases/fetchProfile.js";
import type { Files, MediaTools, OpenMedia } from "./usecases/files.js";
import type { ContactMerges } from "./usecases/mergeContacts.js";
import type { NoteInput } from "./usecases/note.js";
import type { Reading } from "./usecases/readConversation.js";
import type { AcceptedEvent } from "./usecases/recordInbound.js";
import type { ReplyInput } from "./usecases/reply.js";
import type { reportHealth } from "./usecases/reportHealth.js";
import type { Hit, SearchInput } from "./usecases/search.js";
import type { Templates } from "./usecases/templates.js";
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
  /** Conversations are being erased: whoever else keeps something of them removes it. */
  forget(workspaceId: string, conversationIds: readonly string[]): Promise<void>;
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
export interface Inbox extends AccountData {
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
  /** What a message says, to be sent on. Throws AppError `not_found`, `unprocessable`. */
  forward(workspaceId: string, messageId: string): Promise<Content>;
  /** Looks whether the time of a message that was written for later has come. */
  release(workspaceId: string, messageId: string): Promise<void>;
  note(input: NoteInput): Promise<Message>;
  commands: MessageCommands;
  /** Sends what waits in a conversation's lane. */
  drainLane(conversationId: string): Promise<{ againAt?: Date }>;
  /** Conversations whose message is overdue: their job was lost. */
  overdueLanes(before: Date, limit: number): Promise<{ workspaceId: string; conversationId: string }[]>;
  /** Finishes what processes that died left half done, wakes what was snoozed, removes what is to go. */
  sweep(): Promise<void>;
  conversations(workspaceId: string, query: ConversationQuery): Promise<Page<Conversation>>;
  /** How many conversations a view holds, looking at no more than `most` of them. */
  count(
    workspaceId: string,
    query: Omit<ConversationQuery, "limit" | "cursor">,
    most: number,
  ): Promise<{ count: number; more: boolean }>;
  conversation(workspaceId: string, id: string): Promise<Conversation | undefined>;
  changeConversation(workspaceId: string, id: string, change: ConversationChange, by: Author): Promise<Conversation>;
  /** Changes many conversations, each by itself. Throws AppError `unprocessable` when the change itself is wrong. */
  changeConversations(
    workspaceId: string,
    ids: readonly string[],
    change: ConversationChange,
    by: Author,
  ): Promise<BulkResult[]>;
  /** Many conversations at once; those that are not there are left out. */
  conversationsOf(workspaceId: string, ids: readonly string[]): Promise<Conversation[]>;
  /** What tells whom events concern, many at once and without opening anything sealed. */
  concerns: {
    conversations(workspaceId: string, ids: readonly string[]): Promise<Map<string, Concern>>;
    /** When messages were written, by their writer's clock. */
    writtenAt(workspaceId: string, messageIds: readonly string[]): Promise<Map<string, Date>>;
  };
  reading: Reading;
  readMarks(workspaceId: string, conversationId: string): Promise<ReadMark[]>;
  /** Throws AppError `not_found` for a message to look around that is not there. */
  messages(workspaceId: string, conversationId: string, query: ThreadQuery): Promise<ThreadPage>;
  /** What is to be sent later in the whole workspace, what leaves first at the top. */
  scheduled(workspaceId: string, query: ListQuery): Promise<Page<Hit>>;
  message(workspaceId: string, id: string): Promise<Message | undefined>;
  /** True when the workspace has this conversation. */
  hasConversation(workspaceId: string, id: string): Promise<boolean>;
  search(input: SearchInput): Promise<Page<Hit>>;
  contacts: Pick<ContactRepo, "find" | "list"> &
    Pick<ContactBatch, "match" | "alike"> &
    ContactMerges & {
      notes: ContactNotes;
      create(workspaceId: string, change: ContactChange): Promise<Contact>;
      /** Throws AppError `not_found`, `conflict`. */
      update(workspaceId: string, id: string, change: ContactChange): Promise<Contact>;
      /** Many at once. By position: what became of each. */
      putMany(workspaceId: string, changes: readonly BatchChange[]): Promise<BatchOutcome[]>;
    };
  /** Edits, removals, reactions and receipts whose message is not here, newest first. */
  waitingChanges(workspaceId: string, query: ListQuery): Promise<Page<WaitingChange>>;
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
