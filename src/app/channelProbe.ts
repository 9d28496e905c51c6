import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { AccountState, AdapterTools, Channel, ChannelAdapter } from "../adapters/contract.js";
import { reasonOf } from "../core/channelSentences.js";
import { AppError, ProviderError } from "../core/errors.js";
import type { ChannelAccount } from "../inbox/index.js";
import type { ChannelTest } from "../http/routes/channels.js";

interface Deps {
  adapterFor(kind: string): ChannelAdapter | undefined;
  tools(account: Pick<ChannelAccount, "kind" | "workspaceId" | "simulated">): AdapterTools;
  publicUrl(): string;
  /** Where the account's provider is told to deliver. */
  deliveryUrl(account: ChannelAccount): string;
}

/** Credentials and addresses tried, and what came of it in words. */
export interface ChannelProbe {
  /** Throws AppError `unprocessable` for a kind there is not. */
  adapterOf(kind: string): ChannelAdapter;
  /** Credentials as the adapter wants them; what we generate ourselves is filled in. Throws AppError with every field. */
  parsed(adapter: ChannelAdapter, given: Record<string, unknown>): unknown;
  /** Asks the provider who these credentials are. Throws AppError in words when it does not accept them. */
  probed(channel: Channel, adapter: ChannelAdapter, settings: unknown): Promise<AccountState>;
  /** Why the provider cannot reach us under PUBLIC_URL; undefined when nothing speaks against it. */
  addressProblem(adapter: ChannelAdapter, settings: unknown, apiRoot: string | undefined): string | undefined;
  /** Tries credentials that nobody saved. */
  testKind(workspaceId: string, kind: string, given: Record<string, unknown>): Promise<ChannelTest>;
  /** Tries an account as it is. */
  testAccount(account: ChannelAccount): Promise<ChannelTest>;
}

export function createChannelProbe(deps: Deps): ChannelProbe {
  function adapterOf(kind: string): ChannelAdapter {
    const adapter = deps.adapterFor(kind);
    if (!adapter) throw new AppError("unprocessable", `There is no channel kind "${kind}".`);
    return adapter;
  }

  function read(adapter: ChannelAdapter, given: Record<string, unknown>) {
    return adapter.manifest.settings.safeParse({ secretToken: randomBytes(32).toString("base64url"), ...given });
  }

  function parsed(adapter: ChannelAdapter, given: Record<string, unknown>): unknown {
    const result = read(adapter, given);
    if (result.success) return result.data;
    throw new AppError("unprocessable", "The credentials are not complete.", { errors: problemsOf(result.error) });
  }

  function addressProblem(adapter: ChannelAdapter, settings: unknown, apiRoot: string | undefined): string | undefined {
    const { manifest } = adapter;
    if (!manifest.needsPublicUrl && adapter.addressSetBy(settings) !== "us") return undefined;
    const url = new URL(deps.publicUrl());
    // A stand-in on this machine reaches what only this machine can.
    if (url.protocol === "https:" || (isHere(url) && apiRoot !== undefined && isHere(new URL(apiRoot))))
      return undefined;
    const instead = manifest.needsPublicUrl ? "" : " Or choose polling, which needs no address.";
    return `PUBLIC_URL is ${url.origin}, which is not an https address: ${manifest.label} cannot deliver to it. Set PUBLIC_URL to the https address of this server and start it again.${instead}`;
  }

  /** What was found, and what to do when it is not well. */
  async function tried(
    adapter: ChannelAdapter,
    settings: unknown,
    about: Pick<ChannelAccount, "kind" | "workspaceId" | "simulated">,
    webhook?: { url: string },
  ): Promise<ChannelTest> {
    const { label } = adapter.manifest;
    const tools = deps.tools(about);
    const channel = adapter.connect(settings, tools);
    try {
      const state = await channel.probe?.(webhook);
      await channel.tryOut?.();
      const displayName = state?.displayName ?? null;
      const shown = { displayName, problems: [] };
      if (state && state.state !== "ok") {
        return {
          ok: false,
          state: state.state,
          sentence: state.cause ?? `${label} has something against it.`,
          ...shown,
        };
      }
      const address = about.simulated ? undefined : addressProblem(adapter, settings, tools.apiRoot);
      if (address !== undefined) return { ok: false, state: "degraded", sentence: address, ...shown };
      const sentence =
        displayName === null ? `${label} answers.` : `${label} accepts the credentials of ${displayName}.`;
      return { ok: true, state: "ok", sentence, ...shown };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const { sentence, field } = explained(adapter, error);
      return {
        ok: false,
        state: stateAfter(error),
        sentence,
        words: error.message,
        displayName: null,
        problems: field === undefined ? [] : [{ pointer: `/settings/${field}`, message: sentence }],
      };
    } finally {
      await channel.close();
    }
  }

  return {
    adapterOf,
    parsed,
    addressProblem,

    async probed(channel, adapter, settings) {
      try {
        if (channel.probe) return await channel.probe();
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        const { sentence, field } = explained(adapter, error);
        throw new AppError("unprocessable", `${sentence} Nothing was saved.`, {
          reason: error.failure.kind,
          extensions: { said: reasonOf(sentence) ?? null, words: error.message },
          ...(field === undefined ? {} : { errors: [{ pointer: `/settings/${field}`, message: sentence }] }),
        });
      }
      return { state: "ok", accountRef: adapter.accountRef(settings) ?? "", displayName: adapter.manifest.label };
    },

    async testKind(workspaceId, kind, given) {
      const adapter = adapterOf(kind);
      const result = read(adapter, given);
      if (result.success) return tried(adapter, result.data, { kind, workspaceId, simulated: false });
      const problems = problemsOf(result.error);
      const sentence = "The credentials are not complete.";
      return { ok: false, state: "needs_reauth", sentence, displayName: null, problems };
    },

    async testAccount(account) {
      const adapter = adapterOf(account.kind);
      if (account.settings === null) {
        const sentence = "There are no credentials yet. Put them in to connect the account.";
        return { ok: false, state: "needs_reauth", sentence, displayName: null, problems: [] };
      }
      // Before its provider was told an address, another one there is not wrong yet.
      const webhook = account.registeredAt === null ? undefined : { url: deps.deliveryUrl(account) };
      return tried(adapter, adapter.manifest.settings.parse(account.settings), account, webhook);
    },
  };
}

const problemsOf = (error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }) =>
  error.issues.map((issue) => ({ pointer: `/settings/${issue.path.map(String).join("/")}`, message: issue.message }));

const isHere = ({ hostname }: URL) => ["127.0.0.1", "localhost", "[::1]"].includes(hostname);

/** The adapter's own words where it knows more; otherwise what the failure means for any provider. */
export function explained(
  adapter: ChannelAdapter,
  error: ProviderError,
): { sentence: string; field?: string | undefined } {
  const own = adapter.explain?.(error);
  if (own) return own;
  const { label } = adapter.manifest;
  switch (error.failure.kind) {
    case "auth_expired":
      return { sentence: `${label} does not accept these credentials. Check the token and try again.` };
    case "suspended":
      return { sentence: `${label} has closed this account. Look into the provider's own settings for the reason.` };
    case "rate_limited":
      return { sentence: `${label} asks for patience. Try again in a minute.` };
    case "unreachable":
      return { sentence: `${label} could not be reached. Try again in a moment.` };
    default:
      return { sentence: `${label} answered something unexpected: ${error.message}` };
  }
}

function stateAfter({ failure }: ProviderError): ChannelTest["state"] {
  if (failure.kind === "suspended") return "suspended";
  return failure.kind === "unreachable" || failure.kind === "rate_limited" ? "degraded" : "needs_reauth";
}

/** The settings that we make ourselves when nobody gives them. */
export function madeByUs({ manifest }: ChannelAdapter): Set<string> {
  const { properties = {} } = z.toJSONSchema(manifest.settings, { io: "input", unrepresentable: "any" });
  const made = Object.entries(properties).filter(([, shape]) => (shape as { generated?: boolean }).generated === true);
  return new Set(made.map(([name]) => name));
}
