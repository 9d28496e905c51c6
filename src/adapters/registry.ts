import type { ChannelKind } from "../core/events.js";
import type { ChannelAdapter } from "./contract.js";
import { http } from "./http/index.js";
import { messenger } from "./messenger/index.js";
import { telegram } from "./telegram/index.js";
import { whatsapp } from "./whatsapp/index.js";
import { whatsappWeb } from "./whatsapp-web/index.js";

/** Every channel there is. A new one adds its line here. Settings are opaque outside: each adapter validates its own. */
export const adapters: readonly ChannelAdapter[] = [telegram, whatsapp, whatsappWeb, messenger, http];

/** The adapter of a kind; undefined for kinds we do not have. */
export function adapterFor(kind: ChannelKind): ChannelAdapter | undefined {
  return adapters.find((adapter) => adapter.manifest.kind === kind);
}
