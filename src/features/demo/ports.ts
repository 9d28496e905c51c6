import type { Model } from "mongoose";
import type { Clock, Log } from "../../core/ports.js";
import type { ChannelAccount, Inbox } from "../../inbox/index.js";
import type { DemoDto } from "../../wire/simulator.js";
import type { DemoRow } from "./model.js";

interface Person {
  id: string;
  name: string;
  language?: string | undefined;
}

/** What a simulated customer can do here. */
type Act = { at?: number | undefined } & (
  | { kind: "text"; text: string }
  | { kind: "image" | "voice" | "document" | "location"; text?: string | undefined }
  | { kind: "reaction"; target: string; text: string | null }
  | { kind: "edit"; target: string; text: string }
  | { kind: "remove"; target: string }
  | { kind: "choice"; text: string }
);

/** What the demo needs of the rest of the program. */
export interface DemoDeps {
  demos: Model<DemoRow>;
  /** The simulator can be used. */
  available: boolean;
  simulator: {
    createChannel(input: {
      workspaceId: string;
      kind: "whatsapp" | "telegram" | "messenger";
      name: string;
    }): Promise<ChannelAccount>;
    newPersonId(kind: "whatsapp" | "telegram" | "messenger"): string;
    act(account: ChannelAccount, person: Person, act: Act): Promise<string | null>;
    said(account: ChannelAccount, person: Person, text: string, at: Date): Promise<string>;
    fault(account: ChannelAccount, fault: "window_closed" | "refuse_token", on: boolean): Promise<void>;
    setTalkative(account: ChannelAccount, talkative: boolean): Promise<void>;
  };
  inbox: Pick<
    Inbox,
    | "accounts"
    | "addHistory"
    | "changeConversation"
    | "contacts"
    | "conversation"
    | "conversationWith"
    | "labels"
    | "message"
    | "messages"
    | "reply"
  >;
  /** Deletes an account with everything that came and went over it. */
  removeChannel(workspaceId: string, id: string): Promise<void>;
  /** People of ours to whom conversations can be given. */
  members(workspaceId: string): Promise<string[]>;
  /** The right to work on a workspace's demo; undefined when another process has it. */
  lease(workspaceId: string): Promise<{ lost: AbortSignal; release(): Promise<void> } | undefined>;
  ephemeral(workspaceId: string, type: string, data: Record<string, unknown>): void;
  clock: Clock;
  log: Log;
}

/** What callers may do about the demo of their workspace. */
export interface DemoControl {
  /** Fills the workspace, in the background. Does nothing when it is filled. Throws AppError `conflict` without the simulator. */
  load(workspaceId: string, language: string): Promise<DemoDto>;
  state(workspaceId: string): Promise<DemoDto>;
  /** Takes away exactly what was made, in the background. */
  remove(workspaceId: string): Promise<DemoDto>;
}
