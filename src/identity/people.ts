import type { Model } from "mongoose";
import { AppError } from "../core/errors.js";
import { newId } from "../core/ids.js";
import type { Clock } from "../core/ports.js";
import type { MemberRow, TeamRow, WorkspaceRow } from "./models/workspace.js";
import { isDuplicate } from "./secrets.js";

/** Somebody to whom conversations can be given. */
export interface Member {
  id: string;
  name: string;
  active: boolean;
  createdAt: Date;
  /** Who signs in as this member; null for one that only integrators know. */
  userId: string | null;
  roleId: string;
  lastSeenAt: Date | null;
}

export interface Team {
  id: string;
  name: string;
  memberIds: string[];
  createdAt: Date;
}

export interface MemberRepo {
  list(workspaceId: string): Promise<Member[]>;
  find(workspaceId: string, id: string): Promise<Member | undefined>;
  /** A member without sign-in. */
  create(workspaceId: string, name: string): Promise<Member>;
  /** Makes a person a member; one who had left comes back. Throws AppError `conflict` for one who is there. */
  join(workspaceId: string, person: { userId: string; name: string; roleId: string }): Promise<Member>;
  /** Throws AppError `conflict` when it would take the last owner out. */
  update(
    workspaceId: string,
    id: string,
    change: { name?: string | undefined; active?: boolean | undefined; roleId?: string | undefined },
  ): Promise<Member | undefined>;
  /** True for a member of this workspace who has not left. */
  has(workspaceId: string, id: string): Promise<boolean>;
  /** The workspaces somebody belongs to, oldest first. */
  ofUser(userId: string): Promise<(Member & { workspaceId: string })[]>;
  /** Gives the person's name to all their memberships. */
  renameUser(userId: string, name: string): Promise<void>;
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

export function memberRepo(model: Model<MemberRow>, workspaces: Model<WorkspaceRow>, clock: Clock): MemberRepo {
  const member = (row: MemberRow): Member => ({
    id: row._id,
    name: row.name,
    active: row.active,
    createdAt: row.createdAt,
    userId: row.userId ?? null,
    roleId: row.roleId ?? "agent",
    lastSeenAt: row.lastSeenAt ?? null,
  });

  /** One update of one document decides, so that two owners cannot take each other out at once. */
  async function letOwnerGo(workspaceId: string, id: string): Promise<void> {
    const { matchedCount } = await workspaces.updateOne(
      { _id: workspaceId, owners: id, "owners.1": { $exists: true } },
      { $pull: { owners: id } },
    );
    if (matchedCount === 1) return;
    const row = await workspaces.findOne({ _id: workspaceId }, { owners: 1 }).lean();
    // Not among them: an earlier change took them off and died before it was done.
    if (!row?.owners?.includes(id)) return;
    throw new AppError("conflict", "A workspace keeps at least one owner. Make somebody else an owner first.", {
      reason: "last_owner",
    });
  }
  const addOwner = (workspaceId: string, id: string) =>
    workspaces.updateOne({ _id: workspaceId }, { $addToSet: { owners: id } });

  return {
    list: async (workspaceId) =>
      (await model.find({ workspaceId }).sort({ _id: 1 }).limit(listMost).lean()).map(member),
    async find(workspaceId, id) {
      const row = await model.findOne({ _id: id, workspaceId }).lean();
      return row ? member(row) : undefined;
    },
    async create(workspaceId, name) {
      const row: MemberRow = { _id: newId("member"), workspaceId, name, active: true, createdAt: clock.now() };
      await model.create(row);
      return member(row);
    },
    async join(workspaceId, { userId, name, roleId }) {
      let row: MemberRow = {
        _id: newId("member"),
        workspaceId,
        name,
        active: true,
        createdAt: clock.now(),
        userId,
        roleId,
      };
      try {
        await model.create(row);
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        const back = await model
          .findOneAndUpdate(
            { workspaceId, userId, active: false },
            { $set: { active: true, roleId, name } },
            { returnDocument: "after" },
          )
          .lean();
        if (!back)
          throw new AppError("conflict", "This person is a member of the workspace already.", {
            reason: "already_member",
          });
        row = back;
      }
      if (roleId === "owner") await addOwner(workspaceId, row._id);
      return member(row);
    },
    async update(workspaceId, id, { name, active, roleId }) {
      const before = await model.findOne({ _id: id, workspaceId }).lean();
      if (!before) return undefined;
      const owns = (row: MemberRow) => row.active && row.roleId === "owner";
      const after = { ...before, ...given({ active, roleId }) };
      if (owns(before) && !owns(after)) await letOwnerGo(workspaceId, id);
      const row = await model
        .findOneAndUpdate(
          { _id: id, workspaceId },
          { $set: given({ name, active, roleId }) },
          { returnDocument: "after" },
        )
        .lean();
      if (row && owns(row)) await addOwner(workspaceId, id);
      return row ? member(row) : undefined;
    },
    has: async (workspaceId, id) => (await model.exists({ _id: id, workspaceId, active: true })) !== null,
    async ofUser(userId) {
      const rows = await model.find({ userId }).sort({ workspaceId: 1 }).limit(listMost).lean();
      return rows.filter((row) => row.active).map((row) => ({ ...member(row), workspaceId: row.workspaceId }));
    },
    async renameUser(userId, name) {
      await model.updateMany({ userId }, { $set: { name } });
    },
  };
}

export function teamRepo(model: Model<TeamRow>, members: MemberRepo, clock: Clock): TeamRepo {
  const team = ({ _id, name, memberIds, createdAt }: TeamRow): Team => ({ id: _id, name, memberIds, createdAt });
  async function checked(workspaceId: string, memberIds: readonly string[]): Promise<string[]> {
    const there = new Set((await members.list(workspaceId)).map(({ id }) => id));
    const wrong = memberIds.findIndex((id) => !there.has(id));
    if (wrong >= 0) {
      const message = "There is no such member in this workspace.";
      throw new AppError("unprocessable", message, {
        reason: "member_unknown",
        errors: [{ pointer: `/member_ids/${wrong}`, message }],
      });
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
