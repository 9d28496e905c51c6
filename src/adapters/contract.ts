import type { Readable } from "node:stream";
import type { z } from "zod";
import type { Capabilities } from "../core/capabilities.js";
import type { ProviderError } from "../core/errors.js";
import type { ChannelKind, InboundEvent } from "../core/events.js";
import type { ExternalId } from "../core/ids.js";
import type { Content, MediaRef, OutboundMessage } from "../core/message.js";
import type { Log } from "../core/ports.js";

/** A request of a provider exactly as it came in. */
export interface RawRequest {
  method: string;
  /** Lower-case names; a header sent twice is an array. */
  headers: Record<string, string | readonly string[] | undefined>;
  query: Record<string, string>;
  body: Buffer;
}

/**
 * `accepted`: the request is genuine. `handshake`: genuine, answer with this plain text and 200. `refused`: 401 (403 for a
 * handshake) with an empty body; `why` goes to the log and to the account's health, never into the response.
 */
export type Verdict =
  | { kind: "accepted" }
  | { kind: "handshake"; answer: string }
  | {
      kind: "refused";
      why: string;
      status?: 401 | 403;
      /** Of what was compared only the first characters, and only where it is no secret; for the account's log. */
      compared?: { got: string; expected: string } | undefined;
    };

/** What somebody reads who is about to connect a channel. English; the dashboard may translate it. */
export interface Wizard {
  /** One line for the tile. */
  summary: string;
  /** About how long it takes. */
  minutes: number;
  /** What the provider charges, in a few words. */
  cost: string;
  /** What is to be done at the provider by hand, in order. */
  steps: readonly WizardStep[];
}

export interface WizardStep {
  text: string;
  link?: string | undefined;
  /** What of ours is to be copied in this step. */
  shows?: "callback_url" | "verify_token" | undefined;
}

/** What the running program lends to a channel. */
export interface AdapterTools {
  log: Log;
  /** The system's clock when missing. */
  now?: (() => Date) | undefined;
  /** Base URLs of the providers, so that stand-ins can take their place. By adapter kind. */
  apiRoot: string | undefined;
  /**
   * Opens a file of ours that is to be uploaded: a MediaRef whose `source` starts with `upload:`. Missing where nothing
   * can be uploaded.
   */
  openUpload?: ((source: string) => Promise<{ stream: Readable; name?: string | undefined }>) | undefined;
  /**
   * Opens a public address that a provider named, never one of this network. Rejects with ProviderError. Missing where
   * nothing may be fetched.
   */
  openPublic?: ((url: string) => Promise<{ stream: Readable; mime?: string | undefined }>) | undefined;
  /** Posts to an address that a user gave, never one of this network. Rejects with ProviderError when there is no answer. */
  postPublic?:
    | ((
        url: string,
        headers: Record<string, string>,
        body: string,
      ) => Promise<{ status: number; headers: Record<string, string>; body: string }>)
    | undefined;
  /** An address under which an upload of ours can be fetched for some minutes; undefined when it is gone. */
  linkUpload?: ((source: string) => Promise<string | undefined>) | undefined;
  /** The way to the process that holds an account's session. Missing where there are no sessions. */
  session?: SessionPort | undefined;
  /** Where a session's proof of being linked is kept, for this machine and any other. */
  vault?: SessionVault | undefined;
  /** Sealed files that pass from one process to another. */
  spool?: Spool | undefined;
  /** A folder of this machine for working files; whatever lies there may be lost. */
  workDir?: string | undefined;
  /** The browser that sessions run in; missing where there is none. */
  browserPath?: string | undefined;
  /** False where that browser cannot have a sandbox of its own, as in most containers. */
  browserSandbox?: boolean | undefined;
  /** The environment of processes that a channel starts: nothing in it is secret. */
  environment?: Readonly<Record<string, string>> | undefined;
}

/** What we tell a provider about the webhook that it is to call. */
export interface WebhookAddress {
  url: string;
  /** What the provider's handshake must bring. */
  verifyToken: string;
}

/** How a request to a session is answered. Must reject with ProviderError and nothing else. */
export type SessionAnswerer = (request: unknown) => Promise<unknown>;

/** Calls between processes: only one of them holds an account's session, any of them may have something to send. */
export interface SessionPort {
  /**
   * Asks the process that holds the session; request and answer are plain JSON. Rejects with its ProviderError; with
   * `unreachable`, surely not sent, when nobody holds the session or nobody took the request in time; with `unreachable`,
   * perhaps sent, when it was taken and not answered within `timeoutMs`.
   */
  call(accountRef: ExternalId, request: unknown, timeoutMs: number): Promise<unknown>;
  /** Answers the calls for this account until the result is called. */
  hold(accountRef: ExternalId, answer: SessionAnswerer): Promise<() => Promise<void>>;
}

/** One kept version of a session. */
export interface VaultVersion {
  id: string;
  savedAt: Date;
}

/** Keeps sessions sealed and in versions. Nothing in it can be lost by one mistaken call. */
export interface SessionVault {
  /** Versions that can be restored, newest first. */
  versions(accountRef: ExternalId): Promise<VaultVersion[]>;
  /** Keeps a new version; of the older ones the last two stay. */
  save(accountRef: ExternalId, content: Readable): Promise<VaultVersion>;
  /** Opens a version, also one that was marked as deleted. Rejects with BlobGone when it is not there. */
  open(accountRef: ExternalId, id: string): Promise<Readable>;
  /** The session is over: its versions are not offered any more. They are kept until newer ones push them out. */
  markDeleted(accountRef: ExternalId): Promise<void>;
}

/** Files on their way between processes. */
export interface Spool {
  put(content: Readable, maxBytes: number): Promise<string>;
  /** Opens a file and removes it once it was read. */
  take(key: string): Promise<Readable>;
}

/** What a provider said about the connected account. */
export interface AccountState {
  state: "ok" | "degraded" | "needs_reauth" | "suspended";
  /** The provider's id of the account (bot id, page id). */
  accountRef: ExternalId;
  /** What people call it: "@shop_bot", "+49 30 …". */
  displayName: string;
  /** Why, when not ok; one plain sentence. */
  cause?: string | undefined;
  /** The provider calls another address than the one that was given, or none. */
  webhookLost?: true | undefined;
  /** The provider was asked whether it suspended the account: `ok` ends a suspension. */
  standing?: true | undefined;
}

/** The provider took it. One outbound message may become several provider messages; `externalIds` is in order, first is the one replies refer to. */
export interface SendOutcome {
  externalIds: ExternalId[];
  at: Date;
  /** The provider's own running number of the first of them, as NormalizedMessage.sequence. */
  sequence?: number | undefined;
}

/** How far a session has come, for whoever watches it being linked. */
export interface SessionProgress {
  phase: "starting" | "scan" | "authenticating" | "syncing" | "ready" | "lost" | "banned";
  /** What the QR code says, while it is to be scanned. It changes every few seconds. */
  qr?: string | undefined;
  /** The code to be typed on the phone. */
  code?: string | undefined;
  /** How much is synced. */
  percent?: number | undefined;
}

/** Where a session adapter puts what it hears. Resolves once the events are durable; only then may the adapter go on. */
export interface SessionSink {
  deliver(payloads: readonly unknown[]): Promise<void>;
  /** The session's state for the account's health. */
  state(state: AccountState["state"], cause?: string): Promise<void>;
  /** Where to go on after a restart (Telegram: the update offset); null at first. */
  loadCursor(): Promise<string | null>;
  saveCursor(cursor: string): Promise<void>;
  /** How the linking goes. What it carries lets anybody link: it is shown, never stored or logged. */
  progress?(progress: SessionProgress): Promise<void>;
}

/** One approved (or not yet approved) message template as the provider has it. */
export interface ProviderTemplate {
  id: string;
  name: string;
  language: string;
  /** The provider's word in lower case: approved, pending, rejected, paused, disabled … */
  status: string;
  category: string;
  quality?: string | undefined;
  reason?: string | undefined;
  parts: TemplatePart[];
}

/** A part of a template. Texts have places for parameters: `{{1}}` or `{{name}}`. */
export type TemplatePart =
  | { in: "header"; format: "text" | "image" | "video" | "document" | "location"; text?: string | undefined }
  | { in: "body" | "footer"; text: string }
  | { in: "button"; index: number; type: string; label: string; url?: string | undefined };

/** One connected number, bot, page or widget. Every method rejects with ProviderError and nothing else. */
export interface Channel {
  /** Resolves once the provider accepted. Never retries on its own. Splits what is too long for one provider message. */
  send(message: OutboundMessage): Promise<SendOutcome>;
  close(): Promise<void>;
  /** Networks we stay connected to: runs until `stop`; rejects when the connection cannot go on. */
  listen?(sink: SessionSink, stop: AbortSignal): Promise<void>;
  /** Networks where the webhook can be set by us. Idempotent. */
  register?(webhook: WebhookAddress): Promise<void>;
  unregister?(): Promise<void>;
  /**
   * Is the token alive, is the webhook set (to the given address), does the provider report delivery errors. Feeds channel
   * health.
   */
  probe?(webhook?: { url: string }): Promise<AccountState>;
  /** What only the test button does, after the probe: asks the other side for a sign of life. */
  tryOut?(): Promise<void>;
  openMedia?(ref: MediaRef): Promise<{ stream: Readable; mime?: string | undefined; bytes?: number | undefined }>;
  edit?(chat: ExternalId, target: ExternalId, content: Content): Promise<void>;
  remove?(chat: ExternalId, target: ExternalId): Promise<void>;
  react?(chat: ExternalId, target: ExternalId, emoji: string | null): Promise<void>;
  /** `answering`: the customer's last message, which some networks must be told. */
  typing?(chat: ExternalId, answering?: ExternalId): Promise<void>;
  markRead?(chat: ExternalId, target: ExternalId): Promise<void>;
  /** Who somebody is, where webhooks do not say it; empty when the network does not tell. */
  profile?(user: ExternalId): Promise<{ name?: string | undefined }>;
  /** Keeps a person from writing to us, or lets them again. */
  block?(chat: ExternalId, blocked: boolean): Promise<void>;
  /** The message templates of the account, all of them. `progress` is told after each page how many there are so far. */
  templates?(progress?: (soFar: number) => void): Promise<ProviderTemplate[]>;
  /** After an event was stored: quick answers a provider waits for (Telegram: answerCallbackQuery). Failures are only logged. */
  acknowledge?(event: InboundEvent): Promise<void>;
}

/** What a channel is, how it reads, how it speaks. */
export interface ChannelAdapter<S = unknown> {
  readonly manifest: {
    kind: ChannelKind;
    label: string;
    /** False for channels that work against the provider's terms. */
    official: boolean;
    /** The provider delivers to one place only: who connects an account a second time takes it from the first. */
    oneReceiver?: boolean | undefined;
    /** Works without a public URL. */
    needsPublicUrl: boolean;
    /** Why somebody should think twice before connecting it; shown before. */
    warning?: string | undefined;
    /** The owner tells the provider our address and a token of ours by hand, and the provider asks for the token. */
    handshake?: boolean | undefined;
    /**
     * The credentials and options of one account; the connect form is built from it. Every field has a `title`, a
     * `description` that says where to find it, and `expects` where it must have a form; secrets carry `secret`, what we make
     * ourselves `generated`, what is rarely needed `advanced`.
     */
    settings: z.ZodType<S>;
    wizard: Wizard;
    can: Capabilities;
  };
  /**
   * Pure: no I/O, clock or randomness. Every entry of a batch gives at least one event: what is not known becomes a
   * message of kind `unsupported`. Throws Malformed when the payload has no shape at all.
   */
  normalize(payload: unknown, self: ExternalId): InboundEvent[];
  /** Cheap; no network call before first use. */
  connect(settings: S, tools: AdapterTools): Channel;
  /** Who tells the provider our address: we do, a person does, or nobody because it needs none. */
  addressSetBy(settings: S): "us" | "hand" | "none";
  /** What a refused probe means for whoever typed the credentials: what is wrong, and where the right one is found. */
  explain?(error: ProviderError): { sentence: string; field?: string | undefined } | undefined;
  /** The provider's id of the account as far as the settings alone tell it (a Telegram token starts with the bot id). */
  accountRef(settings: S): ExternalId | undefined;
  /** New secrets of ours; the old ones are accepted for some time yet. Networks where we make the secret. */
  rotate?(settings: S, now: Date): S;
  /** Without old secrets whose time is over; undefined when there is nothing to take away. */
  retire?(settings: S, now: Date): S | undefined;
  /**
   * Networks that call us: over the raw bytes, constant time. `settings` is a list during rotation, newest first, and empty
   * for a draft. `verifyToken` is what a handshake must bring, where the provider makes one.
   */
  verify?(request: RawRequest, settings: readonly S[], verifyToken?: string): Verdict;
}

/** The payload cannot be read at all; it goes to quarantine with its raw bytes. `where` never quotes the payload. */
export class Malformed extends Error {
  constructor(readonly where: string) {
    super(`malformed payload at ${where}`);
    this.name = "Malformed";
  }
}

export type { ProviderError };
