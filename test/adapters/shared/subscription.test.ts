import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { startGraphSimulator, type Account, type GraphSimulator } from "../../../simulator/graph/index.js";
import type { ChannelAdapter } from "../../../src/adapters/contract.js";
import { messenger } from "../../../src/adapters/messenger/index.js";
import { whatsapp } from "../../../src/adapters/whatsapp/index.js";
import { captureLog } from "../captureLog.js";

const ours = "https://ours.example/webhooks/one";
const old = "https://old.example/hooks/secret-path";
const secrets = { appSecret: "0123456789abcdef0123456789abcdef" };
let graph: GraphSimulator;

beforeEach(async () => {
  graph = await startGraphSimulator({ port: 0 });
});
afterEach(() => graph.close());

async function probe<S>(adapter: ChannelAdapter<S>, settings: Record<string, string>, url = ours) {
  const own = adapter.manifest.settings.parse(settings);
  const channel = adapter.connect(own, { log: captureLog().log, apiRoot: `${graph.apiRoot}/v25.0` });
  try {
    return await channel.probe!({ url });
  } finally {
    await channel.close();
  }
}

describe("the address that Meta calls for a number", () => {
  let account: Account;
  const settings = () => ({
    ...secrets,
    ...{ accessToken: account.token, phoneNumberId: account.id, businessAccountId: account.business },
  });
  beforeEach(() => {
    account = graph.addNumber({ ...secrets, webhook: ours });
  });

  it("is ours", async () => {
    expect(await probe(whatsapp, settings())).toMatchObject({ state: "ok" });
  });

  it("is another one, which is named without its path", async () => {
    account.webhook = old;
    const state = await probe(whatsapp, settings());
    expect(state).toMatchObject({ state: "degraded", webhookLost: true });
    expect(state.cause).toBe("Meta sends this number's messages to https://old.example/…, not to this address.");
  });

  it("is none", async () => {
    account.webhook = undefined;
    expect((await probe(whatsapp, settings())).cause).toBe("Meta sends this number's messages to no address.");
  });

  it("is left alone where it cannot be read", async () => {
    account.webhook = old;
    const { businessAccountId: _unknown, ...without } = settings();
    expect(await probe(whatsapp, without)).toMatchObject({ state: "ok" });
    graph.fault({ path: "/subscribed_apps", status: 403, code: 200, message: "Permissions error" });
    expect(await probe(whatsapp, settings())).toMatchObject({ state: "ok" });
  });
});

describe("the address that Meta calls for a page", () => {
  let account: Account;
  const settings = () => ({ ...secrets, pageAccessToken: account.token, pageId: account.id });
  beforeEach(() => {
    account = graph.addPage({ ...secrets, webhook: old });
  });

  it("is another one; only an application that was named is told ours again", async () => {
    const byHand = await probe(messenger, settings());
    expect(byHand.cause).toBe("Meta sends this page's messages to https://old.example/…, not to this address.");
    expect(byHand.webhookLost).toBeUndefined();
    expect(await probe(messenger, { ...settings(), appId: "900000000000001" })).toMatchObject({ webhookLost: true });
  });

  it("is ours", async () => {
    expect(await probe(messenger, settings(), old)).toMatchObject({ state: "ok" });
  });

  it("is left alone where the secret is that of another application", async () => {
    const state = await probe(messenger, { ...settings(), appSecret: "f".repeat(32) }).catch((error: unknown) => error);
    expect(state).not.toMatchObject({ webhookLost: true });
  });
});
