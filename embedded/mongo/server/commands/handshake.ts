/** What clients ask when they connect: who is there, which version, what it can do. */
import { Double, Long } from "bson";
import { MongoError } from "../../errors.js";
import type { Doc } from "../../types.js";
import type { CommandDefinition } from "../command.js";
import type { Operation } from "../operation.js";
import { sessionTimeoutMinutes } from "../sessions.js";
import { serverVersion } from "../version.js";
import { maxDocumentBytes, maxMessageBytes } from "../wire.js";

/** Wire version of MongoDB 7.0. */
const maxWireVersion = 21;

/**
 * The answer of a standalone. It has no `topologyVersion`, so that drivers poll instead of keeping a streaming hello
 * open: nothing about a single local node ever changes while it lives.
 */
function describe(operation: Operation, primaryName: "isWritablePrimary" | "ismaster"): Doc {
  const { body, connection } = operation;
  if (body.maxAwaitTimeMS !== undefined && body.topologyVersion === undefined) {
    throw new MongoError(31368, "A request with 'maxAwaitTimeMS' must include a 'topologyVersion'");
  }
  return {
    ...(body.helloOk === true ? { helloOk: true } : {}),
    [primaryName]: true,
    maxBsonObjectSize: maxDocumentBytes,
    maxMessageSizeBytes: maxMessageBytes,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: sessionTimeoutMinutes,
    connectionId: connection.id,
    minWireVersion: 0,
    maxWireVersion,
    readOnly: false,
  };
}

function buildInfo(): Doc {
  return {
    version: serverVersion.text,
    gitVersion: "none",
    modules: [],
    allocator: "system",
    javascriptEngine: "none",
    sysInfo: "deprecated",
    versionArray: [...serverVersion.parts],
    openssl: { running: "disabled", compiled: "disabled" },
    buildEnvironment: {},
    bits: 64,
    debug: false,
    maxBsonObjectSize: maxDocumentBytes,
    storageEngines: ["lmdb"],
  };
}

function connectionStatus(operation: Operation): Doc {
  const authInfo: Doc = { authenticatedUsers: [], authenticatedUserRoles: [] };
  if (operation.body.showPrivileges === true) authInfo.authenticatedUserPrivileges = [];
  return { authInfo };
}

/** The few parameters that clients look at. */
const parameters: Doc = {
  featureCompatibilityVersion: { version: serverVersion.compatibility },
  cursorTimeoutMillis: Long.fromNumber(600_000),
  localLogicalSessionTimeoutMinutes: sessionTimeoutMinutes,
  authenticationMechanisms: [],
  enableTestCommands: false,
  ttlMonitorEnabled: true,
};

function getParameter(operation: Operation): Doc {
  const { body } = operation;
  if (body.getParameter === "*") return { ...parameters };
  const reply: Doc = {};
  for (const [name, value] of Object.entries(parameters)) if (name in body) reply[name] = value;
  if (Object.keys(reply).length === 0) throw new MongoError("InvalidOptions", "no option found to get");
  return reply;
}

function refuseCredentials(): never {
  throw new MongoError(
    "AuthenticationFailed",
    "Authentication failed: this server has no users; leave the credentials out of the URI",
  );
}

const open = { fields: "open", target: "database" } as const;

export const handshakeCommands: readonly CommandDefinition[] = [
  { ...open, name: "hello", apiV1: true, run: (operation) => describe(operation, "isWritablePrimary") },
  { ...open, name: "isMaster", aliases: ["ismaster"], run: (operation) => describe(operation, "ismaster") },
  { ...open, name: "ping", fields: {}, apiV1: true, run: () => ({}) },
  { ...open, name: "buildInfo", aliases: ["buildinfo"], fields: {}, run: buildInfo },
  { ...open, name: "connectionStatus", fields: { showPrivileges: "safeBool" }, apiV1: true, run: connectionStatus },
  { ...open, name: "getParameter", target: "admin", run: getParameter },
  {
    ...open,
    name: "whatsmyuri",
    fields: {},
    run: (operation) => ({ you: `127.0.0.1:${operation.connection.id}` }),
  },
  { ...open, name: "saslStart", run: refuseCredentials },
  { ...open, name: "saslContinue", run: refuseCredentials },
  { ...open, name: "authenticate", run: refuseCredentials },
  { ...open, name: "logout", fields: {}, run: () => ({}) },
  {
    ...open,
    name: "listCommands",
    fields: {},
    run: (operation) => {
      const commands: Doc = {};
      for (const [name, command] of operation.service.commandTable) {
        if (name === command.name) commands[name] = { help: "", adminOnly: command.target === "admin" };
      }
      return { commands, ok: new Double(1) };
    },
  },
];
