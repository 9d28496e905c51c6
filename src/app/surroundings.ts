import { join, resolve } from "node:path";
import type { Config } from "../../config/load.js";
import { bareEnvironment, findBrowser } from "../../config/programs.js";
import type { AdapterTools } from "../adapters/contract.js";
import type { SessionCalls } from "../sessions/calls.js";
import type { SessionVaults } from "../sessions/vault.js";

/**
 * What a channel is lent of this machine, of the settings and of the stores for its sessions, bound to its workspace. A
 * simulated account is lent its stand-in instead, and no way to anybody else.
 */
export function surroundingsOf(
  config: Config,
  calls: SessionCalls,
  vaults: SessionVaults,
  simulated: (kind: string) => Partial<AdapterTools>,
) {
  const graph = `${config.GRAPH_API_ROOT.replace(/\/$/, "")}/${config.GRAPH_API_VERSION}`;
  const apiRoots: Record<string, string | undefined> = {
    telegram: config.TELEGRAM_API_ROOT,
    messenger: graph,
    whatsapp: graph,
    whatsapp_web: config.WHATSAPP_WEB_API_ROOT,
  };
  const browserPath = config.BROWSER_PATH ?? findBrowser();
  const environment = bareEnvironment();
  return (about: { kind: string; workspaceId: string; simulated: boolean }): Partial<AdapterTools> => {
    const { kind, workspaceId } = about;
    if (about.simulated) return simulated(kind);
    return {
      apiRoot: apiRoots[kind],
      session: calls.port(workspaceId, kind),
      vault: vaults.vault(workspaceId, kind),
      spool: vaults.spool(workspaceId),
      workDir: join(resolve(config.DATA_DIR), "sessions", kind),
      browserPath,
      browserSandbox: config.BROWSER_SANDBOX === "auto",
      environment,
    };
  };
}
