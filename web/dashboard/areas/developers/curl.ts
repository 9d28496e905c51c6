const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The request as a command for a shell. */
export function curlOf(url: string, request: { headers: Readonly<Record<string, string>>; body: string }): string {
  const headers = Object.entries(request.headers).filter(([name]) => !/^(content-length|host)$/i.test(name));
  return [
    `curl -X POST ${quoted(url)}`,
    ...headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    `--data-raw ${quoted(request.body)}`,
  ].join(" \\\n  ");
}

/** JSON with indents; anything else as it is. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
