import { z } from "zod";
import type { ChannelAdapter } from "../../adapters/contract.js";
import type { ChannelAccount, HealthEntry } from "../../inbox/index.js";
import type { ChannelAccountDetailDto, ChannelAccountDto } from "../../wire/channels.js";

const healthDto = ({ state, cause, since }: HealthEntry) => ({ state, cause, since: since.toISOString() });

export function channelAccountDto(account: ChannelAccount, publicUrl: string): ChannelAccountDto {
  return {
    id: account.id,
    kind: account.kind,
    name: account.name,
    provider_ref: account.accountRef,
    enabled: account.enabled,
    connected: account.settings !== null,
    webhook_url: webhookUrl(account, publicUrl),
    health: healthDto(account.health),
    last_event_at: account.lastEventAt?.toISOString() ?? null,
    created_at: account.createdAt.toISOString(),
  };
}

export const channelAccountDetailDto = (
  account: ChannelAccount,
  publicUrl: string,
  verifyToken: string | null,
): ChannelAccountDetailDto => ({
  ...channelAccountDto(account, publicUrl),
  verify_token: verifyToken,
  health_history: account.healthLog.map(healthDto),
});

export const webhookUrl = (account: Pick<ChannelAccount, "kind" | "endpointKey">, publicUrl: string) =>
  `${publicUrl.replace(/\/$/, "")}/webhooks/${account.kind}/${account.endpointKey}`;

/** What a kind of channel is and asks for. */
export const channelKindDto = ({ manifest }: ChannelAdapter) => ({
  kind: manifest.kind,
  label: manifest.label,
  official: manifest.official,
  warning: manifest.warning ?? null,
  needs_public_url: manifest.needsPublicUrl,
  capabilities: manifest.can,
  settings: z.toJSONSchema(manifest.settings, { io: "input", unrepresentable: "any" }),
});
