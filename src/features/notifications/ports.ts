import type { Clock, Enqueue, Keyring, Log, SequencedEvent } from "../../core/ports.js";
import type { Identity } from "../../identity/index.js";
import type { Inbox } from "../../inbox/index.js";
import type { Mailer } from "../../platform/mail/index.js";
import type { Audience } from "./audience.js";
import type { NoticeRepo } from "./repo.js";
import type { Subscriptions } from "./subscriptions.js";
import type { WebPush } from "./webPush.js";

/** The way out, with the guard against addresses that are not the caller's to name. */
export interface Outbound {
  request(
    url: string,
    options: { method: "POST"; headers: Record<string, string>; body: Buffer; timeoutMs: number; maxBytes: number },
  ): Promise<{ status: number; headers: Record<string, string> }>;
  /** Rejects for an address that would be refused. */
  check(url: string): Promise<void>;
}

/** What is needed of the rest of the program. */
export interface NotificationPorts {
  inbox: Pick<Inbox, "concerns" | "conversationsOf"> & {
    reading: Pick<Inbox["reading"], "forReader" | "looksOf">;
    events: {
      after(workspaceId: string, seq: number, limit: number): Promise<SequencedEvent[]>;
      last(workspaceId: string): Promise<number>;
    };
  };
  identity: {
    workspaces: Identity["workspaces"];
    workspace: Identity["workspace"];
    members: Pick<Identity["members"], "list">;
    roles: Pick<Identity["roles"], "list">;
    users: Pick<Identity["users"], "find" | "settingsOf">;
    sessions: Pick<Identity["sessions"], "alive">;
  };
  mailer: Pick<Mailer, "works" | "send">;
  outbound: Outbound;
  /** Which members have which conversations before them just now, as "member/conversation". */
  looking(workspaceId: string): Promise<ReadonlySet<string>>;
  enqueue: Enqueue;
  keyring: Keyring;
  publicUrl(): string;
  /** Whom a push service may write to, when our address is none it can reach: an e-mail address. */
  contact: string;
  clock: Clock;
  log: Log;
}

/** What the parts of this feature share. */
export interface NotificationDeps extends NotificationPorts {
  repo: NoticeRepo;
  audience: Audience;
  subscriptions: Subscriptions;
  push: WebPush;
}
