/**
 * `npm test`: everything a change must pass, with its own set-up: packages, Redis, the local store (or the given
 * stores), types, lint and all suites. The last line counts. `npm test -- <path>` runs those suites only, and
 * `-t <name>` behind it only those tests of them.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { firstOf, run } from "./command.mjs";
import { built, checkNode, packages, root } from "./prepare.mjs";
import { installPackages } from "./redis.mjs";
import { say, step, Stop } from "./say.mjs";
import { openStores } from "./stores.mjs";

const given = process.argv.slice(2);
const firstOption = given.findIndex((word) => word.startsWith("-"));
/** The suites that are asked for; none for all. */
const only = firstOption < 0 ? given : given.slice(0, firstOption);
/** What jest is told besides, such as `-t name`. */
const options = firstOption < 0 ? [] : given.slice(firstOption);
const bin = (name) => join(root, "node_modules", ".bin", name);

/** What drives Chromium: suites of these folders, and suites of these names. */
const browserSuites = ["test/adapters/whatsapp-web/", "test/flows/whatsappWeb.test.ts", "test/e2e/"];

/** What else suites run when it is there, and what is tried to be brought when it is not: ffmpeg, for voice messages. */
async function sounds() {
  const needed = only.length === 0 || only.some((path) => /e2e|platform/.test(path));
  if (!needed || firstOf("ffmpeg")) return;
  if (existsSync("/etc/debian_version") && process.getuid?.() === 0) await installPackages(["ffmpeg"]);
}

/** Chromium for the browser suites. Returns whether they can run. */
async function chromium() {
  const needed =
    only.length === 0 ||
    only.some((path) => browserSuites.some((suite) => suite.includes(path) || path.includes(suite)));
  if (!needed) return true;
  if (firstOf("chromium", "chromium-browser", "google-chrome")) return true;
  if (existsSync("/etc/debian_version") && process.getuid?.() === 0) {
    await installPackages(["chromium"]);
    return true;
  }
  return false;
}

/** A check that counts as one test. */
async function check(title, program, args) {
  const { code, output } = await step(title, () => run(program, args, { cwd: root }));
  if (code !== 0) say(`\nFAILED: ${title}\n${output.trim()}\n`);
  return code === 0;
}

const jest = [
  "--experimental-vm-modules",
  "--disable-warning=ExperimentalWarning",
  join(root, "node_modules", "jest", "bin", "jest.js"),
];

/** The suites that were asked for: those that drive a browser, and all others. */
async function asked() {
  const { code, output } = await run(process.execPath, [...jest, "--listTests", ...only], { cwd: root });
  if (code !== 0) throw new Stop(`The suites could not be listed.\n${output.trim()}`);
  const all = output.split("\n").filter((line) => line.endsWith(".test.ts"));
  const drives = (path) => browserSuites.some((suite) => relative(root, path).startsWith(suite));
  return { browser: all.filter(drives), plain: all.filter((path) => !drives(path)) };
}

/** Runs suites; resolves to jest's own result file. */
async function suites(env, paths, workers) {
  const results = join(env.TEST_DIR, "results.json");
  rmSync(results, { force: true });
  const args = [
    ...jest,
    "--json",
    `--outputFile=${results}`,
    `--maxWorkers=${workers}`,
    ...options,
    "--runTestsByPath",
    ...paths,
  ];
  await new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", "inherit"],
    });
    child.on("close", resolve);
  });
  if (!existsSync(results)) throw new Stop("The suites did not run to their end.");
  return JSON.parse(readFileSync(results, "utf8"));
}

async function test() {
  checkNode();
  await packages();
  await built();
  const canBrowse = await chromium();
  await sounds();
  const dir = mkdtempSync(join(tmpdir(), "switchboard-test-"));
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const count = (ok) => (ok ? (counts.passed += 1) : (counts.failed += 1));
  const stores = await openStores(dir, { strict: true });
  try {
    const env = {
      REDIS_URL: process.env.REDIS_URL,
      MONGODB_URI: process.env.MONGODB_URI,
      ...stores.env,
      TEST_DIR: dir,
      NODE_ENV: "test",
    };
    for (const line of stores.lines) say(line);
    if (only.length === 0) {
      count(await check("Types", process.execPath, [bin("tsc"), "--noEmit"]));
      for (const folder of ["web/dashboard", "test/web"]) {
        count(await check(`Types of ${folder}`, process.execPath, [bin("tsc"), "-p", folder, "--noEmit"]));
      }
      count(await check("Size of the dashboard", process.execPath, [join(root, "scripts", "bundleSize.mjs")]));
      count(await check("Lint", process.execPath, [bin("eslint"), "."]));
      count(await check("Format", process.execPath, [bin("prettier"), "--check", "."]));
    }
    const { browser, plain } = await asked();
    const cores = Math.max(1, Math.min(4, availableParallelism()));
    // A browser and the gateway it talks to keep two cores busy.
    const parts = [
      [plain, cores],
      [canBrowse ? browser : [], Math.ceil(cores / 2)],
    ];
    for (const [paths, workers] of parts.filter(([paths]) => paths.length > 0)) {
      const result = await suites(env, paths, workers);
      counts.passed += result.numPassedTests;
      counts.failed += result.numFailedTests;
      counts.skipped += result.numPendingTests + result.numTodoTests;
      // A suite that could not even be loaded has no failed test to count.
      counts.failed += result.testResults.filter(
        (suite) => suite.status === "failed" && suite.assertionResults.length === 0,
      ).length;
    }
    if (!canBrowse) {
      for (const suite of browserSuites) {
        say(`SKIPPED: ${suite}; it needs chromium.`);
        if (process.env.CI === "true") counts.failed += 1;
        else counts.skipped += 1;
      }
    }
  } finally {
    await stores.stop();
    rmSync(dir, { recursive: true, force: true });
  }
  say(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed === 0 && counts.passed > 0;
}

test().then(
  (ok) => process.exit(ok ? 0 : 1),
  (error) => {
    process.stderr.write(`${error instanceof Stop ? error.message : error.stack}\n`);
    say("0 passed, 1 failed, 0 skipped");
    process.exit(1);
  },
);
