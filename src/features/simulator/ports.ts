import type { Act, FaultKind, Person, PlayedKind, World, WorldHooks } from "../../core/playedProvider.js";
import type { Clock, Log } from "../../core/ports.js";
import type { ChannelAccount } from "../../inbox/index.js";
import type { ChannelAccountDetailDto } from "../../wire/channels.js";

/** The stand-ins, given by the composition root. */
export interface StandIns {
  start(hooks: WorldHooks): Promise<World>;
  /** Why a stand-in would not do it, in words; undefined for any other error. */
  unable(error: unknown): string | undefined;
}

/** Held by one process at a time. */
export interface Lease {
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** Where the stand-ins are, as the process that runs them says it to the others. */
export interface HostInfo {
  roots: World["roots"];
  /** Address and password of the host's own control. */
  control: string;
  token: string;
  /** Where the stand-ins deliver webhooks to. */
  webhooks: string;
}

/** What the simulator needs of the rest of the program. */
export interface SimulatorDeps {
  standIns: StandIns;
  /** False: SIMULATOR is off, nothing is played and nothing can be made. */
  on: boolean;
  /** Takes the right to run the stand-ins; undefined when another process has it. */
  lease(): Promise<Lease | undefined>;
  /** Says for some seconds where the stand-ins are; null takes it back. */
  publish(info: HostInfo | null): Promise<void>;
  published(): Promise<HostInfo | undefined>;
  accounts: {
    simulated(): Promise<ChannelAccount[]>;
    find(workspaceId: string, id: string): Promise<ChannelAccount | undefined>;
    setTalkative(workspaceId: string, id: string, talkative: boolean): Promise<boolean>;
  };
  people(
    workspaceId: string,
    accountId: string,
    limit: number,
  ): Promise<{ chat: string; name: string | null; language: string | null; lastInboundAt: Date | null }[]>;
  /** Connects the account over the real way: probe, save, register. */
  connect(input: {
    workspaceId: string;
    kind: PlayedKind;
    name: string;
    settings: Record<string, unknown>;
  }): Promise<ChannelAccount>;
  /** Tells the played provider our address once more. */
  registerAgain(account: ChannelAccount): Promise<void>;
  /** Path of the account's webhook below our address. */
  webhookPath(account: ChannelAccount): string;
  /** The account as the API shows it to managers. */
  present(account: ChannelAccount): Promise<ChannelAccountDetailDto>;
  /** What the channel's adapter makes of a payload; undefined when it cannot read it. */
  normalize(kind: string, ref: string, payload: unknown): unknown;
  ephemeral(workspaceId: string, type: string, data: Record<string, unknown>, scope: string): void;
  clock: Clock;
  log: Log;
}

/** What can be done with simulated accounts, in whichever process the stand-ins run. Throws AppError in words. */
export interface SimulatorControl {
  /** A new account at a played provider, connected. */
  createChannel(input: { workspaceId: string; kind: PlayedKind; name: string }): Promise<ChannelAccount>;
  act(account: ChannelAccount, person: Person, act: Act): Promise<string | null>;
  said(account: ChannelAccount, person: Person, text: string, at: Date): Promise<string>;
  newPersonId(kind: PlayedKind): string;
  fault(account: ChannelAccount, fault: FaultKind, on: boolean): Promise<void>;
  /** Customers answer now and then by themselves, or they do not. */
  setTalkative(account: ChannelAccount, talkative: boolean): Promise<void>;
}
