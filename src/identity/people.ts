import type { Model } from "mongoose";
import { AppError } from "../core/errors.js";
import { newId } from "../core/ids.js";
import type { Clock } from "../core/ports.js";
import type { MemberRow, TeamRow } from "./models.js";

/** Somebody to whom conversations can be given. */
export interface Member {
  id: string;
  name: string;
  active: boolean;
  createdAt: Date;
}

export interface Team {
  id: string;
  name: string;
  memberIds: string[];
  createdAt: Date;
}

export interface MemberRepo {
  list(workspaceId: string): Promise<Member[]>;
  create(workspaceId: string, name: string): Promise<Member>;
  update(
    workspaceId: string,
    id: string,
    change: { name?: string | undefined; active?: boolean | undefined },
  ): Promise<Member | undefined>;
  /** True for a member of this workspace who has not left. */
  has(workspaceId: string, id: string): Promise<boolean>;
}

export interface TeamRepo {
  list(workspaceId: string): Promise<Team[]>;
  /** Throws AppError `unprocessable` for a member who is not of this workspace. */
  create(workspaceId: string, name: string, memberIds: readonly string[]): Promise<Team>;
  update(
    workspaceId: string,
    id: string,
    change: { name?: string | undefined; memberIds?: readonly string[] | undefined },
  ): Promise<Team | undefined>;
  remove(workspaceId: string, id: string): Promise<boolean>;
  has(workspaceId: string, id: string): Promise<boolean>;
}

/** More people than this need more than a list. */
const listMost = 5_000;
const given = (change: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));

export function memberRepo(model: Model<MemberRow>, clock: Clock): MemberRepo {
  const member = ({ _id, name, active, createdAt }: MemberRow): Member => ({ id: _id, name, active, createdAt });
  return {
    list: async (workspaceId) =>
      (await model.find({ workspaceId }).sort({ _id: 1 }).limit(listMost).lean()).map(member),
    async create(workspaceId, name) {
      const row: MemberRow = { _id: newId("member"), workspaceId, name, active: true, createdAt: clock.now() };
      await model.create(row);
      return member(row);
    },
    async update(workspaceId, id, change) {
      const row = await model
        .findOneAndUpdate({ _id: id, workspaceId }, { $set: given(change) }, { returnDocument: "after" })
        .lean();
      return row ? member(row) : undefined;
    },
    has: async (workspaceId, id) => (await model.exists({ _id: id, workspaceId, active: true })) !== null,
  };
}

export function teamRepo(model: Model<TeamRow>, members: MemberRepo, clock: Clock): TeamRepo {
  const team = ({ _id, name, memberIds, createdAt }: TeamRow): Team => ({ id: _id, name, memberIds, createdAt });
  async function checked(workspaceId: string, memberIds: readonly string[]): Promise<string[]> {
    const there = new Set((await members.list(workspaceId)).map(({ id }) => id));
    const wrong = memberIds.findIndex((id) => !there.has(id));
    if (wrong >= 0) {
      const message = "There is no such member in this workspace.";
      throw new AppError("unprocessable", message, { errors: [{ pointer: `/member_ids/${wrong}`, message }] });
    }
    return [...new Set(memberIds)];
  }
  return {
    list: async (workspaceId) => (await model.find({ workspaceId }).sort({ _id: 1 }).limit(listMost).lean()).map(team),
    async create(workspaceId, name, memberIds) {
      const row: TeamRow = {
        _id: newId("team"),
        workspaceId,
        name,
        memberIds: await checked(workspaceId, memberIds),
        createdAt: clock.now(),
      };
      await model.create(row);
      return team(row);
    },
    async update(workspaceId, id, { name, memberIds }) {
      const set = given({ name, memberIds: memberIds && (await checked(workspaceId, memberIds)) });
      const row = await model
        .findOneAndUpdate({ _id: id, workspaceId }, { $set: set }, { returnDocument: "after" })
        .lean();
      return row ? team(row) : undefined;
    },
    remove: async (workspaceId, id) => (await model.deleteOne({ _id: id, workspaceId })).deletedCount === 1,
    has: async (workspaceId, id) => (await model.exists({ _id: id, workspaceId })) !== null,
  };
}
