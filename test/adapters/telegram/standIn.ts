import { telegram, type TelegramSettings } from "../../../src/adapters/telegram/index.js";
import type { AdapterTools, Channel } from "../../../src/adapters/contract.js";
import type { Log } from "../../../src/core/ports.js";
import { startTelegramSimulator, type Customer, type TelegramSimulator } from "../../../simulator/telegram/index.js";
import { captureLog } from "../captureLog.js";

export const token = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";
export const self = "110201543";
export const secretToken = "s3cret_TOKEN-of-the-webhook";
export const settings: TelegramSettings = { token, secretToken, mode: "webhook" };

/** The simulator with one bot, a channel connected to it, and Ana, who has written once. */
export interface Connected {
  simulator: TelegramSimulator;
  channel: Channel;
  ana: Customer;
  log: Log;
  chat: string;
  close(): Promise<void>;
}

export async function connected(
  options: { mode?: "webhook" | "polling"; log?: Log; tools?: Partial<AdapterTools> } = {},
): Promise<Connected> {
  const simulator = await startTelegramSimulator({ timeScale: 0.001 });
  simulator.addBot({ token, username: "shop_bot", name: "Shop" });
  const ana = simulator.customer({ id: 420001, firstName: "Ana", lastName: "Pérez", username: "ana_p" });
  ana.write("/start");
  const log = options.log ?? captureLog().log;
  const channel = telegram.connect(
    { ...settings, mode: options.mode ?? "webhook" },
    { log, apiRoot: simulator.apiRoot, ...options.tools },
  );
  return {
    simulator,
    channel,
    ana,
    log,
    chat: "420001",
    async close() {
      await channel.close();
      await simulator.close();
    },
  };
}
