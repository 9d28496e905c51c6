import type { Redis } from "ioredis";
import { presenceKeys, type PresenceEntry } from "./presence.js";

/** Which members of a workspace have which conversations before them just now, as "member/conversation". */
export function lookingOf(store: Redis, prefix: string): (workspaceId: string) => Promise<ReadonlySet<string>> {
  return async (workspaceId) => {
    const [times, entries] = presenceKeys(prefix, workspaceId);
    const sockets = await store.zrangebyscore(times, Date.now(), "+inf");
    const values = sockets.length === 0 ? [] : await store.hmget(entries, ...sockets);
    const shown = values.flatMap((value) => (value === null ? [] : [JSON.parse(value) as PresenceEntry]));
    return new Set(
      shown.flatMap(({ member, conversation }) => (conversation === null ? [] : [`${member}/${conversation}`])),
    );
  };
}
