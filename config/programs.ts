import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** What every program needs of its surroundings, and nothing of our settings: programs that open strangers' pages get this. */
export function bareEnvironment(): Record<string, string> {
  const names = ["PATH", "HOME", "LANG", "TZ", "TMPDIR", "XDG_RUNTIME_DIR"];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

const browsers = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];

/** The first of these programs that the PATH leads to; undefined when there is none. */
export function findProgram(...names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

/** The browser of this machine, by the PATH; undefined when there is none. */
export const findBrowser = (): string | undefined => findProgram(...browsers);
