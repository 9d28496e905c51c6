import { Command } from "commander";
import { publicUrlOf } from "../app/address.js";
import { setupLinkOf } from "../app/program.js";
import { createServices, type Services } from "../app/services.js";
import { configOrExit, failed, logOf, storesOf } from "../app/start.js";
import { AppError } from "../core/errors.js";
import { createLog } from "../platform/log.js";

interface Options {
  workspace?: string;
  link?: boolean;
}

/** Makes a workspace and prints its first API key, once. */
async function makeWorkspace({ identity }: Services, given: string): Promise<void> {
  const name = given.trim().slice(0, 100);
  // The very first one is also the one that a first start would have made.
  const made = (await identity.firstStart(name)) ?? (await identity.createWorkspace(name));
  console.log(`Workspace ${name} (${made.workspaceId})`);
  console.log(`API key, shown only now: ${made.apiKey}`);
}

/** Prints a new one-time set-up link while there is no owner. */
async function makeLink(services: Services, publicUrl: () => string): Promise<void> {
  await services.identity.firstStart("My workspace");
  const link = await setupLinkOf(services, publicUrl);
  if (link === undefined) throw new AppError("conflict", "There is an owner already, so there is nothing to set up.");
  console.log(`Set up the first owner, once: ${link}`);
}

/** `npm run setup -- --workspace "Name"` or `--link`. */
async function setup({ workspace, link }: Options): Promise<void> {
  if (workspace === undefined && !link) throw new AppError("invalid_request", "Say --workspace <name> or --link.");
  const config = configOrExit();
  const log = config.LOG_LEVEL === "debug" ? logOf(config) : createLog({ level: "error" });
  const publicUrl = () => publicUrlOf(config);
  const services = await createServices(config, storesOf(config), log, publicUrl);
  try {
    if (workspace !== undefined) await makeWorkspace(services, workspace);
    if (link) await makeLink(services, publicUrl);
  } finally {
    await services.close();
  }
}

const program = new Command("setup")
  .description("Make a workspace with its first API key, or a new link for the first owner")
  .option("--workspace <name>", "what the workspace is called")
  .option("--link", "a new one-time set-up link, while there is no owner")
  .action(setup);

program.parseAsync().catch(failed);
