import { inboundPlace } from "../adapters/intake.js";
import type { InboundEvent } from "../core/events.js";
import type { Keyring } from "../core/ports.js";
import type { Inbox, Message } from "../inbox/index.js";

/** Names of what opens something; their values are nobody's to read. */
const secret = /token|secret|password|passwd|authorization|signature|api_?key|cookie|proof|credential/i;
const depthMost = 40;

/** A payload without what could open something. */
export function redacted(value: unknown, depth = 0): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depth >= depthMost) return "[deep]";
  if (Array.isArray(value)) return value.map((one) => redacted(one, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, secret.test(name) ? "[redacted]" : redacted(one, depth + 1)]),
  );
}

/** Finds what the provider said of a message in the request that brought it, as long as that is kept. */
export function providerEventOf(inbox: Inbox, keyring: Keyring) {
  return async (message: Message): Promise<{ normalized: unknown; provider: unknown } | undefined> => {
    if (!message.accepted) return undefined;
    const { workspaceId } = message;
    const kept = await inbox.rawEvents.find(workspaceId, message.accepted.id);
    if (!kept) return undefined;
    const events = JSON.parse(await keyring.open(inboundPlace(workspaceId), kept.events)) as InboundEvent[];
    const event = events.find((one) => one.type === "message" && one.message.externalId === message.externalId);
    if (!event) return undefined;
    const { raw, ...normalized } = event;
    return { normalized: redacted(normalized), provider: redacted(raw) };
  };
}
