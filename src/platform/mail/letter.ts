const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text as it stands in HTML. */
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => entities[letter]!);

/** Names come from people: no line of theirs may begin a header or look like a line of ours. */
export const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();

/** A mail's page in its language; `body` is HTML. Mail programs know few styles, and only those on the elements. */
export function letter({ language, subject, body }: { language: string; subject: string; body: string }): string {
  return `<!doctype html>
<html lang="${language}" dir="${language === "ar" ? "rtl" : "ltr"}">
<head><meta charset="utf-8"><title>${escaped(subject)}</title></head>
<body style="margin:0;padding:24px;background:#ffffff;color:#16191d;font:16px/24px system-ui,sans-serif">
${body}
</body>
</html>
`;
}

/** A link that looks like a button. */
export const buttonLink = (link: string, text: string): string =>
  `<a href="${escaped(link)}" style="display:inline-block;padding:10px 16px;border-radius:6px;background:#0b7268;color:#ffffff;text-decoration:none">${escaped(text)}</a>`;

/** A line in small print. */
export const smallPrint = (html: string): string =>
  `<p style="color:#4a5360;font-size:14px;line-height:20px">${html}</p>`;
