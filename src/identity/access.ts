import type { Model } from "mongoose";
import { AppError } from "../core/errors.js";
import type { Clock } from "../core/ports.js";
import type { AccountModels } from "./models/account.js";
import type { MemberRow, WorkspaceModels } from "./models/workspace.js";
import type { MemberPrincipal, Person } from "./principal.js";
import { builtInRoles } from "./roles.js";
import { hashOf } from "./secrets.js";
import type { SessionRepo } from "./sessions.js";

/** A session in one workspace. */
export interface Seat {
  sessionId: string;
  userId: string;
  workspaceId: string;
}

export interface Access {
  /** Who holds this session token; undefined when the session is over. */
  person(token: string): Promise<Person | undefined>;
  /**
   * The person as a member of the workspace. Throws AppError `forbidden` for one who is none, `two_factor_required` when the
   * workspace asks for it and the person has none.
   */
  member(person: Person, workspaceId: string): Promise<MemberPrincipal>;
  /** Looks all of these up anew, in few queries: what each may do now, or why nothing any more. */
  review(seats: readonly Seat[]): Promise<(MemberPrincipal | AppError)[]>;
  /** Something changed: nothing that was looked up before is trusted by this process. */
  forget(): void;
}

/** How long what was looked up is trusted; a change made by another process acts within this time. */
const trustMs = 2_000;
const trustedMost = 10_000;
const seenEveryMs = 60_000;

const over = () => new AppError("unauthenticated", "The session is over. Sign in again.", { reason: "session_over" });
const noMember = () => new AppError("forbidden", "You are not a member of this workspace.", { reason: "not_member" });

interface Deps {
  models: WorkspaceModels & AccountModels;
  sessions: SessionRepo;
  clock: Clock;
}

export function createAccess({ models, sessions, clock }: Deps): Access {
  const people = new Map<string, { person: Person; until: number }>();
  const members = new Map<string, { found: MemberPrincipal | AppError; until: number }>();

  function remember<T>(cache: Map<string, T>, name: string, value: T): void {
    if (cache.size >= trustedMost) cache.clear();
    cache.set(name, value);
  }
  const unique = (ids: readonly string[]) => [...new Set(ids)];
  const byId = <T extends { _id: string }>(rows: readonly T[]) => new Map(rows.map((row) => [row._id, row]));

  async function review(seats: readonly Seat[]): Promise<(MemberPrincipal | AppError)[]> {
    if (seats.length === 0) return [];
    const users = unique(seats.map((seat) => seat.userId));
    const places = unique(seats.map((seat) => seat.workspaceId));
    const [sessionRows, memberRows, userRows, workspaceRows, roleRows] = await Promise.all([
      models.sessions.find({ _id: { $in: unique(seats.map((seat) => seat.sessionId)) } }, { endsAt: 1 }).lean(),
      models.members.find({ userId: { $in: users }, workspaceId: { $in: places } }).lean(),
      models.users.find({ _id: { $in: users } }, { twoFactorAt: 1 }).lean(),
      models.workspaces.find({ _id: { $in: places } }, { twoFactorRequired: 1 }).lean(),
      models.roles.find({ workspaceId: { $in: places } }).lean(),
    ]);
    const now = clock.now();
    const alive = byId(sessionRows);
    const secured = byId(userRows);
    const asking = byId(workspaceRows);
    const seated = new Map(memberRows.map((row) => [`${row.userId}/${row.workspaceId}`, row]));
    await seen(models.members, memberRows, now);
    return seats.map(({ sessionId, userId, workspaceId }) => {
      const session = alive.get(sessionId);
      if (!session || session.endsAt <= now) return over();
      const row = seated.get(`${userId}/${workspaceId}`);
      if (!row?.active) return noMember();
      if (asking.get(workspaceId)?.twoFactorRequired === true && !secured.get(userId)?.twoFactorAt) {
        return new AppError("two_factor_required", "This workspace asks for two-factor sign-in. Turn it on to go on.", {
          reason: "two_factor_required",
        });
      }
      const roleId = row.roleId ?? "agent";
      // A role that is gone permits nothing.
      const role =
        builtInRoles.find((one) => one.id === roleId) ??
        roleRows.find((one) => one._id === roleId && one.workspaceId === workspaceId);
      const scopes = role?.permissions ?? [];
      return { kind: "member", userId, memberId: row._id, sessionId, callerId: row._id, workspaceId, scopes };
    });
  }

  return {
    review,
    async person(token) {
      const hash = hashOf(token);
      const now = clock.now().getTime();
      const known = people.get(hash);
      if (known && known.until > now) return known.person;
      const session = await sessions.find(token);
      if (!session) return undefined;
      const person: Person = { kind: "user", userId: session.userId, sessionId: session.id };
      remember(people, hash, { person, until: now + trustMs });
      return person;
    },
    async member({ userId, sessionId }, workspaceId) {
      const name = `${sessionId}/${workspaceId}`;
      const now = clock.now().getTime();
      let found = members.get(name);
      if (!found || found.until <= now) {
        const [looked] = await review([{ userId, sessionId, workspaceId }]);
        found = { found: looked!, until: now + trustMs };
        remember(members, name, found);
      }
      if (found.found instanceof AppError) throw found.found;
      return found.found;
    },
    forget() {
      people.clear();
      members.clear();
    },
  };
}

/** Writes down, to the minute, that these members are here. */
async function seen(model: Model<MemberRow>, rows: readonly MemberRow[], now: Date): Promise<void> {
  const ids = rows
    .filter((row) => now.getTime() - (row.lastSeenAt?.getTime() ?? 0) > seenEveryMs)
    .map(({ _id }) => _id);
  if (ids.length > 0) await model.updateMany({ _id: { $in: ids } }, { $max: { lastSeenAt: now } });
}
