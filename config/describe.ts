import type { z } from "zod";
import type { Config } from "./load.js";
import { isSecret, type SettingName, sections } from "./schema.js";

interface Described {
  name: string;
  description: string;
  fallback: string;
  secret: boolean;
}

function described(name: string, type: z.ZodType): Described {
  const result = type.safeParse(undefined);
  const value = (result.success ? result.data : undefined) as string | number | string[] | undefined;
  const fallback = value === undefined ? "" : Array.isArray(value) ? value.join(",") : String(value);
  return { name, description: type.description ?? "", fallback, secret: isSecret(name as SettingName) };
}

const all = Object.entries(sections).map(([section, settings]) => ({
  section,
  settings: Object.entries(settings).map(([name, type]) => described(name, type as z.ZodType)),
}));

/** The whole of `.env.example`: every setting commented out, with its default. */
export function envExample(): string {
  const lines = [
    "# Generated from config/schema.ts by `npm run docs`. Copy to .env and uncomment what you change.",
    "# A secret may also come from a file: NAME_FILE=/path.",
  ];
  for (const { section, settings } of all) {
    lines.push("", `# ${section}`);
    for (const { name, description, fallback } of settings) lines.push(`# ${description}`, `# ${name}=${fallback}`);
  }
  return `${lines.join("\n")}\n`;
}

/** The README's table of settings. */
export function settingsTable(): string {
  const rows = all.flatMap(({ settings }) =>
    settings.map(({ name, description, fallback, secret }) => {
      const shown = fallback === "" ? "" : `\`${fallback}\``;
      return `| \`${name}\` | ${description.replaceAll("|", "\\|")}${secret ? " (secret)" : ""} | ${shown} |`;
    }),
  );
  return ["| setting | what it is | default |", "|---|---|---|", ...rows].join("\n");
}

/** Every setting with its value, for operators: of secrets only whether they are set. */
export function settingsShown(
  config: Config,
): { name: string; value: string | null; secret: boolean; description: string }[] {
  return all.flatMap(({ settings }) =>
    settings.map(({ name, description, secret }) => {
      const value = config[name as SettingName] as unknown;
      const unset = value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
      const shown = Array.isArray(value) ? value.join(",") : String(value);
      return { name, value: unset ? null : secret ? "(set)" : shown, secret, description };
    }),
  );
}
