import { startProgram } from "./app/program.js";
import { configOrExit, failed, logOf, storesOf } from "./app/start.js";

/** Runs the roles that ROLES names until SIGTERM, SIGINT, or the launcher going away. */
async function main(): Promise<void> {
  const config = configOrExit();
  const log = logOf(config);
  const program = await startProgram(config, storesOf(config), log);
  log.info("started", { url: program.url, roles: config.ROLES });
  process.send?.({ type: "ready", url: program.url, firstKey: program.first?.apiKey, setupLink: program.setupLink });
  // Without a launcher (in a container) nobody else would ever show it.
  if (!process.send && program.setupLink) process.stdout.write(`Set up the first owner, once: ${program.setupLink}\n`);
  if (!process.send && program.first) process.stdout.write(`First API key, shown only now: ${program.first.apiKey}\n`);

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    log.info("stopping", {});
    // Bounded: whatever hangs must not keep a restart waiting.
    setTimeout(() => process.exit(1), config.SHUTDOWN_TIMEOUT_MS + 5_000).unref();
    await program.stop();
    log.info("stopped", {});
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop());
  process.on("disconnect", () => void stop());
  process.on("unhandledRejection", (error) => log.error("unhandled_rejection", { error: error as Error }));
}

main().catch(failed);
