import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { AccountState, AdapterTools, Channel, ChannelAdapter } from "../adapters/contract.js";
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
import { createIntakeAccounts, type IntakeAccounts } from "./intakeAccounts.js";
import { recordOf } from "./operations.js";
import { openPublic, postPublic } from "./publicFiles.js";
import { powersOf } from "./powers.js";

interface Deps {
  adapterFor: (kind: string) => ChannelAdapter | undefined;
  inbox: () => Inbox;
  keyring: Keyring;
  outbound: Outbound;
  /** Where a file can be fetched for some minutes. */
  fileUrl: (file: Attachment) => string | null;
  /** What the surroundings give: where the provider lives when not at the usual place, and the means for sessions. */
  surroundings: (kind: string, workspaceId: string) => Partial<AdapterTools>;
  publicUrl: () => string;
  enqueue: Enqueue;
  clock: Clock;
  log: Log;
}

/** After so much silence the webhook is set again, in case the provider lost it. */
const silenceMs = 24 * 3_600_000;
/** Requests that are put into the inbox at once when an account is switched on. */
const heldAtOnce = 200;
/** Accounts looked at in one go. */
const checkedAtOnce = 50;

export interface Channels extends ChannelAdmin, Omit<IntakeAccounts, "forget"> {
  send: Send;
  atProvider: AtProvider;
  openMedia: OpenMedia;
  /** A channel of this account; the caller closes it. undefined for a draft. */
  open: (account: ChannelAccount) => Channel | undefined;
  /** Gives the provider the quick answers it waits for, now that the events are stored. Never rejects. */
  acknowledge: (accountId: string, events: readonly InboundEvent[]) => Promise<void>;
  /** Asks every provider how its account is doing; sets webhooks again that went silent. */
  checkAll: () => Promise<void>;
  close(): Promise<void>;
}

/** Connected accounts and their providers: connecting, sending, and what intake looks up. */
export function createChannels(deps: Deps): Channels {
  const { adapterFor, inbox, clock, log } = deps;
  const senders = new Map<string, { settings: string; channel: Channel }>();

  const tools = (kind: string, workspaceId: string): AdapterTools => ({
    log: log.with({ channel: kind }),
    now: () => clock.now(),
    apiRoot: undefined,
    openPublic: openPublic(deps.outbound),
    postPublic: postPublic(deps.outbound),
    async linkUpload(source) {
      const file = await inbox().files.find(workspaceId, source.slice("upload:".length));
      return file === undefined ? undefined : (deps.fileUrl(file) ?? undefined);
    },
    openUpload: (source) => inbox().files.openUpload(source),
    ...deps.surroundings(kind, workspaceId),
  });

  function open(account: ChannelAccount): Channel | undefined {
    const adapter = adapterFor(account.kind);
    if (!adapter || account.settings === null) return undefined;
    return adapter.connect(adapter.manifest.settings.parse(account.settings), tools(account.kind, account.workspaceId));
  }

  /** One channel per account for sending, made anew when its credentials change. */
  function sender(account: ChannelAccount): Channel {
    const settings = JSON.stringify(account.settings);
    const cached = senders.get(account.id);
    if (cached?.settings === settings) return cached.channel;
    void cached?.channel.close();
    const channel = open(account);
    if (!channel)
      throw new ProviderError({ kind: "unsupported", feature: "sending" }, "The channel has no credentials yet.");
    senders.set(account.id, { settings, channel });
    return channel;
  }

  /** Follows from the address, so that there is nothing to keep. */
  const verifyTokenOf = ({ workspaceId, endpointKey }: Pick<ChannelAccount, "workspaceId" | "endpointKey">) =>
    deps.keyring.blind(workspaceId, "verify-token", endpointKey);
  const intakeSide = createIntakeAccounts({
    inbox,
    labelOf: (kind) => adapterOf(kind).manifest.label,
    verifyTokenOf,
    clock,
    log,
  });

  function adapterOf(kind: string): ChannelAdapter {
    const adapter = adapterFor(kind);
    if (!adapter) throw new AppError("unprocessable", `There is no channel kind "${kind}".`);
    return adapter;
  }

  /** Credentials as the adapter wants them; what we generate ourselves is filled in. */
  function parsedSettings(adapter: ChannelAdapter, given: Record<string, unknown>): unknown {
    const result = adapter.manifest.settings.safeParse({
      secretToken: randomBytes(32).toString("base64url"),
      ...given,
    });
    if (result.success) return result.data;
    throw new AppError("unprocessable", "The credentials are not complete.", {
      errors: result.error.issues.map((issue) => ({
        pointer: `/settings/${issue.path.map(String).join("/")}`,
        message: issue.message,
      })),
    });
  }

  /** Asks the provider who these credentials are. */
  async function probed(channel: Channel, adapter: ChannelAdapter, settings: unknown): Promise<AccountState> {
    try {
      if (channel.probe) return await channel.probe();
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const why =
        error.failure.kind === "auth_expired"
          ? "The provider does not accept these credentials. Nothing was saved; check the token and try again."
          : "The provider could not be reached. Nothing was saved; try again in a moment.";
      throw new AppError("unprocessable", why, { reason: error.failure.kind });
    }
    return { state: "ok", accountRef: adapter.accountRef(settings) ?? "", displayName: adapter.manifest.label };
  }

  async function found(workspaceId: string, id: string): Promise<ChannelAccount> {
    const account = await inbox().accounts.find(workspaceId, id);
    if (!account) throw new AppError("not_found", "There is no such channel account.");
    return account;
  }

  /** Tests credentials, saves them sealed, sets the webhook. `target` gives the account they belong to. */
  async function put(
    input: { workspaceId: string; kind: string; name?: string | undefined; settings: Record<string, unknown> },
    target: (state: AccountState) => Promise<ChannelAccount>,
  ): Promise<ChannelAccount> {
    const { workspaceId, kind, name } = input;
    const { accounts, reportHealth } = inbox();
    const adapter = adapterOf(kind);
    const settings = parsedSettings(adapter, input.settings);
    const channel = adapter.connect(settings, tools(kind, workspaceId));
    try {
      const state = await probed(channel, adapter, settings);
      const account = await target(state);
      try {
        await accounts.saveSettings(workspaceId, account.id, {
          settings,
          accountRef: state.accountRef,
          ...(name ? { name } : {}),
        });
      } catch (error) {
        if ((error as { code?: unknown }).code !== 11000) throw error;
        throw new AppError("conflict", "This account is connected to the workspace already. Nothing was saved.");
      }
      intakeSide.forget();
      await reportHealth.set(account.id, state.state, state.cause ?? null);
      if (channel.templates) await deps.enqueue.add([templatesJob(workspaceId, account.id)]).catch(() => undefined);
      if (account.enabled) await registered(channel, account);
      return await found(workspaceId, account.id);
    } finally {
      await channel.close();
    }
  }

  async function connect(input: ConnectInput): Promise<ChannelAccount> {
    const { workspaceId, kind, name, settings } = input;
    const { accounts } = inbox();
    const adapter = adapterOf(kind);
    const draft = (fallback: string) =>
      accounts.createDraft({ workspaceId, kind, name: name ?? fallback, now: clock.now() });
    if (!settings) return draft(adapter.manifest.label);
    return put({ workspaceId, kind, name, settings }, async ({ accountRef, displayName }) => {
      return (await accounts.findByRef(workspaceId, kind, accountRef)) ?? (await draft(displayName));
    });
  }

  async function configure(workspaceId: string, id: string, settings: Record<string, unknown>) {
    const account = await found(workspaceId, id);
    // What we generated for the draft stays: the webhook's owner has been told of it.
    const before = (account.settings ?? {}) as Record<string, unknown>;
    const made = madeByUs(adapterOf(account.kind));
    const generated = Object.fromEntries(Object.entries(before).filter(([key]) => made.has(key)));
    return put({ workspaceId, kind: account.kind, settings: { ...generated, ...settings } }, (state) => {
      if (account.accountRef !== null && account.accountRef !== state.accountRef) {
        throw new AppError(
          "unprocessable",
          "These credentials belong to another account. Nothing was saved; connect that one as a channel of its own.",
        );
      }
      return Promise.resolve(account);
    });
  }

  async function registered(channel: Channel, account: ChannelAccount): Promise<void> {
    if (channel.listen || !channel.register) return;
    try {
      const verifyToken = await verifyTokenOf(account);
      await channel.register({ url: webhookUrl(account, deps.publicUrl()), verifyToken });
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const cause = `The webhook could not be registered: ${error.message}`;
      await inbox().reportHealth.set(account.id, "degraded", cause);
    }
  }

  /** Runs with a channel of its own, which is closed afterwards. */
  async function withChannel(account: ChannelAccount, work: (channel: Channel) => Promise<void>): Promise<void> {
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
    intakeSide.forget();
    if (!enabled) {
      // The webhook stays set: what the provider cannot deliver it keeps and brings once the account is on again.
      await reportHealth.set(
        id,
        "off",
        "The account was switched off. Nothing is received or sent until it is on again.",
      );
    } else if (account.settings === null) {
      await reportHealth.set(id, "draft", null);
    } else {
      await reportHealth.set(id, "ok", null);
      await releaseHeld(account);
      await withChannel(account, async (channel) => {
        await registered(channel, account);
        await check(account, channel);
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

  async function rotateSecret(workspaceId: string, id: string): Promise<ChannelAccount> {
    const account = await found(workspaceId, id);
    const adapter = adapterOf(account.kind);
    if (!adapter.rotate || account.settings === null) {
      throw new AppError("unprocessable", "This account has no secret of ours that could be changed.");
    }
    const settings = adapter.rotate(account.settings, clock.now());
    await inbox().accounts.saveSettings(workspaceId, id, { settings, accountRef: account.accountRef ?? "" });
    intakeSide.forget();
    const renewed = await found(workspaceId, id);
    if (renewed.enabled) await withChannel(renewed, (channel) => registered(channel, renewed));
    return found(workspaceId, id);
  }

  async function remove(workspaceId: string, id: string): Promise<void> {
    const account = await found(workspaceId, id);
    await withChannel(account, async (channel) => {
      // Whatever the provider says, the account goes: its webhook then leads nowhere.
      await channel.unregister?.().catch((error: unknown) => {
        log.warn("webhook_not_removed", { accountId: id, error: error as Error });
      });
    });
    await inbox().accounts.remove(workspaceId, id);
    intakeSide.forget();
    void senders.get(id)?.channel.close();
    senders.delete(id);
  }

  /** Asks the provider about one account, and takes away secrets whose time is over. */
  async function check(account: ChannelAccount, channel: Channel): Promise<void> {
    const { accounts, reportHealth } = inbox();
    const retired = adapterOf(account.kind).retire?.(account.settings, clock.now());
    if (retired !== undefined) {
      const accountRef = account.accountRef ?? "";
      await accounts.saveSettings(account.workspaceId, account.id, { settings: retired, accountRef });
    }
    try {
      const state = await channel.probe?.();
      if (!state) return;
      const silent = clock.now().getTime() - (account.lastEventAt ?? account.createdAt).getTime() > silenceMs;
      if (state.state === "ok" && silent) await registered(channel, account);
      else await reportHealth.set(account.id, state.state, state.cause ?? null);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (error.failure.kind === "auth_expired") await reportHealth.set(account.id, "needs_reauth", error.message);
      else if (error.failure.kind === "unreachable") await reportHealth.set(account.id, "degraded", error.message);
    }
  }

  return {
    connect,
    configure,
    setEnabled,
    rotateSecret,
    remove,
    open,
    ...intakeSide,

    // Async, so that a channel without credentials rejects instead of throwing.
    send: async (account, message) => sender(account).send(message),
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

    async checkAll() {
      let last = "";
      for (;;) {
        const page = await inbox().accounts.enabledAfter(last, checkedAtOnce);
        if (page.length === 0) return;
        await Promise.all(
          page.map((account) =>
            withChannel(account, (channel) => check(account, channel)).catch((error: unknown) =>
              log.warn("account_not_checked", { accountId: account.id, error: error as Error }),
            ),
          ),
        );
        last = page.at(-1)!.id;
      }
    },

    async close() {
      await Promise.all([...senders.values()].map(({ channel }) => channel.close()));
      senders.clear();
    },
  };
}

/** The settings that we make ourselves when nobody gives them. */
function madeByUs({ manifest }: ChannelAdapter): Set<string> {
  const { properties = {} } = z.toJSONSchema(manifest.settings, { io: "input", unrepresentable: "any" });
  const made = Object.entries(properties).filter(([, shape]) => (shape as { generated?: boolean }).generated === true);
  return new Set(made.map(([name]) => name));
}
