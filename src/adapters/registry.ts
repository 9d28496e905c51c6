import type { ChannelKind } from "../core/events.js";
import type { ChannelAdapter } from "./contract.js";
import { telegram } from "./telegram/index.js";
import { whatsappWeb } from "./whatsapp-web/index.js";

/** Every channel there is. A new one adds its line here. Settings are opaque outside: each adapter validates its own. */
export const adapters: readonly ChannelAdapter[] = [telegram, whatsappWeb];

/** The adapter of a kind; undefined for kinds we do not have. */
export function adapterFor(kind: ChannelKind): ChannelAdapter | undefined {
  return adapters.find((adapter) => adapter.manifest.kind === kind);
}
