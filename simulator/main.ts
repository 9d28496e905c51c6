import { startGraphSimulator } from "./graph/index.js";
import { startTelegramSimulator } from "./telegram/index.js";

/**
 * Runs the stand-ins of the providers alone, until Ctrl-C: `node scripts/run.mjs simulator/main.js [port]`. A first bot
 * is there at once; everything else goes through the controls.
 */
const port = Number(process.argv[2] ?? 0);
const token = "110201543:simulated-bot-token-for-this-machine";

const simulator = await startTelegramSimulator({ port });
simulator.addBot({ token, username: "switchboard_demo_bot", name: "Switchboard demo" });
console.log(`Telegram Bot API: ${simulator.apiRoot} (TELEGRAM_API_ROOT)`);
console.log(`Bot token:        ${token}`);
console.log(`Controls:         ${simulator.apiRoot}/__control`);

const graph = await startGraphSimulator();
const page = graph.addPage({ name: "Switchboard demo" });
const number = graph.addNumber({ name: "Switchboard demo" });
console.log(`Graph API:        ${graph.apiRoot} (GRAPH_API_ROOT)`);
console.log(`Page:             ${page.id}, token ${page.token}, app secret ${page.appSecret}`);
console.log(
  `WhatsApp number:  ${number.id} of ${number.business}, token ${number.token}, app secret ${number.appSecret}`,
);
console.log(`Controls:         ${graph.apiRoot}/__control`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    void Promise.all([simulator.close(), graph.close()]).then(() => process.exit(0));
  });
}
