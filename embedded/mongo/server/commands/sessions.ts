/** Logical sessions: started, kept alive and ended; there are no transactions. */
import { Binary } from "bson";
import { randomUUID } from "node:crypto";
import { MongoError } from "../../errors.js";
import type { Doc, Value } from "../../types.js";
import type { CommandDefinition } from "../command.js";
import { readSession } from "../generic.js";
import type { Operation } from "../operation.js";
import { sessionTimeoutMinutes } from "../sessions.js";

function startSession(operation: Operation): Doc {
  const uuid = Buffer.from(randomUUID().replaceAll("-", ""), "hex");
  operation.service.sessions.touch(uuid.toString("hex"));
  return { id: { id: new Binary(uuid, Binary.SUBTYPE_UUID) }, timeoutMinutes: sessionTimeoutMinutes };
}

function sessionIds(operation: Operation): string[] {
  return (operation.body[operation.command] as Value[]).map(readSession);
}

function refreshSessions(operation: Operation): Doc {
  for (const id of sessionIds(operation)) operation.service.sessions.touch(id);
  return {};
}

/** Ends sessions; what they still have open is closed. */
async function endSessions(operation: Operation): Promise<Doc> {
  const { service } = operation;
  const ids = new Set(sessionIds(operation));
  for (const id of ids) service.sessions.end(id);
  await service.cursors.killWhere((cursor) => cursor.session !== undefined && ids.has(cursor.session));
  return {};
}

/** Interrupts what sessions run and closes their cursors; an empty list means all sessions. */
async function killSessions(operation: Operation): Promise<Doc> {
  const { service } = operation;
  const ids = new Set(sessionIds(operation));
  const picked = (session: string | undefined): boolean =>
    session !== undefined && (ids.size === 0 || ids.has(session));
  for (const other of service.running.values()) {
    if (other !== operation && picked(other.session)) {
      other.interrupted = new MongoError("Interrupted", "operation was interrupted");
    }
  }
  await service.cursors.killWhere((cursor) => picked(cursor.session));
  return {};
}

async function killAllSessions(operation: Operation): Promise<Doc> {
  operation.body[operation.command] = [];
  return killSessions(operation);
}

function refuseTransaction(operation: Operation): never {
  throw new MongoError("CommandFailed", `${operation.command} must be run within a transaction`);
}

export const sessionCommands: readonly CommandDefinition[] = [
  { name: "startSession", fields: {}, target: "database", run: startSession },
  {
    name: "refreshSessions",
    fields: { refreshSessions: "array!" },
    target: "database",
    apiV1: true,
    run: refreshSessions,
  },
  { name: "endSessions", fields: { endSessions: "array!" }, target: "database", apiV1: true, run: endSessions },
  { name: "killSessions", fields: { killSessions: "array!" }, target: "database", apiV1: true, run: killSessions },
  { name: "killAllSessions", fields: { killAllSessions: "array!" }, target: "database", run: killAllSessions },
  {
    name: "killAllSessionsByPattern",
    fields: { killAllSessionsByPattern: "array!" },
    target: "database",
    run: killAllSessions,
  },
  {
    name: "commitTransaction",
    fields: { recoveryToken: "object" },
    target: "admin",
    apiV1: true,
    writeConcern: true,
    run: refuseTransaction,
  },
  {
    name: "abortTransaction",
    fields: { recoveryToken: "object" },
    target: "admin",
    apiV1: true,
    writeConcern: true,
    run: refuseTransaction,
  },
];
