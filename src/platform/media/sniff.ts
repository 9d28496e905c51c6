import { fileTypeFromBuffer } from "file-type";

/** What bytes turn out to be. */
export interface Sniffed {
  mime: string;
  /** Ending without the dot. */
  ext: string;
  family: "image" | "audio" | "video" | "document";
  /** A browser may show it in place; everything else is downloaded. */
  inline: boolean;
}

/** Kinds a browser shows without running anything. PDF is not among them: it can carry scripts. */
const inlineKinds = new Set([
  "image/jpeg",
  "image/png",
  "image/gif",
  "image/webp",
  "image/avif",
  "audio/mpeg",
  "audio/ogg",
  "audio/opus",
  "audio/mp4",
  "audio/x-m4a",
  "audio/aac",
  "audio/wav",
  "audio/webm",
  "audio/flac",
  "video/mp4",
  "video/webm",
  "video/quicktime",
  "video/ogg",
]);

/** Endings of texts that are shown as text wherever they come from. */
const textEndings = new Set(["txt", "csv", "log", "md", "json", "ics", "vcf", "srt"]);

/** Anything that a browser could take for a page or a script, as it may begin. */
const markup = /^[\s\uFEFF]*<(?:[a-z!?/]|\s*script)/i;

/**
 * What a file is, by its first bytes (4 KB are enough): neither its name nor what its sender declares decides. Pages,
 * scripts and vector pictures are never shown in place, and are named as bytes.
 */
export async function sniff(
  head: Buffer,
  declared: { mime?: string | undefined; name?: string | undefined } = {},
): Promise<Sniffed> {
  const found = await fileTypeFromBuffer(head).catch(() => undefined);
  if (found && !/xml|html|javascript|svg/.test(found.mime)) {
    // A voice of Telegram and WhatsApp is Opus in Ogg; players know it by the container.
    const mime = found.mime === "audio/ogg; codecs=opus" || found.mime === "audio/opus" ? "audio/ogg" : found.mime;
    return { mime, ext: found.ext, family: familyOf(mime), inline: inlineKinds.has(mime) };
  }
  const bytes = { mime: "application/octet-stream", ext: "bin", family: "document", inline: false } as const;
  if (found || !isText(head)) return bytes;
  const text = head.toString("utf8");
  if (markup.test(text)) return bytes;
  const ending = /\.([a-z0-9]{1,8})$/i.exec(declared.name ?? "")?.[1]?.toLowerCase() ?? "";
  return { mime: "text/plain", ext: textEndings.has(ending) ? ending : "txt", family: "document", inline: false };
}

function familyOf(mime: string): Sniffed["family"] {
  const [kind] = mime.split("/");
  return kind === "image" || kind === "audio" || kind === "video" ? kind : "document";
}

/** Valid UTF-8 without control characters; the last character may be cut. */
function isText(head: Buffer): boolean {
  const text = new TextDecoder("utf-8").decode(head, { stream: true });
  return head.length > 0 && !/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\uFFFD]/.test(text);
}

/** In UTF-16 units, so that what one sign can carry (a hundred accents) is bounded as well. */
const nameMost = 120;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * A name a file can safely be saved under: no folders, no control or direction characters, at most 120 characters, and with
 * the ending of what the file is. Without one: "file".
 */
export function safeName(name: string | undefined, ext: string): string {
  const last = (name ?? "").slice(-4096).normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  const plain = last
    // The two joiners stay: Persian and Hindi words and many emoji are made with them.
    .replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, "")
    .replace(/["*:<>?|]/g, "_")
    .replace(/^[.\s]+|[.\s]+$/g, "");
  const ending = /\.([a-z0-9]+)$/i.exec(plain)?.[1]?.toLowerCase();
  const right = ending === ext || (ending === "jpeg" && ext === "jpg");
  const stem = right ? plain.slice(0, -(ending.length + 1)) : plain;
  let short = "";
  for (const { segment } of graphemes.segment(stem)) {
    if (short.length + segment.length > nameMost - ext.length - 1) break;
    short += segment;
  }
  // Joiners alone show nothing.
  return `${/[^\s\u200c\u200d]/.test(short) ? short : "file"}.${ext}`;
}
