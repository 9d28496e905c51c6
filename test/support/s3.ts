import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A small stand-in for an S3-compatible service, path style: one bucket, objects in memory. */
export interface S3StandIn {
  endpoint: string;
  bucket: string;
  objects: Map<string, Buffer>;
  /** Multipart uploads begun and neither completed nor aborted. */
  openUploads(): number;
  /** Method, path and query and range of every request so far. */
  requests: string[];
  close(): Promise<void>;
}

const errorBody = (code: string) =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

export async function startS3(accessKeyId: string): Promise<S3StandIn> {
  const bucket = "blobs";
  const objects = new Map<string, Buffer>();
  const uploads = new Map<string, Map<number, Buffer>>();
  const requests: string[] = [];

  function answer(response: ServerResponse, status: number, body: string | Buffer = "", headers = {}): void {
    response.writeHead(status, { "content-length": Buffer.byteLength(body), ...headers }).end(body);
  }

  function download(request: IncomingMessage, response: ServerResponse, object: Buffer): void {
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
    if (!range) return answer(response, 200, object);
    const start = Number(range[1]);
    const end = Math.min(Number(range[2]), object.length - 1);
    if (start >= object.length) return answer(response, 416, errorBody("InvalidRange"));
    const headers = { "content-range": `bytes ${start}-${end}/${object.length}` };
    answer(response, 206, object.subarray(start, end + 1), headers);
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, "http://stand-in");
    requests.push([request.method, request.url, request.headers.range].filter(Boolean).join(" "));
    const body = await bodyOf(request);
    if (!request.headers.authorization?.startsWith(`AWS4-HMAC-SHA256 Credential=${accessKeyId}/`)) {
      return answer(response, 403, errorBody("AccessDenied"));
    }
    const [, inBucket, key] = url.pathname.split("/");
    if (inBucket !== bucket || !key) return answer(response, 404, errorBody("NoSuchBucket"));
    const uploadId = url.searchParams.get("uploadId");
    const parts = uploadId === null ? undefined : uploads.get(uploadId);
    if (uploadId !== null && !parts) return answer(response, 404, errorBody("NoSuchUpload"));

    if (request.method === "POST" && url.searchParams.has("uploads")) {
      const id = randomBytes(8).toString("hex");
      uploads.set(id, new Map());
      const xml = `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`;
      return answer(response, 200, xml);
    }
    if (request.method === "PUT" && parts) {
      parts.set(Number(url.searchParams.get("partNumber")), body);
      return answer(response, 200, "", { etag: '"part"' });
    }
    if (request.method === "POST" && parts) {
      objects.set(key, Buffer.concat([...parts].sort(([a], [b]) => a - b).map(([, part]) => part)));
      uploads.delete(uploadId!);
      return answer(response, 200, "<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>");
    }
    if (request.method === "DELETE" && parts) {
      uploads.delete(uploadId!);
      return answer(response, 204);
    }
    if (request.method === "PUT") {
      objects.set(key, body);
      return answer(response, 200, "", { etag: '"whole"' });
    }
    if (request.method === "DELETE") {
      objects.delete(key);
      return answer(response, 204);
    }
    const object = objects.get(key);
    if (request.method !== "GET" || !object) return answer(response, 404, errorBody("NoSuchKey"));
    download(request, response, object);
  }

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bucket,
    objects,
    openUploads: () => uploads.size,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
