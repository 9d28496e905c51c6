import type { AccountState, AdapterTools, Channel, ChannelAdapter } from "../adapters/contract.js";
import type { LogNote } from "../features/channel-log/index.js";
import { AppError, ProviderError } from "../core/errors.js";
import type { InboundEvent } from "../core/events.js";
import type { Clock, Enqueue, Keyring, Log } from "../core/ports.js";
import {
  templatesJob,
  type AtProvider,
  type Attachment,
  type ChannelAccount,
  type Inbox,
  type OpenMedia,
  type Send,
} from "../inbox/index.js";
import type { Outbound } from "../platform/outbound/index.js";
import { webhookUrl } from "../http/presenters/channels.js";
import type { ConnectInput, ChannelAdmin } from "../http/routes/channels.js";
import { channelChecks } from "./channelChecks.js";
import { failedNote } from "./channelNotes.js";
import { refuseSecond, takenBy } from "./channelRefusals.js";
import { createChannelProbe, madeByUs } from "./channelProbe.js";
import { createIntakeAccounts, draftName, type IntakeAccounts } from "./intakeAccounts.js";
import { recordOf } from "./operations.js";
import { openPublic, postPublic } from "./publicFiles.js";
import { powersOf } from "./powers.js";
import { createSenders } from "./senders.js";

/** What must be known of an account to lend it the right means. */
type About = Pick<ChannelAccount, "kind" | "workspaceId" | "simulated">;

interface Deps {
  adapterFor: (kind: string) => ChannelAdapter | undefined;
  inbox: () => Inbox;
  keyring: Keyring;
  outbound: Outbound;
  /** Where a file can be fetched for some minutes. */
  fileUrl: (file: Attachment) => string | null;
  /** What the surroundings give: where the provider lives when not at the usual place, and the means for sessions. */
  surroundings: (account: About) => Partial<AdapterTools>;
  publicUrl: () => string;
  /** Where simulated providers reach us; undefined while the simulator does not run. */
  simulatedUrl: () => string | undefined;
  /** For the account's log. Returns at once, never throws. */
  note: (account: Pick<ChannelAccount, "id" | "workspaceId">, note: LogNote) => void;
  /** The account is gone, and its log with it. */
  forgetLog: (accountId: string) => Promise<void>;
  enqueue: Enqueue;
  clock: Clock;
  log: Log;
}

/** A draft that nobody gave a name: it is called what its provider calls it. */
const isUnnamed = ({ settings, name, accountRef }: ChannelAccount, label: string): boolean =>
  settings === null && (name === label || name === draftName(label, accountRef ?? ""));

/** Requests that are put into the inbox at once when an account is switched on. */
const heldAtOnce = 200;

export interface Channels extends ChannelAdmin, Omit<IntakeAccounts, "forget"> {
  send: Send;
  atProvider: AtProvider;
  openMedia: OpenMedia;
  /** A channel of this account; the caller closes it. undefined for a draft. */
  open: (account: ChannelAccount) => Channel | undefined;
  /** Tells the provider our address once more. */
  registerAgain: (account: ChannelAccount) => Promise<void>;
  /** Gives the provider the quick answers it waits for, now that the events are stored. Never rejects. */
  acknowledge: (accountId: string, events: readonly InboundEvent[]) => Promise<void>;
  /** Asks every provider how its account is doing; sets webhooks again that went silent. */
  checkAll: () => Promise<void>;
  close(): Promise<void>;
}

/** Connected accounts and their providers: connecting, sending, and what intake looks up. */
export function createChannels(deps: Deps): Channels {
  const { adapterFor, inbox, clock, log } = deps;
  const senders = createSenders({ open, rootOf: (account) => deps.surroundings(account).apiRoot });
  const sender = senders.of;

  const tools = (about: About): AdapterTools => ({
    log: log.with({ channel: about.kind }),
    now: () => clock.now(),
    apiRoot: undefined,
    openPublic: openPublic(deps.outbound),
    postPublic: postPublic(deps.outbound),
    async linkUpload(source) {
      const file = await inbox().files.find(about.workspaceId, source.slice("upload:".length));
      return file === undefined ? undefined : (deps.fileUrl(file) ?? undefined);
    },
    openUpload: (source) => inbox().files.openUpload(source),
    ...deps.surroundings(about),
  });
  const probe = createChannelProbe({ adapterFor, tools, publicUrl: deps.publicUrl, deliveryUrl });
  const { adapterOf } = probe;

  /** Where the account's provider is told to deliver. */
  function deliveryUrl(account: ChannelAccount): string {
    return webhookUrl(account, (account.simulated ? deps.simulatedUrl() : undefined) ?? deps.publicUrl());
  }

  function open(account: ChannelAccount): Channel | undefined {
    const adapter = adapterFor(account.kind);
    if (!adapter || account.settings === null) return undefined;
    return adapter.connect(adapter.manifest.settings.parse(account.settings), tools(account));
  }

  /** Follows from the address, so that there is nothing to keep. */
  const verifyTokenOf = ({ workspaceId, endpointKey }: Pick<ChannelAccount, "workspaceId" | "endpointKey">) =>
    deps.keyring.blind(workspaceId, "verify-token", endpointKey);
  const intakeSide = createIntakeAccounts({
    inbox,
    labelOf: (kind) => adapterOf(kind).manifest.label,
    verifyTokenOf,
    deliveryUrl,
    note: deps.note,
    clock,
    log,
  });

  async function found(workspaceId: string, id: string): Promise<ChannelAccount> {
    const account = await inbox().accounts.find(workspaceId, id);
    if (!account) throw new AppError("not_found", "There is no such channel account.", { reason: "channel_unknown" });
    return account;
  }

  /** Tests credentials, saves them sealed, sets the webhook. `target` gives the account they belong to. */
  async function put(
    input: About & { name?: string | undefined; settings: Record<string, unknown> },
    target: (state: AccountState) => Promise<ChannelAccount>,
  ): Promise<ChannelAccount> {
    const { workspaceId, kind, name } = input;
    const { accounts, reportHealth } = inbox();
    const adapter = adapterOf(kind);
    const settings = probe.parsed(adapter, input.settings);
    const channel = adapter.connect(settings, tools(input));
    try {
      const state = await probe.probed(channel, adapter, settings);
      if (adapter.manifest.oneReceiver && !input.simulated) await refuseSecond(inbox(), input, state.accountRef);
      const account = await target(state);
      const called = name ?? (isUnnamed(account, adapter.manifest.label) ? state.displayName : undefined);
      try {
        await accounts.saveSettings(workspaceId, account.id, {
          settings,
          accountRef: state.accountRef,
          ...(called ? { name: called } : {}),
        });
      } catch (error) {
        if ((error as { code?: unknown }).code !== 11000) throw error;
        throw takenBy(await accounts.findByRef(workspaceId, kind, state.accountRef), state.displayName);
      }
      intakeSide.forget();
      if (account.enabled) await reportHealth.switched(account.id, state.state, state.cause ?? null);
      deps.note(account, { kind: "settings", ok: true, sentence: `Connected as ${state.displayName}.` });
      if (channel.templates) await deps.enqueue.add([templatesJob(workspaceId, account.id)]).catch(() => undefined);
      if (account.enabled) await registered(channel, { ...account, settings });
      return await found(workspaceId, account.id);
    } finally {
      await channel.close();
    }
  }

  async function connect(input: ConnectInput): Promise<ChannelAccount> {
    const { workspaceId, kind, name, settings, simulated = false } = input;
    const { accounts } = inbox();
    const adapter = adapterOf(kind);
    const draft = (fallback: string) =>
      accounts.createDraft({ workspaceId, kind, name: name ?? fallback, simulated, now: clock.now() });
    if (!settings) return draft(adapter.manifest.label);
    return put({ workspaceId, kind, name, settings, simulated }, async ({ accountRef, displayName }) => {
      return (await accounts.findByRef(workspaceId, kind, accountRef)) ?? (await draft(displayName));
    });
  }

  async function configure(workspaceId: string, id: string, settings: Record<string, unknown>) {
    const account = await found(workspaceId, id);
    if (account.simulated) {
      throw new AppError("conflict", "This account is simulated. Connect the real one as a channel of its own.", {
        reason: "channel_simulated",
      });
    }
    // What we generated for the draft stays: the webhook's owner has been told of it.
    const before = (account.settings ?? {}) as Record<string, unknown>;
    const made = madeByUs(adapterOf(account.kind));
    const generated = Object.fromEntries(Object.entries(before).filter(([key]) => made.has(key)));
    return put(
      { workspaceId, kind: account.kind, simulated: false, settings: { ...generated, ...settings } },
      (state) => {
        if (account.accountRef !== null && account.accountRef !== state.accountRef) {
          throw new AppError(
            "unprocessable",
            "These credentials belong to another account. Nothing was saved; connect that one as a channel of its own.",
            { extensions: { said: { reason: "credentials_of_another", parameters: {} } } },
          );
        }
        return Promise.resolve(account);
      },
    );
  }

  /** Has the provider call us, where we can; says in words when it cannot reach us. False when that did not go well. */
  async function registered(channel: Channel, account: ChannelAccount): Promise<boolean> {
    const { accounts, reportHealth } = inbox();
    const adapter = adapterOf(account.kind);
    const unreachable = account.simulated
      ? undefined
      : probe.addressProblem(adapter, account.settings, tools(account).apiRoot);
    const trouble = async (sentence: string) => {
      deps.note(account, { kind: "settings", ok: false, sentence });
      await reportHealth.set(account.id, "degraded", sentence);
    };
    if (channel.listen || !channel.register) {
      if (unreachable !== undefined) await trouble(unreachable);
      return unreachable === undefined;
    }
    try {
      await channel.register({ url: deliveryUrl(account), verifyToken: await verifyTokenOf(account) });
      if (adapter.addressSetBy(account.settings) === "us") {
        await accounts.setRegistered(account.id, { at: clock.now(), url: deliveryUrl(account) });
        deps.note(account, { kind: "settings", ok: true, sentence: "The provider was told where to deliver." });
      } else if (unreachable !== undefined) await trouble(unreachable);
      return unreachable === undefined;
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      await accounts.setRegistered(account.id, null);
      const known = error.failure.kind === "auth_expired" ? adapter.explain?.(error)?.sentence : undefined;
      await trouble(unreachable ?? known ?? `The webhook could not be registered: ${error.message}`);
      return false;
    }
  }

  /** Runs with a channel of its own, which is closed afterwards. */
  async function withChannel(account: ChannelAccount, work: (channel: Channel) => Promise<unknown>): Promise<void> {
    const channel = open(account);
    if (!channel) return;
    try {
      await work(channel);
    } finally {
      await channel.close();
    }
  }

  async function setEnabled(workspaceId: string, id: string, enabled: boolean): Promise<ChannelAccount> {
    const { accounts, reportHealth } = inbox();
    const account = await found(workspaceId, id);
    await accounts.setEnabled(workspaceId, id, enabled);
    deps.note(account, { kind: "settings", ok: true, sentence: enabled ? "Switched on." : "Switched off." });
    intakeSide.forget();
    if (!enabled) {
      // The webhook stays set: what the provider cannot deliver it keeps and brings once the account is on again.
      await reportHealth.switched(
        id,
        "off",
        "The account was switched off. Nothing is received or sent until it is on again.",
      );
    } else if (account.settings === null) {
      await reportHealth.switched(id, "draft", null);
    } else {
      await reportHealth.switched(id, "ok", null);
      await releaseHeld(account);
      await withChannel(account, async (channel) => {
        await registered(channel, account);
        await checks.check(account, channel);
      });
    }
    return found(workspaceId, id);
  }

  /** What came while the account was off goes into the inbox. */
  async function releaseHeld({ workspaceId, id }: ChannelAccount): Promise<void> {
    const { rawEvents } = inbox();
    for (;;) {
      const held = await rawEvents.held(workspaceId, id, heldAtOnce);
      if (held.length === 0) return;
      await deps.enqueue.add(held.map((raw) => ({ name: "inbound.record", payload: recordOf(raw) })));
      await rawEvents.release(held.map((raw) => raw.id));
    }
  }

  async function register(workspaceId: string, id: string): Promise<ChannelAccount> {
    const account = await found(workspaceId, id);
    const adapter = adapterOf(account.kind);
    if (account.settings === null || adapter.addressSetBy(account.settings) === "none") {
      throw new AppError("conflict", "There is no address that its provider would have to be told.", {
        reason: "channel_no_address",
      });
    }
    if (adapter.addressSetBy(account.settings) === "us") {
      await withChannel(account, (channel) => registered(channel, account));
    } else if (adapter.manifest.handshake) {
      throw new AppError("conflict", "The provider shows by its handshake that it knows the address.", {
        reason: "channel_shakes_hands",
      });
    } else {
      // Nobody shakes hands there: whoever entered the address knows best.
      await inbox().accounts.setRegistered(id, { at: clock.now(), url: deliveryUrl(account) });
      deps.note(account, { kind: "settings", ok: true, sentence: "Somebody entered the address at the other side." });
    }
    return found(workspaceId, id);
  }

  async function rotateSecret(workspaceId: string, id: string): Promise<ChannelAccount> {
    const account = await found(workspaceId, id);
    const adapter = adapterOf(account.kind);
    if (!adapter.rotate || account.settings === null) {
      throw new AppError("unprocessable", "This account has no secret of ours that could be changed.", {
        reason: "channel_secret_not_ours",
      });
    }
    const settings = adapter.rotate(account.settings, clock.now());
    await inbox().accounts.saveSettings(workspaceId, id, { settings, accountRef: account.accountRef ?? "" });
    intakeSide.forget();
    const renewed = await found(workspaceId, id);
    deps.note(account, { kind: "settings", ok: true, sentence: "The webhook's secret was changed." });
    if (renewed.enabled) await withChannel(renewed, (channel) => registered(channel, renewed));
    return found(workspaceId, id);
  }

  async function remove(workspaceId: string, id: string, options: { withConversations?: boolean } = {}): Promise<void> {
    const account = await found(workspaceId, id);
    await withChannel(account, async (channel) => {
      // Whatever the provider says, the account goes: its webhook then leads nowhere.
      await channel.unregister?.().catch((error: unknown) => {
        log.warn("webhook_not_removed", { accountId: id, error: error as Error });
      });
    });
    if (options.withConversations) {
      // What comes from now on is only kept; who dies in between finds the account there, to be deleted again.
      await inbox().accounts.setEnabled(workspaceId, id, false);
      intakeSide.forget();
      await inbox().eraseAccount(workspaceId, id);
    }
    await inbox().accounts.remove(workspaceId, id);
    intakeSide.forget();
    if (options.withConversations) await inbox().eraseAccount(workspaceId, id);
    await deps.forgetLog(id);
    senders.forget(id);
  }

  const isPlayed = ({ simulated }: About) => !simulated || deps.simulatedUrl() !== undefined;
  const checks = channelChecks({ inbox, adapterOf, registered, deliveryUrl, withChannel, isPlayed, clock, log });

  /** Sends, and says in the account's log what came of it. */
  const send: Send = async (account, message) => {
    try {
      const outcome = await sender(account).send(message);
      deps.note(account, { kind: "sent", ok: true, sentence: "A message went out." });
      intakeSide.spoke(account.id);
      return outcome;
    } catch (error) {
      deps.note(account, failedNote(error, message.id));
      throw error;
    }
  };

  return {
    connect,
    configure,
    setEnabled,
    register,
    rotateSecret,
    remove,
    open,
    ...intakeSide,

    send,
    testKind: probe.testKind,
    async test(workspaceId, id) {
      const account = await found(workspaceId, id);
      const result = await probe.testAccount(account);
      deps.note(account, { kind: "health", ok: result.ok, sentence: `Tested: ${result.sentence}` });
      return result;
    },
    registerAgain: checks.registerAgain,
    ...powersOf(sender),

    verifyToken: verifyTokenOf,

    async acknowledge(accountId, events) {
      const awaited = events.filter(
        (event) => event.type === "message" && event.message.content.kind === "choice_made",
      );
      if (awaited.length === 0) return;
      try {
        const account = await inbox().accounts.findById(accountId);
        const channel = account?.enabled ? sender(account) : undefined;
        for (const event of awaited) await channel?.acknowledge?.(event);
      } catch (error) {
        log.info("not_acknowledged", { accountId, error: error as Error });
      }
    },

    checkAll: checks.checkAll,

    close: () => senders.close(),
  };
}
