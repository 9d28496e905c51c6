import type { Redis } from "ioredis";
import type { Socket } from "socket.io";
import type { Log } from "../core/ports.js";
import {
  presenceMessage,
  type AgentsOnlineDto,
  type PresenceDto,
  type PresenceMessage,
  type PresenceSnapshotDto,
} from "../wire/presence.js";

interface Options {
  /** For short commands; not the connection that waits for the bus. */
  store: Redis;
  prefix: string;
  /** To every socket of a workspace, whatever its process. */
  tell(workspaceId: string, type: string, data: Record<string, unknown>): void;
  isMember(workspaceId: string, id: string): Promise<boolean>;
  hasConversation(workspaceId: string, id: string): Promise<boolean>;
  log: Log;
}

/** Who is connected, what they look at, and whether they type. Nothing of it is kept: it runs out when nobody says it again. */
export interface Presence {
  /** A socket of the workspace is there; `memberId` null: a program, which says itself whom it shows. */
  join(socket: Socket, workspaceId: string, memberId: string | null): void;
  /** Takes the sockets of this process away. */
  close(): Promise<void>;
}

/** What one socket says. */
export interface PresenceEntry {
  member: string;
  conversation: string | null;
  state: "viewing" | "typing";
}

type Entry = PresenceEntry;

/** Where a workspace's entries lie: when each runs out, and what they say. One slot of a cluster holds both. */
export const presenceKeys = (prefix: string, workspaceId: string): readonly [times: string, entries: string] => [
  `${prefix}:presence:{${workspaceId}}:times`,
  `${prefix}:presence:{${workspaceId}}:entries`,
];

interface Local {
  socket: Socket;
  workspaceId: string;
  memberId: string | null;
  entry: Entry | undefined;
  /** One thing at a time, in the order it was said. */
  turn: Promise<void>;
  typing: NodeJS.Timeout | undefined;
  said: { since: number; count: number };
}

/** How often a process says that its sockets are there, and after how long silence means that they are not. */
const beatEveryMs = 4_000;
const lastsMs = 12_000;
/** Who types says so again within this time. */
const typingLastsMs = 6_000;
/** Sockets of one workspace that are shown, and messages of one socket within a second. */
const shownMost = 2_000;
const saidMost = 20;

/**
 * Removes what ran out, then puts and takes the given sockets. Gives what ran out and what is there now.
 * KEYS: times, entries. ARGV: how long an entry lasts, how many there may be, then pairs of socket and entry ('': take away).
 */
const script = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local over = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)
local gone = {}
for _, id in ipairs(over) do
  local value = redis.call('HGET', KEYS[2], id)
  if value then gone[#gone + 1] = value end
  redis.call('HDEL', KEYS[2], id)
  redis.call('ZREM', KEYS[1], id)
end
for i = 3, #ARGV, 2 do
  local id = ARGV[i]
  if ARGV[i + 1] == '' then
    redis.call('HDEL', KEYS[2], id)
    redis.call('ZREM', KEYS[1], id)
  elseif redis.call('HEXISTS', KEYS[2], id) == 1 or redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[2]) then
    redis.call('HSET', KEYS[2], id, ARGV[i + 1])
    redis.call('ZADD', KEYS[1], now + tonumber(ARGV[1]), id)
  end
end
redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[1]) * 2)
redis.call('PEXPIRE', KEYS[2], tonumber(ARGV[1]) * 2)
return { gone, redis.call('HVALS', KEYS[2]) }
`;

export function createPresence({ store, prefix, tell, isMember, hasConversation, log }: Options): Presence {
  const here = new Map<string, Local>();
  /** Who was online when this process last looked, by workspace. */
  const known = new Map<string, string>();
  let closed = false;

  async function put(
    workspaceId: string,
    sockets: readonly (readonly [id: string, entry: Entry | undefined])[],
  ): Promise<{ gone: Entry[]; now: Entry[] }> {
    const keys = presenceKeys(prefix, workspaceId);
    const pairs = sockets.flatMap(([id, entry]) => [id, entry ? JSON.stringify(entry) : ""]);
    const [gone, now] = (await store.eval(script, 2, ...keys, lastsMs, shownMost, ...pairs)) as [string[], string[]];
    const read = (values: string[]) => values.map((value) => JSON.parse(value) as Entry);
    return { gone: read(gone), now: read(now) };
  }

  function membersOf(conversationId: string, now: readonly Entry[]): PresenceDto["members"] {
    const states = new Map<string, Entry["state"]>();
    for (const { member, conversation, state } of now) {
      if (conversation !== conversationId) continue;
      states.set(member, states.get(member) === "typing" ? "typing" : state);
    }
    return [...states].sort(([a], [b]) => (a < b ? -1 : 1)).map(([member_id, state]) => ({ member_id, state }));
  }

  const onlineOf = (now: readonly Entry[]) => [...new Set(now.map(({ member }) => member))].sort();

  /** Tells who is in these conversations now, and who is online when that changed. */
  function show(
    workspaceId: string,
    conversationIds: Iterable<string | null | undefined>,
    now: readonly Entry[],
  ): void {
    for (const conversation_id of new Set(conversationIds)) {
      if (typeof conversation_id !== "string") continue;
      tell(workspaceId, "presence", {
        conversation_id,
        members: membersOf(conversation_id, now),
      } satisfies PresenceDto);
    }
    const member_ids = onlineOf(now);
    if ((known.get(workspaceId) ?? "") === member_ids.join()) return;
    known.set(workspaceId, member_ids.join());
    tell(workspaceId, "agents.online", { member_ids } satisfies AgentsOnlineDto);
  }

  /** Says what a socket shows now; undefined: it is gone. */
  async function say(local: Local, entry: Entry | undefined): Promise<void> {
    const before = local.entry;
    local.entry = entry;
    const { workspaceId, socket } = local;
    const { gone, now } = await put(workspaceId, [[socket.id, entry]]);
    show(workspaceId, [before?.conversation, entry?.conversation, ...gone.map((one) => one.conversation)], now);
  }

  function inTurn(local: Local, work: () => Promise<void>): void {
    local.turn = local.turn
      .then(work)
      .catch((error: unknown) => log.debug("presence_not_told", { error: error as Error }));
  }

  /** True while a socket says no more than a person can. */
  function calm({ said }: Local): boolean {
    const now = Date.now();
    if (now - said.since > 1_000) Object.assign(said, { since: now, count: 0 });
    said.count += 1;
    return said.count <= saidMost;
  }

  async function hear(local: Local, message: PresenceMessage): Promise<void> {
    const { workspaceId } = local;
    const given = message.member_id;
    const member = local.memberId ?? (given !== undefined && (await isMember(workspaceId, given)) ? given : undefined);
    if (member === undefined || !here.has(local.socket.id)) return;
    const { conversation_id: conversation, state } = message;
    const same = local.entry?.conversation === conversation;
    if (conversation !== null && !same && !(await hasConversation(workspaceId, conversation))) return;
    clearTimeout(local.typing);
    const entry: Entry = { member, conversation, state: conversation === null ? "viewing" : state };
    if (entry.state === "typing") {
      local.typing = setTimeout(() => {
        inTurn(local, async () => {
          if (local.entry?.state === "typing") await say(local, { ...local.entry, state: "viewing" });
        });
      }, typingLastsMs);
      local.typing.unref();
    }
    await say(local, entry);
  }

  async function beat(): Promise<void> {
    const byWorkspace = new Map<string, [string, Entry][]>();
    for (const { workspaceId, socket, entry } of here.values()) {
      const list = byWorkspace.get(workspaceId) ?? [];
      if (entry) list.push([socket.id, entry]);
      byWorkspace.set(workspaceId, list);
    }
    for (const workspaceId of known.keys()) if (!byWorkspace.has(workspaceId)) known.delete(workspaceId);
    for (const [workspaceId, sockets] of byWorkspace) {
      const { gone, now } = await put(workspaceId, sockets);
      show(
        workspaceId,
        gone.map((one) => one.conversation),
        now,
      );
    }
  }
  const timer = setInterval(() => {
    beat().catch((error: unknown) => log.debug("presence_not_told", { error: error as Error }));
  }, beatEveryMs);
  timer.unref();

  return {
    join(socket, workspaceId, memberId) {
      const local: Local = {
        socket,
        workspaceId,
        memberId,
        entry: undefined,
        turn: Promise.resolve(),
        typing: undefined,
        said: { since: 0, count: 0 },
      };
      here.set(socket.id, local);
      inTurn(local, async () => {
        const entry: Entry | undefined =
          memberId === null ? undefined : { member: memberId, conversation: null, state: "viewing" };
        local.entry = entry;
        const { gone, now } = await put(workspaceId, entry ? [[socket.id, entry]] : []);
        const conversations = [...new Set(now.map((one) => one.conversation).filter((id) => id !== null))];
        const snapshot: PresenceSnapshotDto = {
          conversations: conversations.map((id) => ({ conversation_id: id, members: membersOf(id, now) })),
          online: onlineOf(now),
        };
        socket.emit("ephemeral", { type: "presence.snapshot", data: snapshot });
        show(
          workspaceId,
          gone.map((one) => one.conversation),
          now,
        );
      });
      socket.on("presence", (given: unknown) => {
        const message = presenceMessage.safeParse(given);
        if (message.success && calm(local)) inTurn(local, () => hear(local, message.data));
      });
      socket.on("disconnect", () => {
        clearTimeout(local.typing);
        here.delete(socket.id);
        if (!closed) inTurn(local, () => say(local, undefined));
      });
    },

    async close() {
      closed = true;
      clearInterval(timer);
      const all = [...here.values()];
      here.clear();
      await Promise.all(all.map(({ turn }) => turn));
      const workspaces = new Set(all.map(({ workspaceId }) => workspaceId));
      for (const workspaceId of workspaces) {
        const own = all.filter((one) => one.workspaceId === workspaceId);
        await put(
          workspaceId,
          own.map(({ socket }) => [socket.id, undefined] as const),
        ).catch((error: unknown) => log.debug("presence_not_told", { error: error as Error }));
      }
    },
  };
}
