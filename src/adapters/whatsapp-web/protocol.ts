import type { Failure } from "../../core/errors.js";
import type { SessionProgress } from "../contract.js";

/** One message of WhatsApp: a long text or an album takes several. */
export type Part =
  | { kind: "text"; text: string }
  | { kind: "media"; role: string; file: string; mime: string; name: string; caption?: string | undefined }
  | { kind: "location"; lat: number; lng: number; label?: string | undefined; address?: string | undefined }
  | { kind: "contact"; card: string };

/** What a channel asks of the process that holds the session. Files are named, never carried. */
export type SessionRequest =
  /** `done`: the ids of the first parts, which went through before and are not sent again. */
  | { op: "send"; chat: string; replyTo?: string | undefined; parts: Part[]; done: string[] }
  | { op: "edit"; target: string; text: string }
  | { op: "remove"; target: string }
  | { op: "react"; target: string; emoji: string }
  | { op: "typing" | "seen"; chat: string }
  /** Downloads a file of a message; in the child `file` says where to put it. */
  | { op: "media"; target: string; file?: string | undefined }
  | { op: "state" };

export type SessionOp = SessionRequest["op"];

/** Answers by request. */
export interface SessionAnswers {
  send: { externalIds: string[]; at: number };
  edit: null;
  remove: null;
  react: null;
  typing: null;
  seen: null;
  media: { key: string; mime?: string | undefined; bytes?: number | undefined };
  state: { state: string | null };
}

/** Why a session came to its end. */
export type EndReason =
  | "logged_out"
  | "banned"
  | "conflict"
  | "connection"
  | "page"
  | "stuck"
  | "no_code"
  | "outdated"
  | "other_number"
  | "not_linked_in_time"
  | "browser"
  | "hung"
  | "memory";

/** Everything a child must know to run one number. Times in milliseconds. */
export interface ChildOptions {
  number: string;
  pairing: "qr" | "phone";
  /** The number's own folder. */
  dir: string;
  browserPath: string;
  /** Whether the browser keeps its pages in a sandbox; for root it never has one. */
  sandbox: boolean;
  /** Where the page comes from when not from WhatsApp. */
  apiRoot: string | undefined;
  /** Where to go on: Unix seconds of the last message that was delivered. */
  since: number | undefined;
  timings: Timings;
  /** Resident memory of the browser, above which it is started anew. */
  browserMb: number;
}

export interface Timings {
  /** Between two looks at the page, and how long a look may take. */
  beatMs: number;
  beatTimeoutMs: number;
  /** How long a QR code or a pairing code is offered before the browser rests. */
  pairingMs: number;
  /** How long a page that was accepted may take to be ready without any sign of progress. */
  stuckMs: number;
  /** The session is kept for the first time so long after it is ready, and then this often. */
  firstSaveMs: number;
  saveMs: number;
  /** Least time between two messages; up to as much again is added at random. */
  sendGapMs: number;
  /** How long WhatsApp may take for one message. */
  sendTimeoutMs: number;
}

export const usualTimings: Timings = {
  beatMs: 15_000,
  beatTimeoutMs: 10_000,
  pairingMs: 10 * 60_000,
  stuckMs: 15 * 60_000,
  firstSaveMs: 60_000,
  saveMs: 5 * 60_000,
  sendGapMs: 1_500,
  sendTimeoutMs: 60_000,
};

export type VaultAsk =
  | { op: "versions" }
  | { op: "save"; path: string }
  | { op: "extract"; version: string; path: string }
  | { op: "delete" };

/** An outcome that can cross between processes. */
export type Outcome =
  { ok: true; value: unknown } | { ok: false; failure: Failure; message: string; code?: string; sentParts?: string[] };

export type ToChild =
  | { t: "start"; options: ChildOptions }
  | { t: "request"; id: number; request: SessionRequest }
  | { t: "vault"; id: number; value: unknown; error?: string }
  | { t: "stop" };

export type FromChild =
  | { t: "browser"; pid: number }
  | { t: "progress"; progress: SessionProgress }
  | { t: "payloads"; payloads: unknown[]; until?: number }
  | { t: "answer"; id: number; outcome: Outcome }
  | { t: "vault"; id: number; ask: VaultAsk }
  | { t: "beat"; browserMb: number }
  /** WhatsApp's own word for the connection; `connected` tells whether messages go through. */
  | { t: "state"; state: string; connected: boolean }
  | { t: "ended"; reason: EndReason };
