/**
 * Headers under which a stranger's file can be handed out: its type is not guessed, it runs nothing and loads nothing, it is
 * saved unless a browser may show it in place. The name follows RFC 6266 and RFC 8187.
 */
export function downloadHeaders(file: {
  mime: string;
  inline: boolean;
  name: string;
  bytes?: number | undefined;
}): Record<string, string> {
  // Half a surrogate pair has no UTF-8 form.
  const name = file.name.replace(/\p{Cs}/gu, "_");
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  const utf8 = encodeURIComponent(name).replace(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return {
    "Content-Type": file.mime === "text/plain" ? "text/plain; charset=utf-8" : file.mime,
    "Content-Disposition": `${file.inline ? "inline" : "attachment"}; filename="${ascii}"; filename*=UTF-8''${utf8}`,
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-site",
    "Cache-Control": "private, max-age=300",
    ...(file.bytes === undefined ? {} : { "Content-Length": String(file.bytes) }),
  };
}
