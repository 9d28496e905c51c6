/* Preparing, uploading and downloading files. Nothing is encrypted: the stand-in's servers keep what they get. */
"use strict";

(() => {
  const { define, link } = window.standIn;

  class OpaqueData {
    constructor(blob) {
      this.blob = blob;
      this.type = blob.type;
    }
    static createFromData(data, type) {
      return Promise.resolve(
        new OpaqueData(data instanceof OpaqueData ? data.blob : new File([data], data.name, { type })),
      );
    }
    url() {
      return "blob:stand-in";
    }
    formData() {
      return this.blob;
    }
    autorelease() {}
  }

  const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
  const hashOf = async (blob) => base64(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));

  function typeOf(mimetype, { asSticker, asDocument, isPtt }) {
    if (asSticker) return "sticker";
    if (asDocument) return "document";
    if (mimetype.startsWith("audio/")) return isPtt ? "ptt" : "audio";
    return mimetype.startsWith("image/") ? "image" : mimetype.startsWith("video/") ? "video" : "document";
  }

  const objects = new Map();

  define({
    WAWebMediaOpaqueData: OpaqueData,
    WAWebPrepRawMedia: {
      prepRawMedia: (data, options) => ({
        async waitForPrep() {
          const mimetype = data.type;
          const media = {
            type: typeOf(mimetype, options),
            mimetype,
            isGif: options.asGif === true,
            filehash: await hashOf(data.blob),
            size: data.blob.size,
            filename: data.blob.name,
            mediaBlob: data,
          };
          const hidden = {
            set: (more) => Object.assign(media, more),
            toJSON: () => {
              const { mediaBlob, set, toJSON, ...rest } = media;
              return rest;
            },
          };
          for (const [name, value] of Object.entries(hidden)) {
            Object.defineProperty(media, name, { value, enumerable: false });
          }
          objects.set(media.filehash, {
            filehash: media.filehash,
            type: media.type,
            size: media.size,
            contentInfo: {},
            blob: data.blob,
            consolidate() {},
          });
          return media;
        },
      }),
    },
    WAWebMediaStorage: { getOrCreateMediaObject: (filehash) => objects.get(filehash) },
    WAWebMmsMediaTypes: { msgToMediaType: ({ type }) => type, castToV4: (type) => type },
    WAWebMediaDataUtils: { shouldUseMediaCache: () => true },
    WAWebMediaInMemoryBlobCache: { InMemoryMediaBlobCache: { put() {} } },
    WAWebMediaMmsV4Upload: {
      async uploadMedia({ mediaObject }) {
        const directPath = await link.upload(mediaObject.blob);
        return {
          mediaEntry: {
            mmsUrl: directPath,
            deprecatedMms3Url: directPath,
            directPath,
            mediaKey: "a2V5",
            mediaKeyTimestamp: Math.trunc(Date.now() / 1000),
            encFilehash: mediaObject.filehash,
            uploadHash: mediaObject.filehash,
          },
        };
      },
    },
    WAWebStartMediaUploadQpl: { startMediaUploadQpl: () => ({}) },
    WAWebUploadManager: {
      async encryptAndUpload({ blob }) {
        const directPath = await link.upload(blob);
        return { url: directPath, directPath, mediaKey: "a2V5", encFilehash: await hashOf(blob), mimetype: blob.type };
      },
    },
    WAWebDownloadManager: {
      downloadManager: { downloadAndMaybeDecrypt: ({ directPath }) => link.download(directPath) },
    },
  });
})();
