import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { createClient } from "../../../src/adapters/telegram/client.js";
import type { ProviderError } from "../../../src/core/errors.js";
import { token } from "./standIn.js";

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

/** A server that answers as it is told, which Telegram's stand-in never would. */
async function root(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const failed = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error as ProviderError,
  );
const secret = token.split(":")[1];
const allOf = (error: object) => JSON.stringify(error, Object.getOwnPropertyNames(error));

describe("telegram: the client", () => {
  it.each([
    ["a page instead of JSON", 200, "<html>welcome to the hotel network</html>"],
    ["half of an answer", 200, '{"ok":true,"res'],
    ["nothing", 200, ""],
    ["a page of a proxy", 403, "<html>forbidden</html>"],
    ["a page of a gateway", 502, "<html>bad gateway</html>"],
  ])("takes %s for no answer, and never shows the token", async (_name, status, body) => {
    const apiRoot = await root((_request, response) => response.writeHead(status).end(body));
    const error = await failed(createClient(token, apiRoot).call("sendMessage", { text: "x" }));
    expect(error?.failure).toEqual({ kind: "unreachable", mayHaveBeenSent: true });
    expect(allOf(error!)).not.toContain(secret);
  });

  it("keeps the token out of what Telegram says", async () => {
    const apiRoot = await root((request, response) => {
      const body = { ok: false, error_code: 400, description: `Bad Request: no ${request.url}` };
      response.writeHead(400).end(JSON.stringify(body));
    });
    const error = await failed(createClient(token, apiRoot).call("getMe"));
    expect(error?.message).toContain("/bot[token]/getMe");
    expect(allOf(error!)).not.toContain(secret);
  });

  it("gives up on a server that does not answer", async () => {
    const apiRoot = await root(() => undefined);
    const error = await failed(createClient(token, apiRoot).call("sendMessage", {}, { timeoutMs: 30 }));
    expect(error?.failure).toEqual({ kind: "unreachable", mayHaveBeenSent: true });
    expect(error?.message).toBe("Telegram could not be reached: no answer in time");
  });

  it("finds the API below a path, with or without a slash at the end", async () => {
    const paths: (string | undefined)[] = [];
    const apiRoot = await root((request, response) => {
      paths.push(request.url);
      response.end('{"ok":true,"result":1}');
    });
    await createClient(token, `${apiRoot}/telegram`).call("getMe");
    await createClient(token, `${apiRoot}/telegram/`).call("getMe");
    expect(paths).toEqual([`/telegram/bot${token}/getMe`, `/telegram/bot${token}/getMe`]);
    expect(createClient(token, `${apiRoot}/telegram`).fileUrl("a b/c#.jpg").pathname).toBe(
      `/telegram/file/bot${token}/a%20b/c%23.jpg`,
    );
  });
});
