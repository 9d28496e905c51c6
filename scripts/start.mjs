/** `npm start`: from a clone to a running server, with one command. */
import { end } from "./command.mjs";
import { startApp } from "./app.mjs";
import { claim, localSecrets, openDataDir } from "./dataDir.mjs";
import { built, checkNode, packages, readDotEnv, root } from "./prepare.mjs";
import { say, Stop } from "./say.mjs";
import { announce, openStores, retract } from "./stores.mjs";

/** Settings that are wrong are told before anything is started. */
async function checkSettings(secrets) {
  const { loadConfig, ConfigError } = await import(`${root}/dist/config/load.js`);
  try {
    return loadConfig({ ...process.env, ...secrets });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new Stop(`The settings are not right:\n${error.problems.map((problem) => `  ${problem}`).join("\n")}`);
  }
}

async function start() {
  checkNode();
  await packages();
  await built();
  readDotEnv();
  const before = await checkSettings({});
  const dir = openDataDir(before.DATA_DIR);
  await claim(dir);
  const secrets = localSecrets(dir);
  const config = await checkSettings(secrets);

  let stopping = false;
  let app;
  const stores = await openStores(dir);
  const stop = async (code) => {
    if (stopping) return;
    stopping = true;
    if (app) await end(app.child, config.SHUTDOWN_TIMEOUT_MS + 6_000);
    await stores.stop();
    retract(dir);
    process.exit(code);
  };
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.on(signal, () => {
      if (stopping) {
        app?.child.kill("SIGKILL");
        return;
      }
      say("Stopping: finishing what is in hand …");
      void stop(0);
    });
  }

  announce(dir, stores.env);
  app = startApp({ ...secrets, ...stores.env });
  const ready = await app.ready;
  if (!ready) return stop(1);
  say("");
  if (ready.url) say(`Switchboard listens at ${ready.url}`);
  for (const line of stores.lines) say(line);
  if (ready.setupLink) say(`Set up the first owner, once: ${ready.setupLink}`);
  if (ready.firstKey) say(`First API key, shown only now: ${ready.firstKey}`);
  if (ready.url) say(`API documentation: ${ready.url}/docs`);
  if (ready.url && secrets.ADMIN_TOKEN)
    say(`Queues: ${ready.url}/admin/queues (the token is ADMIN_TOKEN in ${dir}/secrets.json)`);
  say("Ctrl-C stops it.");
  void stores.lost.then((name) => {
    if (stopping) return;
    say(`${name} ended by itself; stopping.`);
    return stop(1);
  });
  const code = await app.exited;
  if (!stopping) say(`The server ended with code ${code}.`);
  await stop(code === 0 ? 0 : 1);
}

start().catch((error) => {
  process.stderr.write(`${error instanceof Stop ? error.message : error.stack}\n`);
  process.exit(1);
});
