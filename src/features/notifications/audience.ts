import type { Clock } from "../../core/ports.js";
import { preferencesDto, type Language, type NotificationEvent } from "../../wire/identity.js";
import type { NotificationPorts } from "./ports.js";
import type { QuietHours } from "./quiet.js";
import { wants, wantsAny, type Way } from "./rule.js";
import type { Subscriptions } from "./subscriptions.js";

/** A member who may be told something outside of the page. */
export interface Listener {
  memberId: string;
  userId: string;
  language: Language;
  quiet: QuietHours | null;
  wants(kind: NotificationEvent, way: Way): boolean;
}

/** Who in a workspace wants to be told, and may be. */
export interface Audience {
  /** By member; remembered for some seconds. */
  of(workspaceId: string): Promise<ReadonlyMap<string, Listener>>;
  /** Somebody's browser came or went: nothing that was looked up before is trusted. */
  forget(): void;
}

const trustMs = 5_000;
const trustedMost = 1_000;

interface Deps extends Pick<NotificationPorts, "identity" | "mailer"> {
  subscriptions: Pick<Subscriptions, "having">;
  clock: Clock;
}

export function createAudience({ identity, mailer, subscriptions, clock }: Deps): Audience {
  const known = new Map<string, { listeners: Promise<ReadonlyMap<string, Listener>>; until: number }>();

  /** Members who may read conversations, whatever the workspace asks of those who sign in. */
  async function entitled(workspaceId: string) {
    const [members, roles, workspace] = await Promise.all([
      identity.members.list(workspaceId),
      identity.roles.list(workspaceId),
      identity.workspace(workspaceId),
    ]);
    const reading = new Set(
      roles
        .filter(({ permissions }) => permissions.includes("*") || permissions.includes("conversations:read"))
        .map(({ id }) => id),
    );
    const seats = members.flatMap(({ id, userId, active, roleId }) =>
      active && userId !== null && reading.has(roleId) ? [{ memberId: id, userId }] : [],
    );
    const settings = await identity.users.settingsOf(seats.map(({ userId }) => userId));
    return seats.flatMap((seat) => {
      const mine = settings.get(seat.userId);
      if (!mine || (workspace?.twoFactorRequired === true && !mine.twoFactor)) return [];
      return [{ ...seat, settings: mine }];
    });
  }

  async function look(workspaceId: string): Promise<ReadonlyMap<string, Listener>> {
    const people = await entitled(workspaceId);
    const browsers = await subscriptions.having(people.map(({ userId }) => userId));
    const listeners = new Map<string, Listener>();
    for (const { memberId, userId, settings } of people) {
      const read = preferencesDto.safeParse(settings.preferences);
      const { notifications, quiet_hours: quiet } = read.success ? read.data : preferencesDto.parse({});
      const reachable = { mail: mailer.works && settings.verified, push: browsers.has(userId) };
      if (!(["mail", "push"] as const).some((way) => reachable[way] && wantsAny(notifications, way))) continue;
      listeners.set(memberId, {
        memberId,
        userId,
        language: settings.language,
        quiet,
        wants: (kind, way) => reachable[way] && wants(notifications, kind, way),
      });
    }
    return listeners;
  }

  return {
    of(workspaceId) {
      const now = clock.now().getTime();
      const before = known.get(workspaceId);
      if (before && before.until > now) return before.listeners;
      const listeners = look(workspaceId);
      if (known.size >= trustedMost) known.clear();
      known.set(workspaceId, { listeners, until: now + trustMs });
      listeners.catch(() => known.delete(workspaceId));
      return listeners;
    },
    forget: () => known.clear(),
  };
}
