import type { ExternalId, IsoTime } from "./ids.js";
import type { Content, NormalizedMessage } from "./message.js";
import type { Failure } from "./errors.js";

export type ChannelKind = string;

/** Another id the same person is known by on this channel account: phone, username, LID, parent id. */
export interface Alias {
  kind: "phone" | "username" | "email" | "user" | "parent" | "lid" | "chat";
  value: string;
  /** Somebody says so, no network has checked it: it is shown and found, and never decides who somebody is. */
  claimed?: true | undefined;
}

/** The other side of a conversation. `chat` is where answers go; `user` is who wrote. */
export interface Peer {
  chat: ExternalId;
  user: ExternalId;
  aliases?: Alias[] | undefined;
  name?: string | undefined;
  /** Whose word the name is: that of the address book of the account's phone; the person's own when missing. */
  namedBy?: "address_book" | undefined;
  avatarUrl?: string | undefined;
  language?: string | undefined;
  /** A group has many writers in one chat. */
  group?: { title: string } | undefined;
}

/** What a provider says became of a message we sent. `upTo` is a watermark: everything sent until then. */
export interface DeliveryReceipt {
  target: { id: ExternalId } | { upTo: IsoTime };
  status: "sent" | "delivered" | "read" | "failed";
  failure?: Failure | undefined;
  /** The provider's own code and sentence of a failure. */
  error?: { code?: string | undefined; detail?: string | undefined } | undefined;
  /** What the provider charges for it, in its own words. */
  pricing?: { billable?: boolean | undefined; model?: string | undefined; category?: string | undefined } | undefined;
  correlation?: string | undefined;
}

/** Something the provider says about the account itself, not about a chat. */
export type AccountNotice =
  /** A template of the account changed. */
  | {
      about: "template";
      templateId?: string | undefined;
      name: string;
      language: string;
      status?: string | undefined;
      quality?: string | undefined;
      category?: string | undefined;
      reason?: string | undefined;
    }
  | { about: "health"; state: "ok" | "degraded" | "suspended"; cause: string }
  /** Anything else; one plain sentence. */
  | { about: "other"; summary: string };

interface EventBase {
  v: 1;
  /** The same for every delivery of the same thing, different for different things of one account. */
  eventKey: string;
  channel: ChannelKind;
  /** The provider's id of the connected account (bot id, page id, phone number id). */
  accountRef: ExternalId;
  peer: Peer;
  /** When it happened, by the provider's clock. */
  at: IsoTime;
  /** The provider does not say when: `at` is only a lower bound (1970 at worst), and the time of acceptance counts. */
  timeUnknown?: true | undefined;
  /** The provider's own payload of this one event, kept sealed for replay. */
  raw: unknown;
}

/** Everything a channel can tell us, in one closed union. */
export type InboundEvent = EventBase &
  (
    | { type: "message"; message: NormalizedMessage }
    /** `completes`: nobody changed anything; it is what a message said that came without its content (`unsupported`). */
    | { type: "edit"; target: ExternalId; content: Content; completes?: true | undefined }
    | { type: "removal"; target: ExternalId }
    | { type: "reaction"; target: ExternalId; emoji: string | null }
    | { type: "receipt"; receipt: DeliveryReceipt }
    | { type: "typing" }
    | { type: "blocked"; blocked: boolean }
    /** The chat got another id (Telegram: a group became a supergroup). */
    | { type: "moved"; newChat: ExternalId }
    /** What the chat is called, though nobody wrote: a group has another name; null: the address book has none any more. */
    | { type: "named"; name: string | null; by: "group" | "address_book" }
    | { type: "account"; notice: AccountNotice }
  );
