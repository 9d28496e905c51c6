import type { Model } from "mongoose";
import { AppError } from "../core/errors.js";
import { newId } from "../core/ids.js";
import type { Clock, Keyring } from "../core/ports.js";
import { asSealed } from "../platform/sealed.js";
import type { InvitationRow } from "./models/workspace.js";
import { hashOf, isDuplicate, newSecret } from "./secrets.js";

const validMs = 7 * 24 * 3_600_000;
const openMost = 500;

/** Somebody who was asked to join a workspace and has not answered yet. */
export interface Invitation {
  id: string;
  workspaceId: string;
  email: string;
  roleId: string;
  invitedBy: { kind: "member" | "api"; id: string };
  createdAt: Date;
  expiresAt: Date;
}

export interface InvitationRepo {
  /** Open ones, oldest first; those that ran out as well, they can be sent again. */
  list(workspaceId: string): Promise<Invitation[]>;
  /** The token is in the clear here and nowhere else. Throws AppError `conflict` when the address has an open one. */
  create(
    invitation: Pick<Invitation, "workspaceId" | "email" | "roleId" | "invitedBy"> & { emailKey: string },
  ): Promise<{ invitation: Invitation; token: string }>;
  /** A new token and a new week; the old token stops working. */
  renew(workspaceId: string, id: string): Promise<{ invitation: Invitation; token: string } | undefined>;
  find(workspaceId: string, id: string): Promise<Invitation | undefined>;
  /** Takes it back. */
  close(workspaceId: string, id: string): Promise<boolean>;
  /** The open invitation of this token; undefined when it ran out, was accepted or taken back. */
  ofToken(token: string): Promise<(Invitation & { emailKey: string }) | undefined>;
  /** True when an open one waits for this address, in whatever workspace. */
  waitsFor(emailKey: string): Promise<boolean>;
  /** Of two who accept at once, one is told true. */
  accept(id: string): Promise<boolean>;
}

export function invitationRepo(model: Model<InvitationRow>, keyring: Keyring, clock: Clock): InvitationRepo {
  const place = (workspaceId: string) => ({ workspaceId, collection: "invitations", field: "email" });
  const invitation = async (row: InvitationRow): Promise<Invitation> => ({
    id: row._id,
    workspaceId: row.workspaceId,
    email: await keyring.open(place(row.workspaceId), row.email),
    roleId: row.roleId,
    invitedBy: row.invitedBy,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
  });
  const end = () => new Date(clock.now().getTime() + validMs);

  return {
    async list(workspaceId) {
      const rows = await model.find({ workspaceId, open: true }).sort({ emailKey: 1 }).limit(openMost).lean();
      const all = await Promise.all(rows.map(invitation));
      return all.sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    async create({ workspaceId, email, emailKey, roleId, invitedBy }) {
      if ((await model.countDocuments({ workspaceId, open: true })) >= openMost) {
        throw new AppError("unprocessable", `At most ${openMost} invitations may be open at once.`, {
          reason: "invitations_most",
          extensions: { most: openMost },
        });
      }
      const token = newSecret();
      const row: InvitationRow = {
        _id: newId("invitation"),
        workspaceId,
        emailKey,
        email: asSealed(await keyring.seal(place(workspaceId), email)),
        roleId,
        hash: hashOf(token),
        invitedBy,
        createdAt: clock.now(),
        expiresAt: end(),
        open: true,
      };
      try {
        await model.create(row);
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        throw new AppError("conflict", "This address has an open invitation. Send that one again, or take it back.", {
          reason: "invitation_open",
        });
      }
      return { invitation: await invitation(row), token };
    },
    async renew(workspaceId, id) {
      const token = newSecret();
      const row = await model
        .findOneAndUpdate(
          { _id: id, workspaceId, open: true },
          { $set: { hash: hashOf(token), expiresAt: end() } },
          { returnDocument: "after" },
        )
        .lean();
      return row ? { invitation: await invitation(row), token } : undefined;
    },
    async find(workspaceId, id) {
      const row = await model.findOne({ _id: id, workspaceId, open: true }).lean();
      return row ? invitation(row) : undefined;
    },
    async close(workspaceId, id) {
      return (await model.deleteOne({ _id: id, workspaceId, open: true })).deletedCount === 1;
    },
    async ofToken(token) {
      const row = await model.findOne({ hash: hashOf(token) }).lean();
      if (!row?.open || row.expiresAt <= clock.now()) return undefined;
      return { ...(await invitation(row)), emailKey: row.emailKey };
    },
    async waitsFor(emailKey) {
      return (await model.exists({ emailKey, open: true, expiresAt: { $gt: clock.now() } })) !== null;
    },
    async accept(id) {
      const { modifiedCount } = await model.updateOne(
        { _id: id, open: true, expiresAt: { $gt: clock.now() } },
        { $set: { open: false } },
      );
      return modifiedCount === 1;
    },
  };
}
