import type { IncomingMessage } from "node:http";
import type { Json, StoredMedia } from "./wire.js";

/** A file that came with a form. */
export type Upload = StoredMedia;

/** The body of a call: JSON, or a form with a file. */
export async function readBody(request: IncomingMessage): Promise<{ body: Json; upload?: Upload }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const type = request.headers["content-type"] ?? "";
  if (!type.startsWith("multipart/")) {
    return { body: bytes.length === 0 ? {} : (JSON.parse(bytes.toString("utf8")) as Json) };
  }
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- small bodies of our own tests
  const form = await new Response(bytes, { headers: { "content-type": type } }).formData();
  const body: Json = {};
  let upload: Upload | undefined;
  for (const [name, value] of form.entries()) {
    if (typeof value === "string") body[name] = value;
    else upload = { bytes: Buffer.from(await value.arrayBuffer()), mime: value.type, name: value.name };
  }
  return upload ? { body, upload } : { body };
}
