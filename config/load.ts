import { readFileSync } from "node:fs";
import { type SettingName, type Settings, isSecret, requiredInProduction, requiredWith, schema } from "./schema.js";

export type Config = Readonly<Settings>;

/** All that is wrong with the settings, one sentence each; no value of a secret is ever in them. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "ConfigError";
  }
}

type Environment = Record<string, string | undefined>;

const names = Object.keys(schema.shape) as SettingName[];

/** NAME, or the content of the file that NAME_FILE names. An empty value counts as unset, except where empty has a meaning. */
function valueOf(env: Environment, name: SettingName, problems: string[]): string | undefined {
  const direct = env[name];
  const file = env[`${name}_FILE`];
  if (file !== undefined && file !== "" && isSecret(name)) {
    if (direct) problems.push(`${name}: set either ${name} or ${name}_FILE, not both.`);
    try {
      return readFileSync(file, "utf8").trim();
    } catch {
      problems.push(`${name}_FILE: the file cannot be read.`);
      return undefined;
    }
  }
  return direct === "" ? undefined : direct;
}

/** What is wrong, without the value. zod's own sentences may quote it. */
function sentence(name: string, issue: { code: string; message: string }, value: string | undefined): string {
  const own = /^must /.test(issue.message) ? issue.message : undefined;
  const secret = isSecret(name as SettingName);
  const shown = secret || value === undefined ? "" : ` (it is "${value.slice(0, 80)}")`;
  return `${name}: ${own ?? (secret ? "is not valid" : issue.message)}${shown}.`;
}

/** Reads the settings once. Throws ConfigError with every problem there is. */
export function loadConfig(env: Environment = process.env): Config {
  const problems: string[] = [];
  const given = Object.fromEntries(names.map((name) => [name, valueOf(env, name, problems)]));
  const result = schema.safeParse(given);
  if (!result.success) {
    for (const issue of result.error.issues) {
      const name = String(issue.path[0]);
      problems.push(sentence(name, issue, given[name]));
    }
  }
  if (given.NODE_ENV === "production") {
    for (const name of requiredInProduction) {
      if (given[name] === undefined) problems.push(`${name}: is required when NODE_ENV is production.`);
    }
  }
  for (const { when, needed } of requiredWith) {
    if (given[when.name] !== when.value) continue;
    for (const name of needed) {
      if (given[name] === undefined) problems.push(`${name}: is required when ${when.name} is ${when.value}.`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(result.data!);
}
