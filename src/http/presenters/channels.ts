import { z } from "zod";
import { reasonOf } from "../../core/channelSentences.js";
import type { ChannelAdapter } from "../../adapters/contract.js";
import type { ChannelAccount, HealthEntry } from "../../inbox/index.js";
import type {
  ChannelAccountDetailDto,
  ChannelAccountDto,
  ChannelKindDto,
  ChannelTestDto,
} from "../../wire/channels.js";
import { simulatedKinds } from "../../wire/simulator.js";
import type { ChannelTest } from "../routes/channels.js";

/** Which sentence it is, for translations. */
const reasonDto = (said: string | null) => {
  const found = said === null ? undefined : reasonOf(said);
  return { reason: found?.reason ?? null, parameters: found?.parameters ?? {} };
};

const healthDto = ({ state, cause, since }: HealthEntry) => ({
  state,
  cause,
  ...reasonDto(cause),
  since: since.toISOString(),
});

/** `publicUrl` null: for callers who may not see where the provider delivers. */
export function channelAccountDto(
  account: ChannelAccount,
  publicUrl: string | null,
  errors: number,
): ChannelAccountDto {
  const heard = account.lastEventAt?.toISOString() ?? null;
  return {
    id: account.id,
    kind: account.kind,
    name: account.name,
    provider_ref: account.accountRef,
    enabled: account.enabled,
    connected: account.settings !== null,
    simulated: account.simulated,
    webhook_url: publicUrl === null ? null : webhookUrl(account, publicUrl),
    health: healthDto(account.health),
    last_event_at: heard,
    last_inbound_at: heard,
    last_outbound_at: account.lastSentAt?.toISOString() ?? null,
    address_changed: addressChanged(account, publicUrl),
    errors_24h: errors,
    created_at: account.createdAt.toISOString(),
  };
}

/** The stand-ins of simulated accounts are told by themselves. */
const addressChanged = (account: ChannelAccount, publicUrl: string | null): boolean =>
  publicUrl !== null &&
  !account.simulated &&
  account.settings !== null &&
  account.registeredUrl !== null &&
  account.registeredUrl !== webhookUrl(account, publicUrl);

export const channelAccountDetailDto = (
  account: ChannelAccount,
  more: {
    publicUrl: string;
    errors: number;
    verifyToken: string | null;
    setBy: "none" | "us" | "hand";
    /** The provider asks for our token before it takes the address. */
    handshake: boolean;
  },
): ChannelAccountDetailDto => ({
  ...channelAccountDto(account, more.publicUrl, more.errors),
  verify_token: more.verifyToken,
  callback: {
    url: webhookUrl(account, more.publicUrl),
    verify_token: more.verifyToken,
    // Where nobody shakes hands, what came over the address shows that it is known.
    registered: account.registeredAt !== null || (!more.handshake && account.lastEventAt !== null),
    handshake: more.handshake,
    set_by: more.setBy,
  },
  health_history: account.healthLog.map(healthDto),
});

export const webhookUrl = (account: Pick<ChannelAccount, "kind" | "endpointKey">, publicUrl: string) =>
  `${publicUrl.replace(/\/$/, "")}/webhooks/${account.kind}/${account.endpointKey}`;

export const testDto = ({ ok, state, sentence, words, displayName, problems }: ChannelTest): ChannelTestDto => ({
  ok,
  state,
  sentence,
  ...reasonDto(sentence),
  words: words ?? null,
  display_name: displayName,
  problems,
});

/** A credential as the kind's JSON Schema describes it, with what the manifest says beside. */
interface Shape {
  title?: string;
  description?: string;
  link?: string;
  secret?: boolean;
  generated?: boolean;
  advanced?: boolean;
  expects?: string;
  pattern?: string;
  enum?: string[];
  labels?: Record<string, string>;
  const?: unknown;
  default?: unknown;
  /** What to propose while providers cannot reach this server by https. */
  withoutHttps?: string;
}

/** What a kind of channel is and asks for; what is proposed depends on whether this server has an https address. */
export function channelKindDto({ manifest }: ChannelAdapter, https: boolean): ChannelKindDto {
  const { kind, label, official, needsPublicUrl, wizard } = manifest;
  const settings = z.toJSONSchema(manifest.settings, { io: "input", unrepresentable: "any" });
  const required = new Set(settings.required ?? []);
  const key = (name: string) => `channels:${kind}.${name}`;
  return {
    kind,
    label,
    official,
    warning: manifest.warning ?? null,
    needs_public_url: needsPublicUrl,
    tile: {
      key: key("tile"),
      summary: wizard.summary,
      minutes: wizard.minutes,
      official,
      needs_public_url: needsPublicUrl,
      cost: wizard.cost,
    },
    fields: Object.entries((settings.properties ?? {}) as Record<string, Shape>).map(([name, shape]) =>
      fieldDto(name, key(name), shape, required.has(name), https),
    ),
    steps: wizard.steps.map(({ text, link, shows }, index) => ({
      n: index + 1,
      key: key(`step${index + 1}`),
      text,
      link: link ?? null,
      shows: shows ?? null,
    })),
    simulated: simulatedKinds.some((one) => one === kind),
    capabilities: manifest.can,
    settings,
  };
}

function fieldDto(
  name: string,
  key: string,
  shape: Shape,
  required: boolean,
  https: boolean,
): ChannelKindDto["fields"][number] {
  const instead = https ? undefined : shape.withoutHttps;
  const secret = shape.secret === true;
  const input = shape.const === true ? "consent" : shape.enum ? "choice" : secret ? "secret" : "text";
  return {
    name,
    key,
    title: shape.title ?? name,
    help: shape.description ?? "",
    link: shape.link ?? null,
    input,
    secret,
    required,
    generated: shape.generated === true,
    advanced: shape.advanced === true,
    pattern: shape.pattern ?? null,
    expects: shape.expects ?? null,
    options:
      shape.enum?.map((value) => ({ value, key: `${key}.${value}`, label: shape.labels?.[value] ?? value })) ?? null,
    // A default that is made anew each time is a secret of ours, not a proposal.
    default: instead ?? (typeof shape.default === "string" && !shape.generated ? shape.default : null),
    default_reason: instead === undefined ? null : "no_https",
  };
}
