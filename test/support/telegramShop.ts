import { startTelegramSimulator, type TelegramSimulator } from "../../simulator/telegram/index.js";
import { apiOf, startGateway, type GatewaySettings } from "./gateway.js";
import { testStores } from "./stores.js";
import { lookThrough } from "./views.js";

export type * from "./views.js";

/** A gateway with one Telegram bot on a stand-in of Telegram, as a shop of two would have it. */
export async function openShop(options: { token: string; username: string } & Partial<GatewaySettings>) {
  const { token, username, ...settings } = options;
  const stores = testStores();
  const telegram: TelegramSimulator = await startTelegramSimulator({ port: 0, timeScale: 0.01 });
  telegram.addBot({ token, username });
  const gateway = await startGateway({ ...stores, telegramApiRoot: telegram.apiRoot, ...settings });
  const api = apiOf(gateway.url, gateway.first!.apiKey);
  const connected = await api<{ id: string; webhook_url: string }>("POST", "/api/v1/channels", {
    kind: "telegram",
    settings: { token, mode: "webhook" },
  });
  const account = connected.body;

  return {
    stores,
    telegram,
    gateway,
    api,
    account,
    ...lookThrough(api),
    async close() {
      await gateway.stop();
      await telegram.close();
      await stores.drop();
    },
  };
}

export type Shop = Awaited<ReturnType<typeof openShop>>;
