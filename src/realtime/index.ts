import type { IncomingMessage, Server as HttpServer } from "node:http";
import { createAdapter } from "@socket.io/redis-streams-adapter";
import type { Redis } from "ioredis";
import { Server, type Socket } from "socket.io";
import { z } from "zod";
import { AppError } from "../core/errors.js";
import type { Log, SequencedEvent } from "../core/ports.js";
import { holds, type MemberPrincipal, type Principal } from "../identity/index.js";
import { createFeeds, type Feeds } from "./feeds.js";
import { createHolders, dataOf, roomOf, scopeRoomOf, type SocketData } from "./holders.js";
import { createPresence } from "./presence.js";

/** Tells whoever is connected what happened. */
export interface Realtime {
  /** There are new events in the log. Whoever is connected, to whatever process, gets them; never throws. */
  appended(events: readonly SequencedEvent[]): void;
  /** Something that is not kept, such as that somebody types; with `scope` only for those who hold exactly that or `*`. */
  ephemeral(workspaceId: string, type: string, data: Record<string, unknown>, scope?: string): void;
  close(): Promise<void>;
}

interface BusOptions {
  /** A connection that waits for its server: the adapter asks it in a loop. */
  redis: Redis;
  prefix: string;
  log: Log;
}

interface Options extends BusOptions {
  server: HttpServer;
  /** For presence: short commands, not the connection of the bus. */
  store: Redis;
  isMember(workspaceId: string, id: string): Promise<boolean>;
  hasConversation(workspaceId: string, id: string): Promise<boolean>;
  /** Rejects with AppError `unauthenticated` for a key that is not (or no more) valid. */
  authenticate(token: string | undefined): Promise<Principal>;
  /** The member whose session cookie came with the handshake. Rejects with AppError when there is none, or no such member. */
  admitMember(request: IncomingMessage, workspaceId: string): Promise<MemberPrincipal>;
  /** What these members may do now, or why nothing any more. */
  review(members: readonly MemberPrincipal[]): Promise<(MemberPrincipal | AppError)[]>;
  events: {
    after(workspaceId: string, seq: number, limit: number): Promise<SequencedEvent[]>;
    last(workspaceId: string): Promise<number>;
  };
  /** The event as the REST API shows it. */
  present(event: SequencedEvent): unknown;
  /** Pages of which origins may connect; programs send none. */
  allowOrigin(origin: string, host: string | undefined): boolean;
}

const path = "/realtime";
/** Clients only say hello: whatever is larger is not from one of ours. */
const messageMost = 10_000;
const perKeyMost = 100;
/** How soon a revoked key is noticed, and a hint that was lost. */
const lookEveryMs = 5_000;
/** How soon an ended session, membership or permission is noticed: well within five seconds. */
const reviewEveryMs = 2_000;

/** A tab that is dead, or asleep, is gone from everybody's screen within the sum of these. */
const ping = { everyMs: 8_000, patienceMs: 7_000 };

const hello = z.object({
  token: z.string().max(200).optional(),
  workspace: z.string().max(100).optional(),
  after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
});

const adapterOf = ({ redis, prefix }: BusOptions) =>
  createAdapter(redis, { streamName: `${prefix}:realtime`, channelPrefix: `${prefix}:realtime`, maxLen: 5_000 });

const audience = (workspaceId: string, scope: string | undefined) =>
  scope === undefined ? roomOf(workspaceId) : [scopeRoomOf(workspaceId, scope), scopeRoomOf(workspaceId, "*")];

function refusal(code: string, sentence: string): Error {
  return Object.assign(new Error(sentence), { data: { code } });
}

/** The part of a process that serves sockets. The event log is the truth; the bus between processes only carries hints. */
export function createRealtime(options: Options): Realtime {
  const { server, events, log } = options;
  const io = new Server(server, {
    path,
    serveClient: false,
    maxHttpBufferSize: messageMost,
    pingInterval: ping.everyMs,
    pingTimeout: ping.patienceMs,
    adapter: adapterOf(options),
    allowRequest: (request, decide) => {
      const { origin, host } = request.headers;
      decide(null, origin === undefined || options.allowOrigin(origin, host));
    },
  });
  const feeds = createFeeds<Socket>({
    events,
    emit: (socket, event) => socket.emit("event", options.present(event)),
    tooSlow: (socket) => socket.disconnect(true),
    backlogOf: (socket) => (socket.conn as unknown as { writeBuffer: unknown[] }).writeBuffer.length,
    log,
  });
  const holders = createHolders(options);
  const presence = createPresence({
    ...options,
    tell: (workspaceId, type, data) => io.to(roomOf(workspaceId)).emit("ephemeral", { type, data }),
  });

  io.use((socket, next) => {
    admit(socket).then(
      () => next(),
      (error: unknown) => next(error as Error),
    );
  });

  async function admit(socket: Socket): Promise<void> {
    const given = hello.safeParse(socket.handshake.auth);
    if (!given.success) throw refusal("invalid_request", "Send { token, after? } or { workspace, after? } as auth.");
    const { token, workspace, after } = given.data;
    let principal: Principal;
    try {
      principal =
        token === undefined && workspace !== undefined
          ? await options.admitMember(socket.request, workspace)
          : await options.authenticate(token);
    } catch (error) {
      if (error instanceof AppError) throw refusal(error.code, error.message);
      log.warn("socket_not_admitted", { error: error as Error });
      throw refusal("unavailable", "Try again in a moment.");
    }
    if (!holds(principal.scopes, "conversations:read")) {
      throw refusal("forbidden", "This needs the scope conversations:read.");
    }
    if (holders.count(principal.callerId) >= perKeyMost) {
      throw refusal("rate_limited", `A key or a member holds at most ${perKeyMost} connections.`);
    }
    socket.data = { principal, token, after } satisfies SocketData;
  }

  io.on("connection", (socket) => {
    const { principal, after } = dataOf(socket);
    const { workspaceId } = principal;
    holders.add(socket);
    socket.on("disconnect", () => {
      holders.remove(socket);
      feeds.leave(workspaceId, socket);
    });
    presence.join(socket, workspaceId, principal.kind === "member" ? principal.memberId : null);
    feeds.join(workspaceId, socket, after).catch((error: unknown) => {
      log.warn("socket_not_fed", { error: error as Error });
      socket.disconnect(true);
    });
  });

  io.on("hint", (workspaceId: unknown) => {
    if (typeof workspaceId === "string") feeds.look(workspaceId);
  });

  const timer = setInterval(() => {
    void holders.checkKeys();
    feeds.lookEverywhere();
  }, lookEveryMs);
  const reviews = setInterval(() => void holders.checkMembers(), reviewEveryMs);
  timer.unref();
  reviews.unref();

  // What workers still finish while this process stops finds no bus any more.
  let open = true;
  return {
    appended(appended) {
      for (const workspaceId of open ? new Set(appended.map((event) => event.workspaceId)) : []) {
        feeds.look(workspaceId);
        hint(io, workspaceId, log);
      }
    },
    ephemeral(workspaceId, type, data, scope) {
      if (open) io.to(audience(workspaceId, scope)).emit("ephemeral", { type, data });
    },
    async close() {
      open = false;
      clearInterval(timer);
      clearInterval(reviews);
      await presence.close();
      io.disconnectSockets(true);
      await io.close();
      await feeds.settled();
    },
  };
}

/** For processes without sockets: what they tell reaches the sockets of all others. */
export function createRealtimeEmitter(options: BusOptions): Realtime {
  const io = new Server({ adapter: adapterOf(options) });
  let open = true;
  return {
    appended(appended) {
      if (!open) return;
      for (const workspaceId of new Set(appended.map((event) => event.workspaceId))) hint(io, workspaceId, options.log);
    },
    ephemeral(workspaceId, type, data, scope) {
      if (open) io.to(audience(workspaceId, scope)).emit("ephemeral", { type, data });
    },
    // There is no server to close, only the adapter's way to the others.
    close: async () => {
      open = false;
      await io.of("/").adapter.close();
    },
  };
}

/** A lost hint is no loss: every process looks by itself every few seconds. */
function hint(io: Server, workspaceId: string, log: Log): void {
  try {
    io.serverSideEmit("hint", workspaceId);
  } catch (error) {
    log.debug("hint_lost", { error: error as Error });
  }
}

export type { Feeds };
