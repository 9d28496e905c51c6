import { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import { BlobGone } from "../../core/ports.js";
import type { BlobBackend } from "./backend.js";

export interface S3Options {
  /** Address of an S3-compatible service; absent: Amazon's for the region. */
  endpoint?: string | undefined;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** True: `endpoint/bucket/name` instead of `bucket.endpoint/name`, as most self-hosted services want it. */
  forcePathStyle?: boolean | undefined;
}

/** Every part but the last has at least 5 MiB, says S3; with two on their way an upload holds about 10 MiB. */
const partBytes = 5 * 1024 * 1024;
const partsAtOnce = 2;

const statusOf = (error: unknown) =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;

/**
 * Blobs as objects of a bucket. Content larger than one part goes as a multipart upload, which is given up when the stream
 * fails. The client library is loaded at first use.
 */
export function s3Backend(options: S3Options): BlobBackend {
  let connected: Promise<S3Client> | undefined;
  const client = () => (connected ??= connect(options));

  return {
    async write(name, content) {
      const { Upload } = await import("@aws-sdk/lib-storage");
      const upload = new Upload({
        client: await client(),
        params: { Bucket: options.bucket, Key: name, Body: content, ContentType: "application/octet-stream" },
        partSize: partBytes,
        queueSize: partsAtOnce,
      });
      try {
        await upload.done();
      } finally {
        content.destroy();
      }
    },

    async read(name, range) {
      const { GetObjectCommand } = await import("@aws-sdk/client-s3");
      const Range = range && `bytes=${range.start}-${range.end}`;
      try {
        const answer = await (
          await client()
        ).send(new GetObjectCommand({ Bucket: options.bucket, Key: name, ...(Range ? { Range } : {}) }));
        return answer.Body as Readable;
      } catch (error) {
        if (statusOf(error) === 404) throw new BlobGone();
        if (statusOf(error) === 416) return Readable.from([]);
        throw error;
      }
    },

    async remove(name) {
      const { DeleteObjectCommand } = await import("@aws-sdk/client-s3");
      await (await client()).send(new DeleteObjectCommand({ Bucket: options.bucket, Key: name }));
    },
  };
}

async function connect(options: S3Options): Promise<S3Client> {
  const { S3Client } = await import("@aws-sdk/client-s3");
  return new S3Client({
    ...(options.endpoint ? { endpoint: options.endpoint } : {}),
    region: options.region,
    credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
    forcePathStyle: options.forcePathStyle ?? false,
    // Every chunk is authenticated by us; many compatible services do not know the newer checksums.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: { connectionTimeout: 5_000, socketTimeout: 60_000 },
  });
}
