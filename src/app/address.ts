import type { Config } from "../../config/load.js";

/**
 * An address of this machine for what a process listens at. Who listens at every address is found under `everywhere`: no
 * browser opens 0.0.0.0.
 */
export function listeningAt(host: string, port: number, everywhere = "localhost"): string {
  if (host === "0.0.0.0" || host === "::") return `http://${everywhere}:${port}`;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Where people and providers find this server: PUBLIC_URL, or where it listens. `port`: the one it got when PORT is 0. */
export const publicUrlOf = (config: Pick<Config, "PUBLIC_URL" | "HOST" | "PORT">, port = config.PORT): string =>
  config.PUBLIC_URL || listeningAt(config.HOST, port);
