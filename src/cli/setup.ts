import { Command } from "commander";
import { createServices } from "../app/services.js";
import { configOrExit, failed, logOf, storesOf } from "../app/start.js";
import { createLog } from "../platform/log.js";

/** `npm run setup -- --workspace "Name"`: makes a workspace and prints its first API key, once. */
async function setup(options: { workspace: string }): Promise<void> {
  const config = configOrExit();
  const log = config.LOG_LEVEL === "debug" ? logOf(config) : createLog({ level: "error" });
  const services = await createServices(config, storesOf(config), log, () => config.PUBLIC_URL);
  try {
    const name = options.workspace.trim().slice(0, 100);
    // The very first one is also the one that a first start would have made.
    const made = (await services.identity.firstStart(name)) ?? (await services.identity.createWorkspace(name));
    console.log(`Workspace ${name} (${made.workspaceId})`);
    console.log(`API key, shown only now: ${made.apiKey}`);
  } finally {
    await services.close();
  }
}

const program = new Command("setup")
  .description("Make a workspace with its first API key")
  .requiredOption("--workspace <name>", "what the workspace is called")
  .action(setup);

program.parseAsync().catch(failed);
