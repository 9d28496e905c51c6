import { Router, type Response } from "express";
import type { ChannelAdapter } from "../../adapters/contract.js";
import { AppError } from "../../core/errors.js";
import { requireScope } from "../../identity/index.js";
import type { ChannelAccount, Inbox } from "../../inbox/index.js";
import { newChannelAccount } from "../../wire/inbox.js";
import { channelAccountDto } from "../presenters/inbox.js";
import { parse, principalOf } from "../request.js";

export interface ConnectInput {
  workspaceId: string;
  kind: string;
  name?: string | undefined;
  /** Without credentials a draft is made. */
  settings?: Record<string, unknown> | undefined;
}

/** What the routes need of the channels; implemented by the composition root. */
export interface ChannelAdmin {
  /** Tests the credentials with the provider, saves them sealed and registers the webhook. Throws AppError in plain words. */
  connect(input: ConnectInput): Promise<ChannelAccount>;
}

interface Deps {
  inbox: Inbox;
  channels: ChannelAdmin;
  adapters: readonly ChannelAdapter[];
  publicUrl: () => string;
}

/** Channel accounts and the kinds there are. */
export function channelRoutes({ inbox, channels, adapters, publicUrl }: Deps): Router {
  const routes = Router();
  const manager = (response: Response) => {
    const principal = principalOf(response);
    requireScope(principal, "channels:manage");
    return principal;
  };

  routes.get("/channels/kinds", (_request, response) => {
    const data = adapters.map(({ manifest }) => ({
      kind: manifest.kind,
      label: manifest.label,
      official: manifest.official,
      needs_public_url: manifest.needsPublicUrl,
      capabilities: manifest.can,
    }));
    response.json({ data });
  });

  routes.get("/channels", async (_request, response) => {
    // The webhook's address is as good as a credential: who may not manage channels does not see it.
    const { workspaceId } = manager(response);
    const accounts = await inbox.accounts.list(workspaceId);
    response.json({ data: accounts.map((account) => channelAccountDto(account, publicUrl())) });
  });

  routes.post("/channels", async (request, response) => {
    const principal = manager(response);
    const body = parse(newChannelAccount, request.body, "body");
    const account = await channels.connect({ workspaceId: principal.workspaceId, ...body });
    response.status(201).json(channelAccountDto(account, publicUrl()));
  });

  routes.get("/channels/:id", async (request, response) => {
    const account = await inbox.accounts.find(manager(response).workspaceId, request.params.id);
    if (!account) throw new AppError("not_found", "There is no such channel account.");
    response.json(channelAccountDto(account, publicUrl()));
  });

  return routes;
}
