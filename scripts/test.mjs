/**
 * `npm test`: everything a change must pass, with its own set-up: packages, Redis, the local store (or the given
 * stores), types, lint and all suites. The last line counts. `npm test -- <path>` runs those suites only.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { firstOf, run } from "./command.mjs";
import { built, checkNode, packages, root } from "./prepare.mjs";
import { installPackages } from "./redis.mjs";
import { say, step, Stop } from "./say.mjs";
import { openStores } from "./stores.mjs";

const only = process.argv.slice(2);
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
async function browser() {
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

/** All suites; resolves to jest's own result file. */
async function suites(env, skipBrowser) {
  const results = join(env.TEST_DIR, "results.json");
  const args = [
    "--experimental-vm-modules",
    "--disable-warning=ExperimentalWarning",
    bin("jest"),
    "--json",
    `--outputFile=${results}`,
    `--maxWorkers=${Math.max(1, Math.min(4, availableParallelism()))}`,
    ...(skipBrowser ? browserSuites.map((suite) => `--testPathIgnorePatterns=${suite}`) : []),
    ...only,
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
  const canBrowse = await browser();
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
    const result = await suites(env, !canBrowse);
    counts.passed += result.numPassedTests;
    counts.failed += result.numFailedTests;
    counts.skipped += result.numPendingTests + result.numTodoTests;
    // A suite that could not even be loaded has no failed test to count.
    counts.failed += result.testResults.filter(
      (suite) => suite.status === "failed" && suite.assertionResults.length === 0,
    ).length;
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
