import { createECDH, createPublicKey, randomBytes, verify, type ECDH } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";

interface Ece {
  decrypt(body: Buffer, options: { version: "aes128gcm"; privateKey: ECDH; authSecret: string }): Buffer;
}
const ece = createRequire(createRequire(import.meta.url).resolve("web-push"))("http_ece") as Ece;

/** A request as a push service gets it. */
export interface Pushed {
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** What a browser is told, opened with its keys. */
export interface Opened {
  title: string;
  body: string;
  tag: string;
  url: string;
  always?: boolean;
}

/** A stand-in of a push service. `answer`: the status of each request. */
export async function startPushService() {
  const taken: Pushed[] = [];
  const service = { answer: (_path: string): number | Promise<number> => 201 };
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      const path = request.url ?? "";
      taken.push({ path, headers: request.headers, body: Buffer.concat(pieces) });
      void Promise.resolve(service.answer(path)).then((status) => response.writeHead(status).end());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return Object.assign(service, {
    origin,
    taken,
    /** A browser as it subscribes there: what it gives, and how it opens what it gets. */
    browser(name: string) {
      const keys = createECDH("prime256v1");
      const p256dh = keys.generateKeys("base64url");
      const auth = randomBytes(16).toString("base64url");
      return {
        subscription: { endpoint: `${origin}/${name}`, keys: { p256dh, auth } },
        got: (): Opened[] =>
          taken
            .filter(({ path }) => path === `/${name}`)
            .map(
              ({ body }) =>
                JSON.parse(
                  ece.decrypt(body, { version: "aes128gcm", privateKey: keys, authSecret: auth }).toString("utf8"),
                ) as Opened,
            ),
      };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

export type PushService = Awaited<ReturnType<typeof startPushService>>;

/** What the sender says of itself (VAPID), when its signature holds. */
export function vapidOf({ headers }: Pushed): { key: string; claims: { aud: string; exp: number; sub: string } } {
  const [, token = "", key = ""] = /^vapid t=([^,]+), ?k=(.+)$/.exec(headers.authorization ?? "") ?? [];
  const raw = Buffer.from(key, "base64url");
  const publicKey = createPublicKey({
    format: "jwk",
    key: {
      kty: "EC",
      crv: "P-256",
      x: raw.subarray(1, 33).toString("base64url"),
      y: raw.subarray(33).toString("base64url"),
    },
  });
  const [head = "", claims = "", signature = ""] = token.split(".");
  const holds = verify(
    "sha256",
    Buffer.from(`${head}.${claims}`),
    { key: publicKey, dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
  if (!holds) throw new Error("the signature of the token does not hold");
  return { key, claims: JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) as never };
}
