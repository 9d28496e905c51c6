import type { Model } from "mongoose";
import { AppError } from "../../core/errors.js";
import type { Principal } from "../../identity/index.js";

interface SharedRow {
  _id: string;
  workspaceId: string;
  shared: boolean;
  createdBy: string;
}

/** How refusals name them, in the singular and the plural, with their reasons; a workspace has `most` of them. */
interface Kind {
  one: string;
  many: string;
  most: number;
  unknown: string;
  full: string;
}

/** Things a workspace keeps that are shared with everybody or their maker's own: who sees one may change it. */
export interface SharedRows<R> {
  list(principal: Principal): Promise<R[]>;
  /** This, `change` and `remove` throw AppError `not_found` for one the caller does not see. */
  find(principal: Principal, id: string): Promise<R>;
  /** Throws AppError `unprocessable` when the workspace has as many as it may. */
  add(row: R): Promise<void>;
  change(principal: Principal, id: string, set: Partial<R>): Promise<R>;
  remove(principal: Principal, id: string): Promise<undefined>;
}

export function sharedRows<R extends SharedRow>(model: Model<R>, kind: Kind): SharedRows<R> {
  const { most } = kind;
  const seen = ({ workspaceId, callerId }: Principal) =>
    ({ workspaceId, $or: [{ shared: true }, { createdBy: callerId }] }) as never;
  const single = (principal: Principal, id: string) => ({ _id: id, ...(seen(principal) as object) }) as never;
  const gone = () => new AppError("not_found", `There is no such ${kind.one}.`, { reason: kind.unknown });
  const found = (row: unknown): R => {
    if (!row) throw gone();
    return row as R;
  };
  return {
    list: async (principal) => await model.find(seen(principal)).sort({ _id: 1 }).limit(most).lean(),
    find: async (principal, id) => found(await model.findOne(single(principal, id)).lean()),
    async add(row) {
      if ((await model.countDocuments({ workspaceId: row.workspaceId } as never, { limit: most })) >= most) {
        throw new AppError("unprocessable", `A workspace has at most ${most} ${kind.many}.`, {
          reason: kind.full,
          extensions: { most },
        });
      }
      await model.create(row);
    },
    change: async (principal, id, set) =>
      found(await model.findOneAndUpdate(single(principal, id), { $set: set }, { returnDocument: "after" }).lean()),
    async remove(principal, id) {
      const { deletedCount } = await model.deleteOne(single(principal, id));
      if (deletedCount === 0) throw gone();
      return undefined;
    },
  };
}
