import type { Redis } from "ioredis";
import type { SessionProgress } from "../adapters/contract.js";
import type { Keyring } from "../core/ports.js";

/** How far the linking of an account has come, as whoever watches may see it. */
export interface SessionView {
  phase: SessionProgress["phase"];
  since: Date;
  percent: number | null;
  /** What the QR code says, and the code to be typed: each lets anybody link. */
  qr: string | null;
  code: string | null;
}

/** Carries the progress of linking from the process that runs a session to whoever asks. */
export interface SessionProgressStore {
  put(account: { id: string; workspaceId: string }, progress: SessionProgress): Promise<void>;
  /** undefined when no process has told of it. */
  of(account: { id: string; workspaceId: string }): Promise<SessionView | undefined>;
  forget(accountId: string): Promise<void>;
}

/** A code is replaced every few seconds, and is worth nothing after this. */
const codeMs = 70_000;
/** A session that said nothing for so long is not told of any more. */
const viewMs = 30 * 86_400_000;

/** Over Redis: codes are sealed there, live for a minute, and are never written down anywhere else. */
export function sessionProgressStore(deps: {
  redis: Redis;
  prefix: string;
  keyring: Keyring;
  now(): Date;
}): SessionProgressStore {
  const { redis, keyring } = deps;
  const viewKey = (id: string) => `${deps.prefix}:session:view:${id}`;
  const codeKey = (id: string) => `${deps.prefix}:session:code:${id}`;
  const place = (workspaceId: string) => ({ workspaceId, collection: "session_progress", field: "code" });

  return {
    async put({ id, workspaceId }, { phase, percent, qr, code }) {
      const known = await redis.get(viewKey(id));
      const before = known === null ? undefined : (JSON.parse(known) as { phase: string; since: string });
      const since = before?.phase === phase ? before.since : deps.now().toISOString();
      const work = redis
        .multi()
        .set(viewKey(id), JSON.stringify({ phase, since, percent: percent ?? null }), "PX", viewMs);
      if (qr === undefined && code === undefined) work.del(codeKey(id));
      else {
        const sealed = await keyring.seal(place(workspaceId), JSON.stringify({ qr: qr ?? null, code: code ?? null }));
        work.set(codeKey(id), sealed.toString("base64"), "PX", codeMs);
      }
      await work.exec();
    },
    async of({ id, workspaceId }) {
      const [view, sealed] = await redis.mget(viewKey(id), codeKey(id));
      if (!view) return undefined;
      const { phase, since, percent } = JSON.parse(view) as {
        phase: SessionView["phase"];
        since: string;
        percent: number | null;
      };
      const codes = sealed
        ? (JSON.parse(await keyring.open(place(workspaceId), Buffer.from(sealed, "base64"))) as {
            qr: string | null;
            code: string | null;
          })
        : { qr: null, code: null };
      return { phase, since: new Date(since), percent, ...codes };
    },
    async forget(accountId) {
      await redis.del(viewKey(accountId), codeKey(accountId));
    },
  };
}
