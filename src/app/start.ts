import { ConfigError, loadConfig, type Config } from "../../config/load.js";
import { AppError } from "../core/errors.js";
import { createLog } from "../platform/log.js";
import type { Stores } from "./services.js";

/** Reads the settings, or ends the process with every problem on standard error. */
export function configOrExit(): Config {
  try {
    return loadConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(
      `The settings are not right:\n${error.problems.map((problem) => `  ${problem}`).join("\n")}\n`,
    );
    process.exit(1);
  }
}

/** The stores and keys, which the launcher provides for the local set-up. Throws AppError when one is missing. */
export function storesOf(config: Config): Stores {
  const { MONGODB_URI, REDIS_URL, MASTER_KEY, SESSION_SECRET } = config;
  const missing = Object.entries({ MONGODB_URI, REDIS_URL, MASTER_KEY, SESSION_SECRET })
    .filter(([, value]) => value === undefined)
    .map(([name]) => name);
  if (!MONGODB_URI || !REDIS_URL || !MASTER_KEY || !SESSION_SECRET) {
    throw new AppError("unavailable", `Start with \`npm start\`, or set ${missing.join(", ")}.`);
  }
  return { mongoUri: MONGODB_URI, redisUrl: REDIS_URL, masterKeys: MASTER_KEY, sessionSecret: SESSION_SECRET };
}

export const logOf = (config: Config) => createLog({ level: config.LOG_LEVEL });

/** Ends the process with one sentence when starting failed in a way we know, and with the error when not. */
export function failed(error: unknown): never {
  if (error instanceof AppError) process.stderr.write(`${error.message}\n`);
  else
    process.stderr.write(
      `Starting failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  process.exit(1);
}
