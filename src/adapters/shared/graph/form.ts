import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";

/** A form with one file, streamed. */
export interface Form {
  fields: Record<string, string>;
  file: { field: string; stream: Readable; name: string; mime: string; bytes?: number | undefined };
}

/** The form as multipart/form-data. With a known size the request says its length: Meta does not take every upload without. */
export function formOf({ fields, file }: Form): {
  headers: Record<string, string>;
  stream: Readable;
  /** True when the file could not be read to its end. */
  broken(): boolean;
} {
  const boundary = `switchboard-${randomBytes(16).toString("hex")}`;
  const head = [
    ...Object.entries(fields).map(
      ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    ),
    `--${boundary}\r\ncontent-disposition: form-data; name="${file.field}"; filename="${safe(file.name)}"\r\n` +
      `content-type: ${file.mime}\r\n\r\n`,
  ].join("");
  const tail = `\r\n--${boundary}--\r\n`;
  let broken = false;

  async function* parts(): AsyncGenerator<Buffer> {
    yield Buffer.from(head);
    try {
      for await (const chunk of file.stream) yield chunk as Buffer;
    } catch (error) {
      broken = true;
      throw error;
    }
    yield Buffer.from(tail);
  }

  const length = file.bytes === undefined ? undefined : Buffer.byteLength(head) + file.bytes + Buffer.byteLength(tail);
  return {
    headers: {
      "content-type": `multipart/form-data; boundary=${boundary}`,
      ...(length === undefined ? {} : { "content-length": String(length) }),
    },
    stream: Readable.from(parts()),
    broken: () => broken,
  };
}

/** The name stands in a header of the form: no quotes, line ends or folders. */
function safe(name: string): string {
  const clean = name.replace(/[\u0000-\u001f\u007f"\\/]+/g, "_").slice(-200);
  return clean === "" ? "file" : clean;
}
