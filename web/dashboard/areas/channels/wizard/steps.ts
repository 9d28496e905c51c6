import type { ChannelDetail, Kind } from "../queries.js";

export const stepNames = ["risk", "address", "credentials", "register", "link", "listen", "roundtrip"] as const;
export type StepName = (typeof stepNames)[number];

/** A linked number is scanned; nobody has to be told of an address. */
export const hasSession = (kind: Kind): boolean => kind.fields.some(({ name }) => name === "pairing");

/** The steps of a kind, in order. The first one, choosing the kind, is a page of its own. */
export function stepsOf(kind: Kind): readonly StepName[] {
  return hasSession(kind)
    ? ["risk", "credentials", "link", "listen", "roundtrip"]
    : ["address", "credentials", "register", "listen", "roundtrip"];
}

/** Where somebody goes on who comes back to a draft. */
export function resumeAt(kind: Kind, channel: ChannelDetail): StepName {
  if (!channel.connected) return stepsOf(kind)[0]!;
  if (channel.last_inbound_at !== null) return "roundtrip";
  if (hasSession(kind)) return channel.health.state === "ok" ? "listen" : "link";
  return channel.callback.set_by === "hand" && !channel.callback.registered ? "register" : "listen";
}
