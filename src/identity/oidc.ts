import { createHmac, timingSafeEqual } from "node:crypto";
import * as oidc from "openid-client";
import { z } from "zod";
import type { Clock, Log } from "../core/ports.js";

/** An OIDC provider as the settings describe it. */
export interface OidcProvider {
  id: string;
  label: string;
  issuer: string;
  client_id: string;
  client_secret: string;
  /** Makes an account for whoever has none and was not invited. */
  allow_sign_up?: boolean | undefined;
}

/** Who a provider says somebody is. */
export interface ExternalPerson {
  provider: string;
  issuer: string;
  subject: string;
  email: string | null;
  emailVerified: boolean;
  name: string | null;
  mayJoin: boolean;
}

/** Why a sign-in at a provider came to nothing; the dashboard has a sentence for each. */
export type OidcTrouble =
  | "oidc_unknown"
  | "oidc_unavailable"
  | "oidc_state"
  | "oidc_denied"
  | "oidc_failed"
  | "oidc_no_email"
  | "oidc_email_unverified"
  | "oidc_no_account";

export class OidcError extends Error {
  constructor(readonly trouble: OidcTrouble) {
    super(trouble);
    this.name = "OidcError";
  }
}

export interface Oidc {
  providers: readonly { id: string; label: string }[];
  /**
   * Where to send the browser, and what its cookie must keep meanwhile; `next` is the page it wanted to open. Throws OidcError.
   */
  begin(provider: string, next: string | undefined): Promise<{ url: string; cookie: string }>;
  /** The page that the browser wanted to open before; "/" when it named none, or one that is not ours. */
  nextOf(cookie: string | undefined): string;
  /** What came back: checked against the cookie (state, nonce, PKCE) and the provider's keys. Throws OidcError. */
  finish(provider: string, cookie: string | undefined, query: string): Promise<ExternalPerson>;
}

/** A sign-in elsewhere takes no longer. */
export const oidcSeconds = 600;
const discoveredMs = 3_600_000;

const kept = z.object({
  p: z.string(),
  s: z.string(),
  n: z.string(),
  v: z.string(),
  e: z.number(),
  x: z.string(),
});

const nextMost = 1_000;

/** A page of ours as an address without origin; "/" for whatever leads elsewhere. */
function ownPage(next: string | undefined): string {
  if (next === undefined || next.length > nextMost || !next.startsWith("/")) return "/";
  const ours = "http://ours.invalid";
  if (!URL.canParse(next, ours)) return "/";
  const target = new URL(next, ours);
  return target.origin === ours ? target.pathname + target.search : "/";
}

const loopback = (url: URL) => ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);

/** Authorization code flow with PKCE, state and nonce. `secret` signs what the browser keeps meanwhile. */
export function createOidc(options: {
  providers: readonly OidcProvider[];
  redirectUri: (provider: string) => string;
  secret: string;
  clock: Clock;
  log: Log;
}): Oidc {
  const { providers, redirectUri, clock, log } = options;
  const key = createHmac("sha256", options.secret).update("oidc").digest();
  const discovered = new Map<string, { configuration: oidc.Configuration; until: number }>();

  const sign = (text: string) => createHmac("sha256", key).update(text).digest("base64url");
  function seal(value: z.infer<typeof kept>): string {
    const text = Buffer.from(JSON.stringify(value)).toString("base64url");
    return `${text}.${sign(text)}`;
  }
  function unseal(cookie: string | undefined): z.infer<typeof kept> | undefined {
    const [text = "", signature = ""] = (cookie ?? "").split(".");
    const right = Buffer.from(sign(text));
    const said = Buffer.from(signature);
    if (right.length !== said.length || !timingSafeEqual(right, said)) return undefined;
    const value = kept.safeParse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
    return value.success && value.data.e > clock.now().getTime() ? value.data : undefined;
  }

  function known(id: string): OidcProvider {
    const provider = providers.find((one) => one.id === id);
    if (!provider) throw new OidcError("oidc_unknown");
    return provider;
  }

  async function configurationOf(provider: OidcProvider): Promise<oidc.Configuration> {
    const there = discovered.get(provider.id);
    if (there && there.until > clock.now().getTime()) return there.configuration;
    const issuer = new URL(provider.issuer);
    try {
      const configuration = await oidc.discovery(issuer, provider.client_id, provider.client_secret, undefined, {
        timeout: 10,
        execute: [
          // Without it the library takes TLS for enough and leaves the token's signature unread.
          oidc.enableNonRepudiationChecks,
          // A provider on this machine, such as a stand-in, may do without TLS; the settings refuse any other.
          // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so only to make it stand out
          ...(issuer.protocol === "http:" && loopback(issuer) ? [oidc.allowInsecureRequests] : []),
        ],
      });
      discovered.set(provider.id, { configuration, until: clock.now().getTime() + discoveredMs });
      return configuration;
    } catch (error) {
      log.warn("oidc_not_discovered", { provider: provider.id, error: error as Error });
      throw new OidcError("oidc_unavailable");
    }
  }

  return {
    providers: providers.map(({ id, label }) => ({ id, label })),

    async begin(id, next) {
      const provider = known(id);
      const configuration = await configurationOf(provider);
      const verifier = oidc.randomPKCECodeVerifier();
      const state = oidc.randomState();
      const nonce = oidc.randomNonce();
      const url = oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri(id),
        scope: "openid email profile",
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        state,
        nonce,
      });
      const until = clock.now().getTime() + oidcSeconds * 1_000;
      const cookie = seal({ p: id, s: state, n: nonce, v: verifier, e: until, x: ownPage(next) });
      return { url: url.href, cookie };
    },

    nextOf: (cookie) => unseal(cookie)?.x ?? "/",

    async finish(id, cookie, query) {
      const provider = known(id);
      const memory = unseal(cookie);
      if (!memory || memory.p !== id) throw new OidcError("oidc_state");
      const configuration = await configurationOf(provider);
      try {
        const answer = await oidc.authorizationCodeGrant(configuration, new URL(`${redirectUri(id)}?${query}`), {
          pkceCodeVerifier: memory.v,
          expectedState: memory.s,
          expectedNonce: memory.n,
          idTokenExpected: true,
        });
        const claims = answer.claims()!;
        const { email, email_verified: emailVerified, name } = claims;
        return {
          provider: id,
          issuer: claims.iss,
          subject: claims.sub,
          email: typeof email === "string" && email.length <= 254 ? email : null,
          emailVerified: emailVerified === true,
          name: typeof name === "string" && name.trim() !== "" ? name.trim().slice(0, 100) : null,
          mayJoin: provider.allow_sign_up === true,
        };
      } catch (error) {
        if (error instanceof oidc.AuthorizationResponseError) throw new OidcError("oidc_denied");
        log.warn("oidc_not_finished", { provider: id, error: error as Error });
        throw new OidcError("oidc_failed");
      }
    },
  };
}
