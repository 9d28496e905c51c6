import { createHash, randomBytes } from "node:crypto";
import type { Json, StoredMedia } from "./wire.js";

/** Addresses of files run out after 5 minutes, ids of received files after 7 days. */
const addressMs = 5 * 60_000;
const idMs = 7 * 86_400_000;

/** Files of customers and of accounts, with ids and addresses that run out. */
export class MediaStore {
  private readonly files = new Map<string, StoredMedia & { until: number }>();
  private readonly addresses = new Map<string, { id: string; until: number }>();

  constructor(private readonly now: () => number) {}

  /** Returns the id. */
  add(media: StoredMedia): string {
    const id = String(1_000_000_000_000 + this.files.size + 1);
    this.files.set(id, { ...media, until: this.now() + idMs });
    return id;
  }

  get(id: string): StoredMedia | undefined {
    const file = this.files.get(id);
    return file && file.until > this.now() ? file : undefined;
  }

  /** What `GET /<id>` says; undefined when the id is not known or has run out. */
  about(id: string, base: string): Json | undefined {
    const file = this.get(id);
    if (!file) return undefined;
    return {
      messaging_product: "whatsapp",
      id,
      url: this.address(id, base),
      mime_type: file.mime,
      sha256: createHash("sha256").update(file.bytes).digest("hex"),
      file_size: file.bytes.length,
    };
  }

  /** An address under which the file can be had for five minutes. */
  address(id: string, base: string): string {
    const key = randomBytes(12).toString("hex");
    this.addresses.set(key, { id, until: this.now() + addressMs });
    return `${base}/__media/${key}`;
  }

  at(key: string): StoredMedia | undefined {
    const found = this.addresses.get(key);
    return found && found.until > this.now() ? this.get(found.id) : undefined;
  }
}
