import { createHash, randomUUID } from "node:crypto";
import { Schema, type Connection, type Model } from "mongoose";
import { AppError } from "../core/errors.js";
import type { Clock, KeptAnswer, KeptAnswers, Keyring } from "../core/ports.js";
import { asSealed, sealed, type SealedValue } from "./sealed.js";

interface KeptRow {
  /** Hash of workspace, caller and key. */
  _id: string;
  workspaceId: string;
  /** Of the request: the same key with another one is refused. */
  hash: string;
  /** Who is at it; a claim that runs out may be taken over. */
  claim: string;
  claimedUntil: Date;
  status: number | null;
  /** The answer as JSON. */
  body: SealedValue | null;
  /** MongoDB removes it then. */
  expiresAt: Date;
}

const keptMs = 24 * 3_600_000;
/** Longer than any request takes. */
const claimMs = 60_000;

/** Answers of Idempotency-Keys in the database, sealed: whichever process is asked again gives the same one. */
export function createKeptAnswers(deps: {
  connection: Connection;
  keyring: Keyring;
  clock: Clock;
}): KeptAnswers & { ensureIndexes(): Promise<void> } {
  const { connection, keyring, clock } = deps;
  const schema = new Schema<KeptRow>(
    {
      _id: { type: String, required: true },
      workspaceId: { type: String, required: true },
      hash: { type: String, required: true },
      claim: { type: String, required: true },
      claimedUntil: { type: Date, required: true },
      status: { type: Number, default: null },
      body: sealed("body"),
      expiresAt: { type: Date, required: true },
    },
    { collection: "kept_answers", versionKey: false },
  );
  schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  const model: Model<KeptRow> = connection.model<KeptRow>("KeptAnswer", schema);
  const place = (workspaceId: string) => ({ workspaceId, collection: "kept_answers", field: "body" });

  /** Takes the key for this request. Resolves to the answer when there is one. */
  async function claimed(row: KeptRow): Promise<KeptAnswer | undefined> {
    try {
      await model.create(row);
      return undefined;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 11000) throw error;
    }
    const there = await model.findOne({ _id: row._id }).lean();
    if (there && there.hash !== row.hash) {
      throw new AppError("idempotency_mismatch", "This Idempotency-Key was used with another request.", {
        reason: "key_used",
      });
    }
    if (there?.status != null) {
      const body = there.body
        ? (JSON.parse(await keyring.open(place(row.workspaceId), there.body)) as unknown)
        : undefined;
      return { status: there.status, body };
    }
    const now = clock.now();
    const { modifiedCount } = await model.updateOne(
      { _id: row._id, status: null, claimedUntil: { $lte: now } },
      { $set: { claim: row.claim, claimedUntil: row.claimedUntil } },
    );
    if (modifiedCount === 1) return undefined;
    throw new AppError("conflict", "The first request with this Idempotency-Key is still running.", {
      reason: "still_running",
      retryAfterSeconds: 1,
    });
  }

  return {
    async ensureIndexes() {
      await model.createIndexes();
    },

    async once({ workspaceId, caller, key, hash }, work) {
      const now = clock.now().getTime();
      const _id = createHash("sha256").update([workspaceId, caller, key].join("\u0000")).digest("base64url");
      const claim = randomUUID();
      const earlier = await claimed({
        _id,
        workspaceId,
        hash,
        claim,
        claimedUntil: new Date(now + claimMs),
        status: null,
        body: null,
        expiresAt: new Date(now + keptMs),
      });
      if (earlier) return { ...earlier, replayed: true };

      let answer: KeptAnswer;
      try {
        answer = await work();
      } catch (error) {
        // What was refused or failed may be asked again.
        await model.deleteOne({ _id, claim, status: null });
        throw error;
      }
      const { status, body } = answer;
      const kept = body === undefined ? null : asSealed(await keyring.seal(place(workspaceId), JSON.stringify(body)));
      await model.updateOne({ _id, claim }, { $set: { status, body: kept } });
      return { ...answer, replayed: false };
    },
  };
}
