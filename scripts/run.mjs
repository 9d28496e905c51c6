/**
 * `node scripts/run.mjs <script in dist> args…`: runs one of the program's commands with the stores of the running
 * instance, or with stores of its own for as long as it runs. The store's own command and the benchmarks need none.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { claim, localSecrets, openDataDir } from "./dataDir.mjs";
import { built, checkNode, packages, readDotEnv, root } from "./prepare.mjs";
import { Stop } from "./say.mjs";
import { openStores, running } from "./stores.mjs";

const [script, ...args] = process.argv.slice(2);
const alone = script.startsWith("embedded/") || (script.startsWith("bench/") && !["intake", "inbox"].includes(args[0]));

function runScript(env) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, "dist", script), ...args], {
      stdio: "inherit",
      env: { ...process.env, ...env },
    });
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

async function main() {
  checkNode();
  await packages();
  await built();
  readDotEnv();
  if (alone) return runScript({});
  const dir = openDataDir(process.env.DATA_DIR || "./data");
  const there = await running(dir);
  if (there) return runScript({ ...localSecrets(dir), ...there });
  await claim(dir);
  const secrets = localSecrets(dir);
  const stores = await openStores(dir);
  const code = await runScript({ ...secrets, ...stores.env });
  await stores.stop();
  return code;
}

main().then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`${error instanceof Stop ? error.message : error.stack}\n`);
    process.exit(1);
  },
);
