/** `npm run dev`: the stores, and the app straight from its sources, started again (the dashboard: built again) whenever one changes. */
import { spawn } from "node:child_process";
import { watch } from "node:fs";
import { join } from "node:path";
import { run } from "./command.mjs";
import { claim, localSecrets, openDataDir } from "./dataDir.mjs";
import { built, checkNode, packages, readDotEnv, root } from "./prepare.mjs";
import { say, Stop } from "./say.mjs";
import { announce, openStores, retract } from "./stores.mjs";

/** Builds the dashboard again when a source of it changes; a reload of the page then shows it. */
function watchDashboard() {
  let timer;
  let work = Promise.resolve();
  const build = async () => {
    const { code, output } = await run(process.execPath, [join(root, "scripts", "buildDashboard.mjs")], { cwd: root });
    say(code === 0 ? "Dashboard built." : `The dashboard could not be built:\n${output.trim()}`);
  };
  watch(join(root, "web"), { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(() => (work = work.then(build)), 150);
  });
}

async function dev() {
  checkNode();
  await packages();
  await built();
  readDotEnv();
  const dir = openDataDir(process.env.DATA_DIR || "./data");
  await claim(dir);
  const secrets = localSecrets(dir);
  const stores = await openStores(dir);
  const env = { ...process.env, ...secrets, ...stores.env };
  announce(dir, stores.env);
  for (const line of stores.lines) say(line);
  watchDashboard();
  const tsx = join(root, "node_modules", "tsx", "dist", "cli.mjs");
  const child = spawn(process.execPath, [tsx, "watch", "--clear-screen=false", join(root, "src", "main.ts")], {
    stdio: "inherit",
    env,
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill("SIGTERM"));
  child.on("exit", async () => {
    await stores.stop();
    retract(dir);
    process.exit(0);
  });
}

dev().catch((error) => {
  process.stderr.write(`${error instanceof Stop ? error.message : error.stack}\n`);
  process.exit(1);
});
