import type { Server as HttpServer } from "node:http";
import { createAdapter } from "@socket.io/redis-streams-adapter";
import type { Redis } from "ioredis";
import { Server, type Socket } from "socket.io";
import { z } from "zod";
import { AppError } from "../core/errors.js";
import type { Log, SequencedEvent } from "../core/ports.js";
import type { Principal } from "../identity/index.js";
import { createFeeds, type Feeds } from "./feeds.js";

/** Tells whoever is connected what happened. */
export interface Realtime {
  /** There are new events in the log. Whoever is connected, to whatever process, gets them; never throws. */
  appended(events: readonly SequencedEvent[]): void;
  /** Something that is not kept, such as that somebody types. */
  ephemeral(workspaceId: string, type: string, data: Record<string, unknown>): void;
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
  /** Rejects with AppError `unauthenticated` for a key that is not (or no more) valid. */
  authenticate(token: string | undefined): Promise<Principal>;
  events: {
    after(workspaceId: string, seq: number, limit: number): Promise<SequencedEvent[]>;
    last(workspaceId: string): Promise<number>;
  };
  /** The event as the REST API shows it. */
  present(event: SequencedEvent): unknown;
  /** Pages of which origins may connect; programs send none. */
  allowOrigin(origin: string): boolean;
}

const path = "/realtime";
/** Clients only say hello: whatever is larger is not from one of ours. */
const messageMost = 10_000;
const perKeyMost = 100;
/** How soon a revoked key is noticed, and a hint that was lost. */
const lookEveryMs = 5_000;

const hello = z.object({
  token: z.string().max(200).optional(),
  after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
});

const adapterOf = ({ redis, prefix }: BusOptions) =>
  createAdapter(redis, { streamName: `${prefix}:realtime`, channelPrefix: `${prefix}:realtime`, maxLen: 5_000 });

const roomOf = (workspaceId: string) => `workspace ${workspaceId}`;

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
    adapter: adapterOf(options),
    allowRequest: (request, decide) => {
      const { origin } = request.headers;
      decide(null, origin === undefined || options.allowOrigin(origin));
    },
  });
  const feeds = createFeeds<Socket>({
    events,
    emit: (socket, event) => socket.emit("event", options.present(event)),
    tooSlow: (socket) => socket.disconnect(true),
    backlogOf: (socket) => (socket.conn as unknown as { writeBuffer: unknown[] }).writeBuffer.length,
    log,
  });
  const keys = new Map<string, { token: string; sockets: Set<Socket> }>();

  io.use((socket, next) => {
    admit(socket).then(
      () => next(),
      (error: unknown) => next(error as Error),
    );
  });

  async function admit(socket: Socket): Promise<void> {
    const given = hello.safeParse(socket.handshake.auth);
    if (!given.success) throw refusal("invalid_request", "Send { token, after? } as auth.");
    let principal: Principal;
    try {
      principal = await options.authenticate(given.data.token);
    } catch (error) {
      if (error instanceof AppError) throw refusal(error.code, error.message);
      log.warn("socket_not_admitted", { error: error as Error });
      throw refusal("unavailable", "Try again in a moment.");
    }
    const { scopes, keyId, workspaceId } = principal;
    if (!scopes.includes("*") && !scopes.includes("conversations:read")) {
      throw refusal("forbidden", "This API key lacks the scope conversations:read.");
    }
    if ((keys.get(keyId)?.sockets.size ?? 0) >= perKeyMost) {
      throw refusal("rate_limited", `A key holds at most ${perKeyMost} connections.`);
    }
    socket.data = { workspaceId, keyId, token: given.data.token, after: given.data.after };
  }

  io.on("connection", (socket) => {
    const { workspaceId, keyId, token, after } = socket.data as {
      workspaceId: string;
      keyId: string;
      token: string;
      after: number | undefined;
    };
    const key = keys.get(keyId) ?? { token, sockets: new Set() };
    keys.set(keyId, key);
    key.sockets.add(socket);
    socket.on("disconnect", () => {
      key.sockets.delete(socket);
      if (key.sockets.size === 0) keys.delete(keyId);
      feeds.leave(workspaceId, socket);
    });
    void socket.join(roomOf(workspaceId));
    feeds.join(workspaceId, socket, after).catch((error: unknown) => {
      log.warn("socket_not_fed", { error: error as Error });
      socket.disconnect(true);
    });
  });

  io.on("hint", (workspaceId: unknown) => {
    if (typeof workspaceId === "string") feeds.look(workspaceId);
  });

  async function stillValid({ token, sockets }: { token: string; sockets: Set<Socket> }): Promise<void> {
    try {
      await options.authenticate(token);
    } catch (error) {
      // A store that is away is no reason to send anybody off.
      if (error instanceof AppError && error.code === "unauthenticated") {
        for (const socket of sockets) socket.disconnect(true);
      }
    }
  }
  const timer = setInterval(() => {
    for (const key of keys.values()) void stillValid(key);
    feeds.lookEverywhere();
  }, lookEveryMs);
  timer.unref();

  // What workers still finish while this process stops finds no bus any more.
  let open = true;
  return {
    appended(appended) {
      for (const workspaceId of open ? new Set(appended.map((event) => event.workspaceId)) : []) {
        feeds.look(workspaceId);
        hint(io, workspaceId, log);
      }
    },
    ephemeral(workspaceId, type, data) {
      if (open) io.to(roomOf(workspaceId)).emit("ephemeral", { type, data });
    },
    async close() {
      open = false;
      clearInterval(timer);
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
    ephemeral(workspaceId, type, data) {
      if (open) io.to(roomOf(workspaceId)).emit("ephemeral", { type, data });
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
