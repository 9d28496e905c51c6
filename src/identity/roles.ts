import type { Model } from "mongoose";
import { AppError } from "../core/errors.js";
import { newId } from "../core/ids.js";
import type { Clock } from "../core/ports.js";
import { scopes, type Scope } from "../wire/scopes.js";
import type { RoleRow } from "./models/workspace.js";
import { isDuplicate } from "./secrets.js";

export interface Role {
  id: string;
  name: string;
  permissions: readonly string[];
  builtIn: boolean;
}

const agentPermissions: readonly Scope[] = [
  "conversations:read",
  "conversations:write",
  "messages:send",
  "contacts:read",
  "contacts:write",
];

/** The roles that every workspace has. */
export const builtInRoles: readonly Role[] = [
  { id: "owner", name: "Owner", permissions: ["*"], builtIn: true },
  {
    id: "admin",
    name: "Admin",
    permissions: scopes.filter((scope) => scope !== "*" && scope !== "simulator"),
    builtIn: true,
  },
  { id: "agent", name: "Agent", permissions: agentPermissions, builtIn: true },
  { id: "viewer", name: "Viewer", permissions: ["conversations:read", "contacts:read"], builtIn: true },
];

export interface RoleRepo {
  /** Built-in ones first. */
  list(workspaceId: string): Promise<Role[]>;
  /** undefined: there is no such role (any more), and nobody who has it may do anything. */
  find(workspaceId: string, id: string): Promise<Role | undefined>;
  /** Throws AppError `conflict` when the workspace has a role of that name. */
  create(workspaceId: string, role: { name: string; permissions: readonly string[] }): Promise<Role>;
  update(
    workspaceId: string,
    id: string,
    change: { name?: string | undefined; permissions?: readonly string[] | undefined },
  ): Promise<Role | undefined>;
  remove(workspaceId: string, id: string): Promise<boolean>;
}

/** More roles than this nobody keeps apart. */
const rolesMost = 100;

export function roleRepo(model: Model<RoleRow>, clock: Clock): RoleRepo {
  const role = ({ _id, name, permissions }: RoleRow): Role => ({ id: _id, name, permissions, builtIn: false });
  const taken = () => new AppError("conflict", "There is a role of that name already.", { reason: "role_name_taken" });
  async function named<T>(name: string | undefined, work: () => Promise<T>): Promise<T> {
    if (name !== undefined && builtInRoles.some((one) => one.name.toLowerCase() === name.toLowerCase())) throw taken();
    try {
      return await work();
    } catch (error) {
      throw isDuplicate(error) ? taken() : error;
    }
  }
  return {
    list: async (workspaceId) => [
      ...builtInRoles,
      ...(await model.find({ workspaceId }).sort({ nameKey: 1 }).limit(rolesMost).lean()).map(role),
    ],
    async find(workspaceId, id) {
      const builtIn = builtInRoles.find((one) => one.id === id);
      if (builtIn) return builtIn;
      const row = await model.findOne({ _id: id, workspaceId }).lean();
      return row ? role(row) : undefined;
    },
    async create(workspaceId, { name, permissions }) {
      if ((await model.countDocuments({ workspaceId })) >= rolesMost) {
        throw new AppError("unprocessable", `A workspace has at most ${rolesMost} roles of its own.`, {
          reason: "roles_most",
          extensions: { most: rolesMost },
        });
      }
      const row: RoleRow = {
        _id: newId("role"),
        workspaceId,
        name,
        nameKey: name.toLowerCase(),
        permissions: [...new Set(permissions)],
        createdAt: clock.now(),
      };
      await named(name, () => model.create(row));
      return role(row);
    },
    async update(workspaceId, id, { name, permissions }) {
      const set = {
        ...(name === undefined ? {} : { name, nameKey: name.toLowerCase() }),
        ...(permissions === undefined ? {} : { permissions: [...new Set(permissions)] }),
      };
      const row = await named(name, () =>
        model.findOneAndUpdate({ _id: id, workspaceId }, { $set: set }, { returnDocument: "after" }).lean(),
      );
      return row ? role(row) : undefined;
    },
    remove: async (workspaceId, id) => (await model.deleteOne({ _id: id, workspaceId })).deletedCount === 1,
  };
}
