import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createLog } from "../../src/platform/log.js";
import { createOutbound, OutboundError, type LookupAll, type Outbound } from "../../src/platform/outbound/index.js";
import { selfSigned } from "../support/selfSigned.js";

const lines: string[] = [];
const log = createLog({ level: "info", destination: { write: (line: string) => void lines.push(line) } });

/** Everything a test opened, closed after it. */
let opened: (() => Promise<unknown>)[];
beforeEach(() => {
  opened = [];
  lines.length = 0;
});
afterEach(async () => {
  // Clients first: a server waits for whoever is connected.
  for (const close of opened.reverse()) await close();
});

function outbound(allow: string[] = [], lookup?: LookupAll): Outbound {
  const client = createOutbound({ allow, log, lookup });
  opened.push(() => client.close());
  return client;
}

async function listening(server: Server | TcpServer, address = "127.0.0.1", port = 0): Promise<number> {
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, address, resolve));
  opened.push(async () => {
    if ("closeAllConnections" in server) server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** A server that counts its requests. */
async function web(listener: RequestListener, address = "127.0.0.1", port = 0) {
  const seen: { method: string | undefined; headers: Record<string, unknown>; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece: Buffer) => (body += piece.toString()));
    request.on("end", () => {
      seen.push({ method: request.method, headers: request.headers, body });
      listener(request, response);
    });
  });
  return { seen, port: await listening(server, address, port) };
}

const hello: RequestListener = (_, response) => {
  response.setHeader("set-cookie", ["a=1", "b=2"]);
  response.end("hello");
};

const kindOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "let through",
    (error: unknown) => (error instanceof OutboundError ? error.kind : `not ours: ${String(error)}`),
  );

const names: LookupAll = (host) => {
  const addresses: Record<string, string[]> = {
    "public.example": ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"],
    "private.example": ["127.0.0.1"],
    "nat64.example": ["64:ff9b::7f00:1"],
    "metadata.example": ["169.254.169.254"],
    "azure.example": ["168.63.129.16"],
    "mapped.example": ["::ffff:10.0.0.1"],
    "mixed.example": ["127.0.0.1", "127.0.0.2"],
    "nothing.example": [],
  };
  const found = addresses[host];
  if (!found) return Promise.reject(Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" }));
  return Promise.resolve(found.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })));
};

describe("a request on behalf of a user", () => {
  it.each([
    ...["127.0.0.1", "localhost", "127.1", "0", "0x7f.1", "017700000001", "2130706433", "0x7f000001", "127.0.0.1."],
    ...["[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::]", "[0:0:0:0:0:0:0:1]", "localhost."],
    ...["169.254.169.254", "[fd00:ec2::254]", "100.100.100.200", "192.0.0.192", "168.63.129.16"],
    ...["10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "100.64.0.1", "100.127.255.255"],
    ...["198.18.0.1", "198.19.255.255", "192.0.0.8", "192.0.2.1", "198.51.100.1", "203.0.113.1", "255.255.255.255"],
    ...["224.0.0.1", "239.255.255.255", "240.0.0.1", "0.1.2.3", "169.254.0.1", "[ff02::1]", "[fe80::1]", "[fec0::1]"],
    ...["[64:ff9b::7f00:1]", "[64:ff9b::5db8:d822]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2001:0:1::1]"],
    ...["[fc00::1]", "[fdff::1]", "[2001:db8::1]", "[3fff::1]", "[100::1]", "[4000::1]", "[::2]"],
    ...["１２７.０.０.１", "127。0。0。1", "127%2e0.0.1", "①②⑦.0.0.1"],
  ])("reaches nothing under %s", async (host) => {
    const { seen, port } = await web(hello);
    const client = outbound();
    for (const url of [`http://${host}:${port}/`, `http://${host}/`, `https://${host}/`]) {
      expect([url, await kindOf(client.request(url))]).toEqual([url, "refused_address"]);
      expect([url, await kindOf(client.check(url))]).toEqual([url, "refused_address"]);
    }
    expect(seen).toHaveLength(0);
  });

  it.each(["private", "nat64", "metadata", "azure", "mapped", "mixed"])(
    "reaches nothing under a name with such addresses: %s",
    async (name) => {
      const { seen, port } = await web(hello);
      const client = outbound([], names);
      const url = `http://${name}.example:${port}/`;
      expect(await kindOf(client.request(url))).toBe("refused_address");
      expect(await kindOf(client.check(url))).toBe("refused_address");
      expect(seen).toHaveLength(0);
    },
  );

  it("may ask what is public", async () => {
    const client = outbound([], names);
    for (const host of ["public.example", "1.1.1.1", "93.184.216.34", "[2606:4700:4700::1111]", "172.32.0.1"]) {
      await client.check(`https://${host}/path?query`);
      await client.check(`http://${host}:8080/`);
    }
  });

  it("is checked again when it connects: a name that changed its address since gains nothing", async () => {
    const { seen, port } = await web(hello);
    let asked = 0;
    const client = outbound([], () =>
      Promise.resolve([{ address: asked++ === 0 ? "93.184.216.34" : "127.0.0.1", family: 4 }]),
    );
    await client.check(`http://rebinding.example:${port}/`);
    expect(await kindOf(client.request(`http://rebinding.example:${port}/`))).toBe("refused_address");
    expect([asked, seen.length]).toEqual([2, 0]);
  });

  it("tries only those addresses of a name that may be reached", async () => {
    const forbidden = await web((_, response) => response.end("forbidden"), "127.0.0.1");
    const permitted = await web((_, response) => response.end("permitted"), "127.0.0.2", forbidden.port);
    const client = outbound(["127.0.0.2"], names);
    const answer = await client.request(`http://mixed.example:${forbidden.port}/`);
    expect(answer.body.toString()).toBe("permitted");
    expect([forbidden.seen.length, permitted.seen.length]).toEqual([0, 1]);
  });

  it.each([
    ...["file:///etc/passwd", "ftp://public.example/", "gopher://public.example/", "unix:/run/x.sock", "data:,x"],
    ...["javascript:alert(1)", "http+unix://%2Frun%2Fx.sock/", "http://user:pass@public.example/", "//public.example/"],
    ...[
      "http://good@127.0.0.1/",
      "http://@public.example/",
      "http://public.example\\@127.0.0.1/",
      "http:public.example",
    ],
    ...["http:\\\\public.example", "http:///public.example", "http://public.example/a b", "http://pub\tlic.example/"],
    ...["http://public.example/\r\nHost: x", " http://public.example/", "http://public.example/\u0000", "", "nonsense"],
    ...[
      "http://public.example:99999/",
      "http://[fe80::1%25eth0]/",
      "http://[fe80::1%eth0]/",
      "http://a..b:x/",
      "http://",
    ],
    `http://public.example/${"a".repeat(10_000)}`,
  ])("is not sent to %j", async (url) => {
    const client = outbound([], names);
    expect(await kindOf(client.request(url))).toBe("invalid_url");
    expect(await kindOf(client.check(url))).toBe("invalid_url");
  });

  it("does not go to ports of other services", async () => {
    const client = outbound([], names);
    for (const port of [22, 25, 2375, 3306, 5432, 6379, 9200, 11211, 26379, 27017]) {
      for (const host of ["public.example", "1.1.1.1"]) {
        expect([port, await kindOf(client.check(`http://${host}:${port}/`))]).toEqual([port, "refused_address"]);
        expect([port, await kindOf(client.request(`http://${host}:${port}/`))]).toEqual([port, "refused_address"]);
      }
    }
  });

  it.each([
    { host: "public.example\r\n" },
    { Host: "internal" },
    { "Proxy-Authorization": "x" },
    { "proxy-connection": "x" },
    { "Transfer-Encoding": "chunked" },
    { "Content-Length": "5" },
    { "X-Forwarded-For": "1.2.3.4" },
    { "x-custom": "a\r\nx-injected: b" },
    { "x-custom": "a\nb" },
    { "x custom": "a" },
    { "x:y": "a" },
    { "": "a" },
  ])("carries no header that is not the caller's to set: %j", async (headers) => {
    const { seen, port } = await web(hello);
    const client = outbound(["127.0.0.1"]);
    expect(await kindOf(client.request(`http://127.0.0.1:${port}/`, { headers: headers }))).toBe("invalid_url");
    expect(seen).toHaveLength(0);
  });

  it("tells nobody which of the refused addresses exist, and its reader's log how to allow them", async () => {
    const { port } = await web(hello);
    const client = outbound([], names);
    const sentences = await Promise.all(
      [`http://127.0.0.1:${port}/`, "http://10.0.0.1/", "http://private.example/", "http://1.1.1.1:6379/"].map((url) =>
        client.request(url).then(String, (error: unknown) => (error as Error).message),
      ),
    );
    expect(new Set(sentences).size).toBe(1);
    expect(sentences[0]).not.toMatch(/\d/);
    expect(lines.map((line) => (JSON.parse(line) as { host: string }).host)).toContain("private.example");
  });
});

describe("an allowed private target", () => {
  it.each([
    ["an address", (_: number) => "127.0.0.1", "127.0.0.1"],
    ["an address and port", (port: number) => `127.0.0.1:${port}`, "127.0.0.1"],
    ["a range", (_: number) => "127.0.0.0/8", "127.0.0.1"],
    ["a range and port", (port: number) => `127.0.0.0/8:${port}`, "127.0.0.1"],
    ["a name", (_: number) => "Private.Example", "private.example"],
    ["a name and port", (port: number) => `private.example:${port}`, "PRIVATE.example."],
    ["the address of a name", (_: number) => "127.0.0.1", "private.example"],
  ])("is reached by %s", async (_, entry, host) => {
    const { seen, port } = await web(hello);
    const lookup: LookupAll = (name) => names(name.replace(/\.$/, ""));
    const client = outbound([entry(port)], lookup);
    await client.check(`http://${host}:${port}/`);
    const answer = await client.request(`http://${host}:${port}/`);
    expect([answer.status, answer.body.toString(), seen.length]).toEqual([200, "hello", 1]);
  });

  it.each(["127.0.0.2", "127.0.0.1:1", "10.0.0.0/8", "other.example", "private.example:1", "::1", "[fd00::/8]:443"])(
    "is not reached by another entry: %s",
    async (entry) => {
      const { seen, port } = await web(hello);
      const client = outbound([entry], names);
      for (const host of ["127.0.0.1", "private.example"]) {
        expect(await kindOf(client.request(`http://${host}:${port}/`))).toBe("refused_address");
      }
      expect(seen).toHaveLength(0);
    },
  );

  it("needs its port named when that is one of another service", async () => {
    expect(await kindOf(outbound(["10.0.0.1"]).check("http://10.0.0.1:9200/"))).toBe("refused_address");
    expect(await kindOf(outbound(["10.0.0.1:9200"]).check("http://10.0.0.1:9200/"))).toBe("let through");
    expect(await kindOf(outbound(["[fd00::1]:9200"]).check("http://[fd00::1]:9200/"))).toBe("let through");
    expect(await kindOf(outbound(["fd00::/8"]).check("http://[fd00::1]/"))).toBe("let through");
  });

  it.each(["", "http://x", "10.0.0.0/99", "a b", "host:port", "host:99999", "[::1", "x/8"])(
    "is written so that one can tell: not %j",
    (entry) => {
      expect(() => createOutbound({ allow: [entry], log })).toThrow(TypeError);
    },
  );
});

describe("an answer", () => {
  it("comes back with status, headers and body; the request went out as asked", async () => {
    const { seen, port } = await web(hello);
    const client = outbound(["127.0.0.1"]);
    const answer = await client.request(`http://127.0.0.1:${port}/`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: "Bearer x" },
      body: '{"a":1}',
    });
    expect(answer).toMatchObject({ status: 200, truncated: false, headers: { "set-cookie": "a=1, b=2" } });
    expect(answer.ms).toBeGreaterThanOrEqual(0);
    expect(seen[0]).toMatchObject({
      method: "POST",
      body: '{"a":1}',
      headers: { "content-type": "application/json", authorization: "Bearer x", "accept-encoding": "identity" },
    });
  });

  it("that leads elsewhere is not followed", async () => {
    const target = await web(hello);
    const { port } = await web((_, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${target.port}/secret` }).end(),
    );
    const answer = await outbound([`127.0.0.1:${port}`]).request(`http://127.0.0.1:${port}/`);
    expect(answer.status).toBe(302);
    expect(answer.headers.location).toContain("/secret");
    expect(target.seen).toHaveLength(0);
  });

  it("without end is cut", async () => {
    let closed = 0;
    const { port } = await web((_, response) => {
      const more = () => {
        while (response.write(Buffer.alloc(10_000, "x")));
      };
      response.on("drain", more).on("close", () => closed++);
      more();
    });
    const client = outbound(["127.0.0.1"]);
    const answer = await client.request(`http://127.0.0.1:${port}/`, { maxBytes: 25_000 });
    expect([answer.body.length, answer.truncated]).toEqual([25_000, true]);
    while (closed === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it("of exactly the limit is whole", async () => {
    const { port } = await web((_, response) => response.end(Buffer.alloc(500)));
    const client = outbound(["127.0.0.1"]);
    const url = `http://127.0.0.1:${port}/`;
    expect(await client.request(url, { maxBytes: 500 })).toMatchObject({ truncated: false });
    expect(await client.request(url, { maxBytes: 499 })).toMatchObject({ truncated: true });
  });

  it("that is compressed is not unpacked", async () => {
    const packed = Buffer.from("1f8b0800000000000003", "hex");
    const { port } = await web((_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(packed));
    const answer = await outbound(["127.0.0.1"]).request(`http://127.0.0.1:${port}/`);
    expect(answer.body.equals(packed)).toBe(true);
  });

  it.each<[string, RequestListener]>([
    ["never begins", () => undefined],
    ["never ends", (_, response) => void response.writeHead(200).write("a")],
    [
      "trickles",
      (_, response) => {
        const timer = setInterval(() => response.write("a"), 20);
        response.on("close", () => clearInterval(timer));
      },
    ],
  ])("that %s runs into the limit of time", async (_, listener) => {
    const { port } = await web(listener);
    const client = outbound(["127.0.0.1"]);
    expect(await kindOf(client.request(`http://127.0.0.1:${port}/`, { timeoutMs: 300 }))).toBe("timeout");
  });

  it("that falls silent is given up before the whole time is over", async () => {
    const { port } = await web((_, response) => void response.writeHead(200).write("a"));
    const client = outbound(["127.0.0.1"]);
    const asking = client.request(`http://127.0.0.1:${port}/`, { timeoutMs: 25_000, idleMs: 100 });
    expect(await kindOf(asking)).toBe("timeout");
  });

  it("whose headers trickle runs into the limit of time", async () => {
    const port = await listening(
      createTcpServer((socket) => {
        socket.write("HTTP/1.1 200 OK\r\n");
        const timer = setInterval(() => socket.write("x: y\r\n"), 20);
        socket.on("error", () => undefined).on("close", () => clearInterval(timer));
      }),
    );
    const client = outbound(["127.0.0.1"]);
    expect(await kindOf(client.request(`http://127.0.0.1:${port}/`, { timeoutMs: 300 }))).toBe("timeout");
  });

  it("from a name that takes for ever to resolve runs into the limit of time", async () => {
    const client = outbound([], () => new Promise(() => undefined));
    expect(await kindOf(client.request("http://slow.example/", { timeoutMs: 100 }))).toBe("timeout");
  });

  it("from a certificate nobody vouches for is not taken", async () => {
    let asked = 0;
    const server = createTlsServer(selfSigned, (_, response) => {
      asked++;
      response.end("secret");
    });
    const port = await listening(server);
    const client = outbound(["127.0.0.1"], names);
    expect(await kindOf(client.request(`https://127.0.0.1:${port}/`))).toBe("tls");
    expect(await kindOf(client.request(`https://private.example:${port}/`))).toBe("tls");
    expect(asked).toBe(0);
  });

  it("that is none says so without what came", async () => {
    const garbage = await listening(
      createTcpServer(
        (socket) =>
          void socket
            .on("error", () => undefined)
            .resume()
            .end("-ERR secret internals\r\n"),
      ),
    );
    const hangUp = await listening(createTcpServer((socket) => void socket.destroy()));
    const plain = await web(hello);
    const client = outbound(["127.0.0.1"], names);
    for (const [url, kind] of [
      [`http://127.0.0.1:${garbage}/`, "unreachable"],
      [`http://127.0.0.1:${hangUp}/`, "unreachable"],
      [`https://127.0.0.1:${plain.port}/`, "tls"],
      ["http://unknown.example/", "unreachable"],
      ["http://nothing.example/", "unreachable"],
    ] as const) {
      const error = await client.request(url).catch((reason: unknown) => reason as OutboundError);
      expect([url, (error as OutboundError).kind]).toEqual([url, kind]);
      expect((error as OutboundError).message).not.toMatch(/secret|127|ENOTFOUND|example/);
    }
  });
});
