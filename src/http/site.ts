import type { Request, Response } from "express";

/** The address under which people open this server, and what follows for cookies. */
export interface Site {
  /** The request came over TLS, as far as the browser is concerned. */
  secure(request: Request): boolean;
  /** The origin is that of our own pages. */
  ownOrigin(origin: string, host: string | undefined): boolean;
}

export function createSite(publicUrl: () => string): Site {
  return {
    secure: (request) => publicUrl().startsWith("https:") || request.secure,
    ownOrigin(origin, host) {
      if (origin === new URL(publicUrl()).origin) return true;
      // The same server under another of its names, such as localhost: a browser never lies about either header.
      return URL.canParse(origin) && new URL(origin).host === host;
    },
  };
}

/** Over TLS browsers accept such a cookie only from this very host: no sister domain can plant one. */
const nameOf = (name: string, secure: boolean) => `${secure ? "__Host-" : ""}sb_${name}`;

/** Our cookies by their short name. Others are none of our business. */
export function cookiesOf(header: string | undefined, secure: boolean): Record<string, string> {
  const prefix = nameOf("", secure);
  const found: Record<string, string> = {};
  for (const part of (header ?? "").slice(0, 8_000).split(";")) {
    const at = part.indexOf("=");
    const name = part.slice(0, at).trim();
    if (at > 0 && name.startsWith(prefix)) found[name.slice(prefix.length)] ??= part.slice(at + 1).trim();
  }
  return found;
}

/** Sets a cookie, or takes it away. No script sees it, no other site's form sends it. */
export function setCookie(
  response: Response,
  secure: boolean,
  name: string,
  value: string | null,
  seconds?: number,
): void {
  const options = { httpOnly: true, sameSite: "lax", secure, path: "/", encode: (text: string) => text } as const;
  if (value === null) response.cookie(nameOf(name, secure), "", { ...options, maxAge: 0 });
  else
    response.cookie(nameOf(name, secure), value, {
      ...options,
      ...(seconds === undefined ? {} : { maxAge: seconds * 1_000 }),
    });
}
