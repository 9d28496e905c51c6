/** Any JSON object of the Graph API. */
export type Json = Record<string, unknown>;

/** A text among JSON; empty for anything else. */
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** An error answer as the Graph API gives it. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    readonly more: { subcode?: number; details?: string; transient?: boolean } = {},
  ) {
    super(message);
  }

  body(trace: string): Json {
    const { subcode, details, transient } = this.more;
    return {
      error: {
        message: this.message,
        type: this.code === 190 ? "OAuthException" : "GraphMethodException",
        code: this.code,
        ...(subcode === undefined ? {} : { error_subcode: subcode }),
        ...(details === undefined ? {} : { error_data: { messaging_product: "whatsapp", details } }),
        ...(transient ? { is_transient: true } : {}),
        fbtrace_id: trace,
      },
    };
  }
}

/** What shall go wrong with the next call that fits. Without `path` it is any call. */
export interface Fault {
  /** End of the path, such as `/messages`. */
  path?: string | undefined;
  status?: number | undefined;
  code?: number | undefined;
  subcode?: number | undefined;
  message?: string | undefined;
  transient?: boolean | undefined;
  /** Take the request and never answer; nothing is done. */
  hang?: boolean | undefined;
  /** Do it, then break the connection without an answer. */
  dropAfterAccept?: boolean | undefined;
  /** Break the connection before anything is done. */
  dropBeforeAccept?: boolean | undefined;
  /** Headers beside a normal answer, such as usage. */
  headers?: Record<string, string> | undefined;
  delayMs?: number | undefined;
  /** For how many calls; 1 when missing. */
  times?: number | undefined;
}

/** A page or a number that is connected to an application. */
export interface Account {
  kind: "messenger" | "whatsapp";
  /** Page id, or phone number id. */
  id: string;
  name: string;
  /** The number as people read it; WhatsApp only. */
  phone: string;
  /** WhatsApp business account; for pages the page itself. */
  business: string;
  token: string;
  appSecret: string;
  revoked: boolean;
  /** The token is a person's, not a page's. */
  person?: boolean;
  /** The token ran out. */
  expired?: boolean;
  /** Where webhooks go, once set. */
  webhook: string | undefined;
  templates: Json[];
  blocked: Set<string>;
  /** The application it belongs to; without one it hears of what any application subscribes to. */
  app?: string | undefined;
  /** When each customer last wrote, in ms of the simulator's clock. */
  lastInbound: Map<string, number>;
}

/** One call that was carried out. */
export interface Call {
  n: number;
  method: string;
  path: string;
  account: string;
  body: Json;
}

/** A message that an account sent. */
export interface Sent extends Call {
  id: string;
  to: string;
  text: string | undefined;
}

/** Bytes that can be had for some time. */
export interface StoredMedia {
  bytes: Buffer;
  mime: string;
  name: string;
}

/** What whoever runs the stand-in within another program wants to see and to steer. */
export interface Watch {
  /** One request with its answer: of an account to us ("call"), or of ours to its webhook. `status` null: no answer. */
  exchanged?(exchange: WatchedExchange): void;
  /** An account sent something. */
  sent?(account: Account, sent: Sent): void;
  /** A fault of this account's calls that lasts until it is taken back. */
  faultOf?(account: Account, path: string): Fault | undefined;
  /** How this account's webhooks go out: each twice, or each after the one that follows it. */
  deliveries?(account: Account): "usual" | "twice" | "swapped";
}

export interface WatchedExchange {
  account: Account;
  kind: "call" | "webhook";
  method: string;
  url: string;
  request: unknown;
  status: number | null;
  response: unknown;
}
