/**
 * The arguments that every command may carry, whatever it does: session, transaction, concerns, time limit, API version.
 * Answers follow a standalone MongoDB 7.0.
 */
import { Binary } from "bson";
import { MongoError } from "../errors.js";
import type { Doc, Value } from "../types.js";
import { isNumber, typeAlias } from "../values/compare.js";
import { fieldChecker, toNumber, wrongType } from "./fields.js";
import type { Operation } from "./operation.js";

const genericNames = new Set([
  "$db",
  "$readPreference",
  "$clusterTime",
  "$client",
  "$audit",
  "$configServerState",
  "$configTime",
  "$topologyTime",
  "$oplogQueryData",
  "$queryOptions",
  "$replData",
  "$impersonatedUsers",
  "allowImplicitCollectionCreation",
  "apiDeprecationErrors",
  "apiStrict",
  "apiVersion",
  "autocommit",
  "clientOperationKey",
  "comment",
  "coordinator",
  "databaseVersion",
  "help",
  "lsid",
  "maxTimeMS",
  "maxTimeMSOpOnly",
  "mayBypassWriteBlocking",
  "readConcern",
  "shardVersion",
  "startTransaction",
  "stmtId",
  "tracking_info",
  "txnNumber",
  "writeConcern",
]);

/** True for a name that belongs to no command in particular. */
export function isGenericArgument(name: string): boolean {
  return genericNames.has(name);
}

/** What a command says about the generic arguments it understands. */
export interface GenericRules {
  /** Part of API version 1. */
  apiV1?: boolean;
  readConcern?: boolean;
  writeConcern?: boolean;
}

/** Checks the generic arguments of a command and puts what they mean into the operation. */
export function applyGenericArguments(operation: Operation, rules: GenericRules): void {
  const { body } = operation;
  if (body.apiVersion !== undefined || body.apiStrict !== undefined || body.apiDeprecationErrors !== undefined) {
    checkApiVersion(operation.command, body, rules);
  }
  if (body.lsid !== undefined) operation.session = readSession(body.lsid);
  checkTransaction(operation.command, body);
  operation.maxTimeMs = readMaxTime(body.maxTimeMS);
  if (body.readConcern !== undefined) checkReadConcern(operation.command, body.readConcern, rules);
  if (body.writeConcern !== undefined) operation.durable = readWriteConcern(body.writeConcern, rules);
}

function checkApiVersion(command: string, body: Doc, rules: GenericRules): void {
  if (body.apiVersion === undefined) {
    throw new MongoError(4886600, "Provided apiStrict and/or apiDeprecationErrors without passing apiVersion");
  }
  if (typeof body.apiVersion !== "string") {
    throw wrongType("apiVersion", typeAlias(body.apiVersion), "type 'string'");
  }
  if (body.apiVersion !== "1") throw new MongoError("APIVersionError", 'API version must be "1"');
  if (body.apiStrict === true && !rules.apiV1) {
    throw new MongoError(
      "APIStrictError",
      `Provided apiStrict:true, but the command ${command} is not in API Version 1. Information on supported commands ` +
        "and migrations in API Version 1 can be found at https://dochub.mongodb.org/core/manual-versioned-api",
    );
  }
}

const sessionFields = fieldChecker({ id: "any!", uid: "any", txnNumber: "any", txnUUID: "any", stmtId: "any" });

/** Hex of a session id (`lsid: {id: UUID}`). */
export function readSession(value: Value): string {
  const type = typeAlias(value);
  if (type !== "object") throw wrongType("lsid", type, "type 'object'");
  const session = value as Doc;
  sessionFields.check(session, "lsid");
  const { id } = session;
  if (!(id instanceof Binary)) throw wrongType("lsid.id", typeAlias(id), "type 'binData'");
  if (id.sub_type !== Binary.SUBTYPE_UUID || id.length() !== 16) {
    throw new MongoError("TypeMismatch", "BSON field 'lsid.id' is the wrong binData type, expected type 'UUID'");
  }
  return Buffer.from(id.value()).toString("hex");
}

/** A standalone knows no transactions and no retryable writes. */
function checkTransaction(command: string, body: Doc): void {
  if (body.txnNumber !== undefined) {
    if (body.lsid === undefined) {
      throw new MongoError("InvalidOptions", "Transaction number requires a session ID to also be specified");
    }
    throw new MongoError("IllegalOperation", "Transaction numbers are only allowed on a replica set member or mongos");
  }
  for (const name of ["autocommit", "startTransaction"]) {
    if (body[name] !== undefined) {
      throw new MongoError("InvalidOptions", `'${name}' requires a transaction number in command ${command}`);
    }
  }
}

/** `maxTimeMS` in milliseconds, 0 when there is no limit. */
function readMaxTime(value: Value): number {
  if (value === undefined || value === null) return 0;
  if (!isNumber(value)) throw new MongoError("BadValue", "maxTimeMS must be a number");
  const number = toNumber(value);
  if (!Number.isInteger(number)) throw new MongoError("BadValue", "maxTimeMS has non-integral value");
  if (number < 0 || number > 0x7fffffff) {
    throw new MongoError("BadValue", `${number} value for maxTimeMS is out of range [0, 2147483647]`);
  }
  return number;
}

const readConcernFields = fieldChecker({
  level: "string",
  afterClusterTime: "timestamp",
  atClusterTime: "timestamp",
  afterOpTime: "object",
  provenance: "string",
  allowTransactionTableSnapshot: "bool",
  waitLastStableRecoveryTimestamp: "bool",
});

function checkReadConcern(command: string, value: Value, rules: GenericRules): void {
  const type = typeAlias(value);
  if (type !== "object") throw wrongType(`${command}.readConcern`, type, "type 'object'");
  const concern = value as Doc;
  readConcernFields.check(concern, "readConcern");
  const level = concern.level as string | undefined;
  if (level !== undefined && !["local", "available", "majority", "linearizable", "snapshot"].includes(level)) {
    throw new MongoError(
      "BadValue",
      `Enumeration value '${level}' for field 'readConcern.level' is not a valid value.`,
    );
  }
  if (!rules.readConcern && level !== undefined && level !== "local") {
    throw new MongoError("InvalidOptions", `Command ${command} does not support read concern { level: "${level}" }`);
  }
  if (level === "linearizable") {
    throw new MongoError("NotAReplicaSet", "node needs to be a replica set member to use read concern");
  }
  if (level === "snapshot") {
    throw new MongoError("NotAReplicaSet", "node needs to be a replica set member to use readConcern: snapshot");
  }
  if (concern.afterClusterTime !== undefined || concern.atClusterTime !== undefined) {
    throw new MongoError("IllegalOperation", "Cannot specify afterClusterTime readConcern without replication enabled");
  }
}

const writeConcernFields = fieldChecker({
  w: "any",
  j: "any",
  fsync: "any",
  wtimeout: "any",
  wOpTime: "any",
  provenance: "string",
  getLastError: "any",
});

/** Whether the answer has to wait for the disk. */
function readWriteConcern(value: Value, rules: GenericRules): boolean {
  const type = typeAlias(value);
  if (type !== "object") throw wrongType("writeConcern", type, "type 'object'");
  const concern = value as Doc;
  writeConcernFields.check(concern, "writeConcern");
  const { w, j, fsync } = concern;
  for (const [name, choice] of Object.entries({ j, fsync })) {
    if (choice !== undefined && typeof choice !== "boolean" && !isNumber(choice)) {
      throw new MongoError("TypeMismatch", `${name} must be numeric or a boolean value`);
    }
  }
  if (j === true && fsync === true) {
    throw new MongoError("FailedToParse", "fsync and j options cannot be used together");
  }
  if (isNumber(w)) {
    const nodes = toNumber(w);
    if (!Number.isInteger(nodes) || nodes < 0 || nodes > 50) {
      throw new MongoError("FailedToParse", "w has to be a non-negative number and not greater than 50");
    }
    if (nodes > 1) throw new MongoError("BadValue", "cannot use 'w' > 1 when a host is not replicated");
  } else if (typeof w === "string") {
    if (w !== "majority" && w !== "") {
      throw new MongoError(
        "BadValue",
        `cannot use non-majority 'w' mode ${w} when a host is not a member of a replica set`,
      );
    }
  } else if (w !== undefined && typeAlias(w) !== "object") {
    throw new MongoError("FailedToParse", "w has to be a number, string, or object");
  }
  if (!rules.writeConcern && Object.keys(concern).length > 0) {
    throw new MongoError("InvalidOptions", "Command does not support writeConcern");
  }
  const unacknowledged = isNumber(w) && toNumber(w) === 0;
  const unjournaled = j === false || (isNumber(j) && toNumber(j) === 0);
  return !unacknowledged && !unjournaled;
}
