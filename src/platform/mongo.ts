import mongoose, { type Connection } from "mongoose";
import { AppError } from "../core/errors.js";
import type { Log } from "../core/ports.js";

/** The oldest server whose behaviour the queries rely on. */
const oldestMajor = 6;

/**
 * A connection of our own, checked: reachable, and new enough. Writes are acknowledged by a majority and journaled. Rejects
 * with AppError `unavailable` and one sentence that may be shown; the address is left out, it may hold a password.
 */
export async function connectMongo(options: { uri: string; database: string; log: Log }): Promise<Connection> {
  const { uri, database, log } = options;
  const connection = mongoose.createConnection(uri, {
    dbName: database,
    autoIndex: false,
    autoCreate: false,
    serverSelectionTimeoutMS: 5_000,
    writeConcern: { w: "majority", journal: true },
  });
  connection.set("strictQuery", "throw");
  // Without a listener an error event would end the process; until connected, the rejection below tells of it.
  connection.on("error", () => undefined);
  try {
    await connection.asPromise();
    const { version } = (await connection.db!.admin().command({ buildInfo: 1 })) as { version: string };
    if (Number.parseInt(version, 10) < oldestMajor) {
      throw new AppError(
        "unavailable",
        `MONGODB_URI leads to MongoDB ${version}; version ${oldestMajor} or newer is needed.`,
      );
    }
    connection.on("error", (error: Error) => log.warn("mongo_error", { error }));
    return connection;
  } catch (error) {
    await connection.destroy().catch(() => undefined);
    if (error instanceof AppError) throw error;
    throw new AppError("unavailable", `MongoDB cannot be reached: ${reason(error)}.`, { cause: error });
  }
}

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : "";
  if (/ECONNREFUSED/.test(text)) return "nothing listens at the address in MONGODB_URI";
  if (/ENOENT/.test(text)) return "the socket in MONGODB_URI does not exist";
  if (/ENOTFOUND|EAI_AGAIN/.test(text)) return "the host name in MONGODB_URI does not resolve";
  if (/auth/i.test(text)) return "the user name or password in MONGODB_URI is not accepted";
  if (/invalid|scheme|parse/i.test(text)) return "MONGODB_URI is not a MongoDB address";
  return "no server answered at the address in MONGODB_URI within 5 seconds";
}

/** Rejects when the store does not answer. */
export async function pingMongo(connection: Connection): Promise<void> {
  if (connection.readyState !== mongoose.ConnectionStates.connected) throw new Error("not connected");
  await connection.db!.command({ ping: 1 });
}
