/** Starts the local store inside this process. */
import { mkdir } from "node:fs/promises";
import { createServer, type AddressInfo, type Server } from "node:net";
import { dirname, join, resolve } from "node:path";
import { allCommands } from "./server/commands/index.js";
import { Connection } from "./server/connection.js";
import { claimDirectory, listenPrivately } from "./server/lock.js";
import { Service } from "./server/service.js";
import { openEngine } from "./storage/engine.js";
import type { Engine } from "./types.js";

export interface StoreOptions {
  /** Data directory, made when it is not there. One process at a time may serve it. */
  dir: string;
  /** Listen on this unix socket (mode 0600, its name must end in ".sock"). Default: `store.sock` in `dir`. */
  socketPath?: string;
  /** Listen on this port of 127.0.0.1 instead of a unix socket; 0 takes a free one. */
  port?: number;
  /** Gets one line of text at a time. Default: nothing is logged. */
  log?: (line: string) => void;
  /** How long an unused cursor stays open. Default: 10 minutes, as MongoDB. */
  cursorIdleMs?: number;
  /** How often expired documents are deleted. Default: every minute, as MongoDB. */
  ttlIntervalMs?: number;
  /** Refuses reads that no index serves with 291, as MongoDB does with the parameter `notablescan`: for tests. */
  noTableScan?: boolean;
}

export interface RunningStore {
  /** Connection string for any MongoDB client on this machine. */
  uri: string;
  /** Lets running commands finish, closes all connections and the files. */
  close(): Promise<void>;
}

const notice =
  "Local store: a single-node MongoDB-compatible server for one machine. Move to real MongoDB when you need more than " +
  "one node, transactions, change streams, or more data than this machine's disk holds comfortably " +
  "(`npm run store -- export --dir D --to URI` moves everything).";

/** Opens the data directory and serves it until `close`. Rejects when another process serves it. */
export async function startStore(options: StoreOptions): Promise<RunningStore> {
  const dir = resolve(options.dir);
  const log = options.log ?? (() => undefined);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const claim = await claimDirectory(dir);
  let opened: Engine | undefined;
  try {
    const engine = await openEngine({
      dir,
      ...(options.ttlIntervalMs === undefined ? {} : { ttlIntervalMs: options.ttlIntervalMs }),
      ...(options.noTableScan === undefined ? {} : { noTableScan: options.noTableScan }),
    });
    opened = engine;
    const running = await serve(engine, dir, options, log);
    log(notice);
    log(`listening on ${running.uri}`);
    let closing: Promise<void> | undefined;
    const closeAll = async (): Promise<void> => {
      await running.close();
      await engine.close();
      await claim.release();
    };
    return { uri: running.uri, close: () => (closing ??= closeAll()) };
  } catch (error) {
    await opened?.close();
    await claim.release();
    throw error;
  }
}

async function serve(
  engine: Engine,
  dir: string,
  options: StoreOptions,
  log: (line: string) => void,
): Promise<RunningStore> {
  const connections = new Set<Connection>();
  const server = createServer();
  const uri = await listen(server, dir, options);
  const service = new Service({
    engine,
    commands: allCommands,
    log,
    host: decodeURIComponent(uri.replace(/^mongodb:\/\/|\/.*$/g, "")),
    dir,
    cursorIdleMs: options.cursorIdleMs,
  });
  server.on("connection", (socket) => {
    service.connectionsEver += 1;
    service.connections += 1;
    const connection = new Connection(
      service.connectionsEver,
      socket,
      (request, from) => service.handle(request, from),
      log,
    );
    connections.add(connection);
    void connection.finished().then(() => {
      service.connections -= 1;
      connections.delete(connection);
    });
  });
  return {
    uri,
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      await service.close();
      await Promise.all([...connections].map((connection) => connection.close()));
      await closed;
    },
  };
}

/** Starts listening and returns the connection string. */
async function listen(server: Server, dir: string, options: StoreOptions): Promise<string> {
  if (options.port === undefined) {
    const path = resolve(options.socketPath ?? join(dir, "store.sock"));
    if (!path.endsWith(".sock")) throw new Error(`the name of a unix socket has to end in ".sock": ${path}`);
    await mkdir(dirname(path), { recursive: true });
    await listenPrivately(server, path);
    return `mongodb://${encodeURIComponent(path)}/`;
  }
  if (options.socketPath !== undefined) throw new Error("a store listens on a port or on a unix socket, not on both");
  await new Promise<void>((ready, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", () => {
      server.off("error", reject);
      ready();
    });
  });
  return `mongodb://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
