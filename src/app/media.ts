import type { Config } from "../../config/load.js";
import { bareEnvironment, findProgram } from "../../config/programs.js";
import { join } from "node:path";
import type { BlobStore, Keyring } from "../core/ports.js";
import type { MediaTools } from "../inbox/index.js";
import { createBlobStore, directoryBackend, s3Backend } from "../platform/blobs/index.js";
import { safeName, sniff, thumbnail, voiceMaker, waveform } from "../platform/media/index.js";

/** Files by the settings: a directory under DATA_DIR, or a bucket. */
export function blobStoreOf(config: Config, keyring: Keyring): BlobStore {
  const { S3_BUCKET: bucket, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = config;
  const backend =
    config.BLOB_STORE === "s3" && bucket && accessKeyId && secretAccessKey
      ? s3Backend({
          endpoint: config.S3_ENDPOINT,
          region: config.S3_REGION,
          bucket,
          accessKeyId,
          secretAccessKey,
          forcePathStyle: config.S3_ENDPOINT !== undefined,
        })
      : directoryBackend(join(config.DATA_DIR, "blobs"));
  return createBlobStore({ backend, keyring });
}

/** What the inbox asks of files, by the platform and the programs of this machine. */
export const mediaToolsOf = (config: Config): MediaTools => ({
  async inspect(head, declared) {
    const { mime, ext, family, inline } = await sniff(head, declared);
    return { mime, family, inline, name: safeName(declared.name, ext) };
  },
  thumbnail,
  waveform,
  voice: voiceMaker({
    ffmpeg: config.FFMPEG_PATH ?? findProgram("ffmpeg"),
    prlimit: findProgram("prlimit"),
    environment: bareEnvironment(),
  }),
});
