import { Command } from "commander";
import { publicUrlOf } from "../app/address.js";
import { createServices } from "../app/services.js";
import { configOrExit, failed, logOf, storesOf } from "../app/start.js";
import { AppError } from "../core/errors.js";
import { createLog } from "../platform/log.js";

/** `npm run connect -- telegram <token>`: connects an account by long polling, so that no public URL is needed. */
async function connect(kind: string, token: string, options: { webhook?: boolean }): Promise<void> {
  const config = configOrExit();
  const log = config.LOG_LEVEL === "debug" ? logOf(config) : createLog({ level: "error" });
  const publicUrl = () => publicUrlOf(config);
  const services = await createServices(config, storesOf(config), log, publicUrl);
  try {
    const first = await services.identity.firstStart("My workspace");
    if (first) console.log(`First API key (shown once): ${first.apiKey}`);
    const [workspace] = await services.identity.workspaces();
    const account = await services.channels.connect({
      workspaceId: workspace!.id,
      kind,
      settings: { token, mode: options.webhook ? "webhook" : "polling" },
    });
    console.log(
      `${account.name} is connected (${account.id}, ${account.health.state}${account.health.cause ? `: ${account.health.cause}` : ""}).`,
    );
    if (!options.webhook) console.log("A running `npm start` picks its messages up within seconds.");
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const details = (error.errors ?? []).map(({ pointer, message }) => `  ${pointer}: ${message}`);
    console.error([error.message, ...details].join("\n"));
    process.exitCode = 1;
  } finally {
    await services.close();
  }
}

const program = new Command("connect")
  .description("Connect a channel account to the first workspace")
  .argument("<kind>", "channel kind, such as telegram")
  .argument("<token>", "the account's token, from the provider")
  .option("--webhook", "let the provider call PUBLIC_URL instead of polling")
  .action(connect);

program.parseAsync().catch(failed);
