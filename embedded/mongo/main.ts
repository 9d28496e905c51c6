/** The store's command line: serve a data directory, or move all data to or from another MongoDB. */
import { Command, InvalidArgumentError } from "commander";
import { startStore, type StoreOptions } from "./index.js";
import { copyAll } from "./transfer.js";

function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new InvalidArgumentError("expected a number from 0 to 65535");
  }
  return port;
}

const say = (line: string): void => console.log(line);

/** Resolves when the process is told to end, or when the parent that it talks to has gone. */
function toldToEnd(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGTERM", () => resolve());
    process.once("SIGINT", () => resolve());
    // `send` is there when a parent gave us a channel, also after that parent has gone.
    if (process.send === undefined) return;
    if (process.connected) process.once("disconnect", () => resolve());
    else resolve();
  });
}

interface ServeOptions {
  dir: string;
  port?: number;
  socket?: string;
  notablescan?: boolean;
}

async function serve(options: ServeOptions): Promise<void> {
  const end = toldToEnd();
  const where: StoreOptions = { dir: options.dir, log: say };
  if (options.port !== undefined) where.port = options.port;
  if (options.socket !== undefined) where.socketPath = options.socket;
  if (options.notablescan !== undefined) where.noTableScan = options.notablescan;
  const store = await startStore(where);
  if (process.connected) process.send?.({ uri: store.uri });
  await end;
  await store.close();
  if (process.connected) process.disconnect();
}

/** Runs `work` with the store of a directory open. */
async function withStore(dir: string, work: (uri: string) => Promise<void>): Promise<void> {
  const store = await startStore({ dir });
  try {
    await work(store.uri);
  } finally {
    await store.close();
  }
}

const program = new Command("store").description("A local server that speaks the MongoDB wire protocol");

program
  .command("serve")
  .description("serve a data directory until SIGTERM or SIGINT")
  .requiredOption("--dir <path>", "data directory, made when it is not there")
  .option("--port <number>", "listen on this port of 127.0.0.1 (0 = a free one)", readPort)
  .option("--socket <path>", "listen on this unix socket (default: store.sock in the data directory)")
  .option("--notablescan", "refuse reads that no index serves")
  .action(serve);

program
  .command("export")
  .description("copy all databases, collections and indexes to another MongoDB, and verify the copy")
  .requiredOption("--dir <path>", "data directory to read")
  .requiredOption("--to <uri>", "connection string of the MongoDB to write to")
  .option("--drop", "replace collections that are there already", false)
  .action((options: { dir: string; to: string; drop: boolean }) =>
    withStore(options.dir, (uri) => copyAll({ from: uri, to: options.to, drop: options.drop, say })),
  );

program
  .command("import")
  .description(
    "copy all databases, collections and indexes of another MongoDB into a data directory, and verify the copy",
  )
  .requiredOption("--from <uri>", "connection string of the MongoDB to read")
  .requiredOption("--dir <path>", "data directory to write")
  .option("--drop", "replace collections that are there already", false)
  .action((options: { dir: string; from: string; drop: boolean }) =>
    withStore(options.dir, (uri) => copyAll({ from: options.from, to: uri, drop: options.drop, say })),
  );

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
