import { startGraphSimulator, type GraphSimulator, type NewAccount } from "../../simulator/graph/index.js";
import { apiOf, startGateway, type GatewaySettings } from "./gateway.js";
import { testStores } from "./stores.js";
import { lookThrough } from "./views.js";

export interface AccountView {
  id: string;
  name: string;
  webhook_url: string;
  verify_token: string | null;
  provider_ref: string | null;
  health: { state: string; cause: string | null };
}

/** A gateway with one page and one WhatsApp number on a stand-in of Meta. */
export async function openMetaShop(
  settings: Partial<GatewaySettings> & { page?: NewAccount; number?: NewAccount } = {},
) {
  const stores = testStores();
  const graph: GraphSimulator = await startGraphSimulator({ port: 0, timeScale: 0.01 });
  const page = graph.addPage({ name: "Blue Shop", ...settings.page });
  const number = graph.addNumber({ name: "Blue Shop", ...settings.number });
  const gateway = await startGateway({ ...stores, graphApiRoot: graph.apiRoot, ...settings });
  const api = apiOf(gateway.url, gateway.first!.apiKey);
  const connected = async (kind: string, given: Record<string, unknown>): Promise<AccountView> => {
    const answer = await api<AccountView>("POST", "/api/v1/channels", { kind, settings: given });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  };
  const messenger = await connected("messenger", {
    pageAccessToken: page.token,
    appSecret: page.appSecret,
    appId: "77",
  });
  const whatsapp = await connected("whatsapp", {
    accessToken: number.token,
    appSecret: number.appSecret,
    phoneNumberId: number.id,
    businessAccountId: number.business,
  });
  return {
    stores,
    graph,
    page,
    number,
    gateway,
    api,
    messenger,
    whatsapp,
    ...lookThrough(api),
    async close() {
      await gateway.stop();
      await graph.close();
      await stores.drop();
    },
  };
}

export type MetaShop = Awaited<ReturnType<typeof openMetaShop>>;
