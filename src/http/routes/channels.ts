import { z } from "zod";
import { endpoint, type Endpoint } from "../../api/endpoint.js";
import type { ChannelAdapter } from "../../adapters/contract.js";
import { AppError } from "../../core/errors.js";
import type { ChannelAccount, Inbox } from "../../inbox/index.js";
import {
  channelAccountChange,
  channelAccountDetailDto as detailShape,
  channelRemoval,
  channelTestDto as testShape,
  channelAccountDto as accountShape,
  channelKindDto as kindShape,
  channelSettings,
  newChannelAccount,
} from "../../wire/channels.js";
import { holds } from "../../identity/index.js";
import { channelAccountDetailDto, channelAccountDto, channelKindDto, testDto } from "../presenters/channels.js";

export interface ConnectInput {
  workspaceId: string;
  kind: string;
  name?: string | undefined;
  /** Without credentials a draft is made. */
  settings?: Record<string, unknown> | undefined;
  /** Its provider is played by the built-in simulator. */
  simulated?: boolean | undefined;
}

/** What trying credentials gave, in words. */
export interface ChannelTest {
  ok: boolean;
  state: "ok" | "degraded" | "needs_reauth" | "suspended";
  sentence: string;
  /** What the provider itself said, when it refused. */
  words?: string | undefined;
  displayName: string | null;
  problems: { pointer: string; message: string }[];
}

/** What the routes need of the channels; implemented by the composition root. Each throws AppError in plain words. */
export interface ChannelAdmin {
  /** Tests the credentials with the provider, saves them sealed and registers the webhook. */
  connect(input: ConnectInput): Promise<ChannelAccount>;
  /** Puts credentials into an account, or new ones in their place. */
  configure(workspaceId: string, id: string, settings: Record<string, unknown>): Promise<ChannelAccount>;
  /** Off: nothing is sent or shown, and nothing is lost. */
  setEnabled(workspaceId: string, id: string, enabled: boolean): Promise<ChannelAccount>;
  /** Tells the provider our address once more; where a person enters it and nobody shakes hands, they say that they did. */
  register(workspaceId: string, id: string): Promise<ChannelAccount>;
  /** A new webhook secret; the old one is accepted for some time yet. */
  rotateSecret(workspaceId: string, id: string): Promise<ChannelAccount>;
  /**
   * Takes the webhook away and deletes the account with its credentials and its log. Its conversations stay unless they
   * are to go with it.
   */
  remove(workspaceId: string, id: string, options?: { withConversations?: boolean }): Promise<void>;
  /** Tries an account as it is; what comes of it stands in its log. */
  test(workspaceId: string, id: string): Promise<ChannelTest>;
  /** Tries credentials that nobody saved. */
  testKind(workspaceId: string, kind: string, settings: Record<string, unknown>): Promise<ChannelTest>;
  /** What the provider's handshake at the account's address must bring. */
  verifyToken(account: Pick<ChannelAccount, "workspaceId" | "endpointKey">): Promise<string>;
}

interface Deps {
  inbox: Inbox;
  channels: ChannelAdmin;
  adapters: readonly ChannelAdapter[];
  publicUrl: () => string;
  /** How much went wrong in the last 24 hours, by account. */
  errors(accountIds: readonly string[]): Promise<Map<string, number>>;
}

const tag = "Channels";

/** Shows an account with everything a manager may see. */
export function channelDetails({ channels, adapters, publicUrl, errors }: Omit<Deps, "inbox">) {
  return async (account: ChannelAccount) => {
    const adapter = adapters.find(({ manifest }) => manifest.kind === account.kind);
    return channelAccountDetailDto(account, {
      publicUrl: publicUrl(),
      errors: (await errors([account.id])).get(account.id) ?? 0,
      verifyToken: adapter?.manifest.handshake ? await channels.verifyToken(account) : null,
      setBy: setBy(account, adapter),
      handshake: adapter?.manifest.handshake ?? false,
    });
  };
}

/** Who tells the provider our address. As long as there are no credentials: who most likely will. */
function setBy({ settings }: ChannelAccount, adapter: ChannelAdapter | undefined): "none" | "us" | "hand" {
  if (!adapter?.verify) return "none";
  if (settings !== null) return adapter.addressSetBy(settings);
  return adapter.manifest.wizard.steps.some(({ shows }) => shows === "callback_url") ? "hand" : "us";
}

/** Channel accounts and the kinds there are. A webhook's address is as good as a credential: only managers see accounts. */
export function channelEndpoints({ inbox, channels, adapters, publicUrl, errors }: Deps): Endpoint[] {
  const detail = channelDetails({ channels, adapters, publicUrl, errors });
  const managed = { tag, scope: "channels:manage" } as const;
  return [
    endpoint({
      ...managed,
      method: "get",
      path: "/channels/kinds",
      scope: null,
      summary: "List the kinds of channels, with what they can do and what they ask for",
      answer: z.object({
        data: z.array(kindShape),
        public_url: z
          .object({ url: z.string(), https: z.boolean() })
          .describe("Where providers reach this server; most of them deliver to https addresses only"),
      }),
      handle() {
        const https = publicUrl().startsWith("https:");
        const data = adapters.map((adapter) => channelKindDto(adapter, https));
        return { data, public_url: { url: publicUrl(), https } };
      },
    }),
    endpoint({
      ...managed,
      method: "post",
      path: "/channels/kinds/:kind/test",
      summary: "Try credentials without saving them",
      body: channelSettings,
      answer: testShape,
      errors: ["unprocessable"],
      idempotency: "none",
      action: null,
      handle: async ({ principal, params, body }) =>
        testDto(await channels.testKind(principal.workspaceId, params.kind!, body.settings)),
    }),
    endpoint({
      ...managed,
      method: "get",
      path: "/channels",
      scope: "conversations:read",
      summary: "List channel accounts",
      description: "A webhook's address is as good as a credential: only callers with channels:manage see it.",
      answer: z.object({ data: z.array(accountShape) }),
      async handle({ principal }) {
        const accounts = await inbox.accounts.list(principal.workspaceId);
        const wrong = await errors(accounts.map(({ id }) => id));
        const url = holds(principal.scopes, "channels:manage") ? publicUrl() : null;
        return { data: accounts.map((account) => channelAccountDto(account, url, wrong.get(account.id) ?? 0)) };
      },
    }),
    endpoint({
      ...managed,
      method: "post",
      path: "/channels",
      summary: "Connect an account, or make a draft",
      body: newChannelAccount,
      status: 201,
      answer: detailShape,
      errors: ["unprocessable", "conflict"],
      handle: async ({ principal, body }) =>
        detail(await channels.connect({ workspaceId: principal.workspaceId, ...body })),
    }),
    endpoint({
      ...managed,
      method: "get",
      path: "/channels/:id",
      summary: "Get a channel account, with the history of its health",
      answer: detailShape,
      async handle({ principal, params }) {
        const account = await inbox.accounts.find(principal.workspaceId, params.id!);
        if (!account)
          throw new AppError("not_found", "There is no such channel account.", { reason: "channel_unknown" });
        return detail(account);
      },
    }),
    endpoint({
      ...managed,
      method: "patch",
      path: "/channels/:id",
      summary: "Rename an account, switch it on or off",
      description: "What comes for an account that is off is kept for 90 days and shown once it is on again.",
      body: channelAccountChange,
      answer: detailShape,
      async handle({ principal, params, body }) {
        const { workspaceId } = principal;
        const account = await inbox.accounts.find(workspaceId, params.id!);
        if (!account)
          throw new AppError("not_found", "There is no such channel account.", { reason: "channel_unknown" });
        if (body.name !== undefined) await inbox.accounts.rename(workspaceId, account.id, body.name);
        if (body.enabled !== undefined && body.enabled !== account.enabled) {
          return detail(await channels.setEnabled(workspaceId, account.id, body.enabled));
        }
        return detail((await inbox.accounts.find(workspaceId, account.id))!);
      },
    }),
    endpoint({
      ...managed,
      method: "put",
      path: "/channels/:id/settings",
      summary: "Put credentials in, or new ones in their place",
      description: "They are tested with the provider first; when they do not work nothing is saved.",
      body: channelSettings,
      answer: detailShape,
      errors: ["unprocessable", "conflict"],
      handle: async ({ principal, params, body }) =>
        detail(await channels.configure(principal.workspaceId, params.id!, body.settings)),
    }),
    endpoint({
      ...managed,
      method: "post",
      path: "/channels/:id/register",
      summary: "Tell the provider the address once more",
      description:
        "For accounts whose address is set by this server, and after PUBLIC_URL changed. What went wrong stands in the account's health and log.",
      answer: detailShape,
      errors: ["conflict"],
      handle: async ({ principal, params }) => detail(await channels.register(principal.workspaceId, params.id!)),
    }),
    endpoint({
      ...managed,
      method: "post",
      path: "/channels/:id/rotate-secret",
      summary: "Change the webhook's secret",
      description: "The old one is accepted for an hour yet.",
      answer: detailShape,
      errors: ["unprocessable"],
      handle: async ({ principal, params }) => detail(await channels.rotateSecret(principal.workspaceId, params.id!)),
    }),
    endpoint({
      ...managed,
      method: "delete",
      path: "/channels/:id",
      summary: "Delete a channel account with its credentials",
      description:
        "Its conversations stay and can be read; nothing can be sent in them any more. With `with_conversations=true` " +
        "they are erased for good instead, with their messages, notes, files and the contacts who were reached over no " +
        "other account. Nothing of it can be brought back.",
      query: channelRemoval,
      answer: null,
      async handle({ principal, params, query }) {
        const withConversations = query.with_conversations === "true";
        await channels.remove(principal.workspaceId, params.id!, { withConversations });
        return undefined;
      },
    }),
    endpoint({
      ...managed,
      method: "post",
      path: "/channels/:id/test",
      summary: "Try an account as it is, now",
      answer: testShape,
      idempotency: "none",
      handle: async ({ principal, params }) => testDto(await channels.test(principal.workspaceId, params.id!)),
    }),
  ];
}
