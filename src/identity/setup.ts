import type { Model } from "mongoose";
import { AppError } from "../core/errors.js";
import type { Clock } from "../core/ports.js";
import type { SetupRow } from "./models/account.js";
import type { WorkspaceRow } from "./models/workspace.js";
import { hashOf, newSecret } from "./secrets.js";

/** Of two processes that start at once, one creates it and the other sees a duplicate. */
export const firstWorkspaceId = "wsp_00000000000000000000000001";

export interface Setup {
  /** Nobody owns the first workspace yet. */
  needed(): Promise<boolean>;
  /** A token for the set-up link; undefined once there is an owner. Those given out before keep working. */
  issue(): Promise<string | undefined>;
  /**
   * Uses the token up: whoever this resolves for makes the owner. Throws AppError `conflict` when somebody did before,
   * `not_found` for a token that was never given out.
   */
  claim(token: string): Promise<void>;
  /** The owner could not be made after all: the token works again. */
  unclaim(token: string): Promise<void>;
}

const id = "setup";
const linksMost = 10;

export function createSetup(setups: Model<SetupRow>, workspaces: Model<WorkspaceRow>, clock: Clock): Setup {
  const needed = async () => {
    const row = await workspaces.findOne({ _id: firstWorkspaceId }, { owners: 1 }).lean();
    return (row?.owners ?? []).length === 0;
  };
  return {
    needed,
    async issue() {
      if (!(await needed())) return undefined;
      const token = newSecret();
      await setups.updateOne(
        { _id: id },
        { $set: { usedAt: null }, $push: { hashes: { $each: [hashOf(token)], $slice: -linksMost } } },
        { upsert: true },
      );
      return token;
    },
    async claim(token) {
      const used = () => new AppError("conflict", "This set-up link was used. Sign in instead.", { reason: "used" });
      if (!(await needed())) throw used();
      const { modifiedCount } = await setups.updateOne(
        { _id: id, usedAt: null, hashes: hashOf(token) },
        { $set: { usedAt: clock.now() } },
      );
      if (modifiedCount === 1) return;
      const row = await setups.findOne({ _id: id }).lean();
      if (row?.usedAt) throw used();
      throw new AppError("not_found", "This set-up link is not valid. `npm run setup -- --link` makes a new one.", {
        reason: "setup_link_unknown",
      });
    },
    async unclaim(token) {
      await setups.updateOne({ _id: id, hashes: hashOf(token) }, { $set: { usedAt: null } });
    },
  };
}
