/** `npm run bench -- <name>`: figures as ratios to a bare floor measured in the same run. */
const benches: Record<string, () => Promise<{ run(): Promise<void> }>> = {
  store: () => import("./store.js"),
  intake: () => import("./intake.js"),
  inbox: () => import("./inbox.js"),
};

const name = process.argv[2];
const load = name === undefined ? undefined : benches[name];
if (load) await (await load()).run();
else {
  console.log(`Usage: npm run bench -- <name>\nNames: ${Object.keys(benches).join(", ")}`);
  process.exitCode = name === undefined ? 0 : 1;
}
