import { createHash, createSign, generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Who the stand-in says is at the browser. */
export interface OidcPerson {
  sub: string;
  email?: string;
  email_verified?: boolean;
  name?: string;
}

/** What it does wrong, once asked to. */
export type OidcFault = "none" | "denies" | "wrong_nonce" | "wrong_signature" | "wrong_audience" | "expired";

/** An OpenID Connect provider on this machine: real HTTP, RS256, published keys. It asks nobody anything. */
export interface OidcStandIn {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Who signs in next. */
  person: OidcPerson;
  fault: OidcFault;
  close(): Promise<void>;
}

interface Granted {
  nonce: string | null;
  challenge: string | null;
  redirectUri: string;
  person: OidcPerson;
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

export async function startOidcStandIn(): Promise<OidcStandIn> {
  const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const others = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const granted = new Map<string, Granted>();
  const standIn: OidcStandIn = {
    issuer: "",
    clientId: "switchboard",
    clientSecret: randomBytes(16).toString("hex"),
    person: { sub: "1" },
    fault: "none",
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };

  function idToken({ nonce, person }: Granted): string {
    const now = Math.floor(Date.now() / 1_000);
    const claims = {
      iss: standIn.issuer,
      aud: standIn.fault === "wrong_audience" ? "somebody-else" : standIn.clientId,
      iat: standIn.fault === "expired" ? now - 7_200 : now,
      exp: standIn.fault === "expired" ? now - 3_600 : now + 300,
      ...(nonce === null ? {} : { nonce: standIn.fault === "wrong_nonce" ? "another" : nonce }),
      ...person,
    };
    const head = `${part({ alg: "RS256", typ: "JWT", kid: "one" })}.${part(claims)}`;
    const key = standIn.fault === "wrong_signature" ? others.privateKey : keys.privateKey;
    return `${head}.${createSign("RSA-SHA256").update(head).sign(key).toString("base64url")}`;
  }

  function authorize(query: URLSearchParams, response: ServerResponse): void {
    const redirectUri = query.get("redirect_uri") ?? "";
    if (query.get("client_id") !== standIn.clientId || query.get("response_type") !== "code") {
      response.writeHead(400).end();
      return;
    }
    const back = new URL(redirectUri);
    back.searchParams.set("state", query.get("state") ?? "");
    if (standIn.fault === "denies") back.searchParams.set("error", "access_denied");
    else {
      const code = randomBytes(16).toString("hex");
      granted.set(code, {
        nonce: query.get("nonce"),
        challenge: query.get("code_challenge"),
        redirectUri,
        person: { ...standIn.person },
      });
      back.searchParams.set("code", code);
    }
    response.writeHead(302, { location: back.href }).end();
  }

  function token(body: URLSearchParams, authorization: string | undefined, response: ServerResponse): void {
    const basic = Buffer.from((authorization ?? "").replace(/^Basic /, ""), "base64").toString();
    const known =
      basic === `${standIn.clientId}:${standIn.clientSecret}` || body.get("client_secret") === standIn.clientSecret;
    const code = body.get("code") ?? "";
    const grant = granted.get(code);
    // A code is good once.
    granted.delete(code);
    const challenge = createHash("sha256")
      .update(body.get("code_verifier") ?? "")
      .digest("base64url");
    if (!known || grant?.challenge !== challenge || grant.redirectUri !== body.get("redirect_uri")) {
      json(response, 400, { error: known ? "invalid_grant" : "invalid_client" });
      return;
    }
    json(response, 200, {
      access_token: randomBytes(8).toString("hex"),
      token_type: "Bearer",
      id_token: idToken(grant),
    });
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", standIn.issuer);
    if (url.pathname === "/.well-known/openid-configuration") {
      json(response, 200, {
        issuer: standIn.issuer,
        authorization_endpoint: `${standIn.issuer}/authorize`,
        token_endpoint: `${standIn.issuer}/token`,
        jwks_uri: `${standIn.issuer}/jwks`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"],
        token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
        code_challenge_methods_supported: ["S256"],
      });
    } else if (url.pathname === "/jwks") {
      const key = { ...keys.publicKey.export({ format: "jwk" }), kid: "one", alg: "RS256", use: "sig" };
      json(response, 200, { keys: [key] });
    } else if (url.pathname === "/authorize") authorize(url.searchParams, response);
    else if (url.pathname === "/token") {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      token(new URLSearchParams(body), request.headers.authorization, response);
    } else json(response, 404, {});
  }

  const server: Server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  standIn.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return standIn;
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
