/** Figures about the server and its collections, as MongoDB's diagnostic commands give them. */
import { Long } from "bson";
import { MongoError } from "../errors.js";
import type { Collection, Doc, Value } from "../types.js";
import { toNumber } from "./fields.js";
import type { Operation } from "./operation.js";
import type { Service } from "./service.js";

/** `scale` of collStats and dbStats: divides sizes; 1 when absent. */
export function readScale(value: Value): number {
  if (value === undefined || value === null) return 1;
  const scale = Math.trunc(toNumber(value));
  if (!(scale >= 1))
    throw new MongoError(51024, `BSON field 'scale' value must be >= 1, actual value '${toNumber(value)}'`);
  return scale;
}

/** collStats of one collection; zeros for one that does not exist. */
export function collectionStats(collection: Collection | undefined, scaleValue: Value): Doc {
  const scale = readScale(scaleValue);
  const scaled = (bytes: number): number => Math.floor(bytes / scale);
  const stats = collection?.stats() ?? { count: 0, size: 0, storageSize: 0, indexSizes: {} };
  const indexSizes: Doc = {};
  let totalIndexSize = 0;
  for (const [name, bytes] of Object.entries(stats.indexSizes)) {
    indexSizes[name] = scaled(bytes);
    totalIndexSize += bytes;
  }
  return {
    size: scaled(stats.size),
    count: stats.count,
    ...(stats.count > 0 ? { avgObjSize: Math.floor(stats.size / stats.count) } : {}),
    numOrphanDocs: 0,
    storageSize: scaled(stats.storageSize),
    freeStorageSize: 0,
    capped: false,
    nindexes: Object.keys(stats.indexSizes).length,
    indexBuilds: [],
    totalIndexSize: scaled(totalIndexSize),
    totalSize: scaled(stats.storageSize + totalIndexSize),
    indexSizes,
    scaleFactor: scale,
  };
}

/** Rows of currentOp: what runs now, and open cursors that nobody reads just now. */
export function currentOperations(service: Service, asking: Operation): Doc[] {
  const rows: Doc[] = [];
  for (const operation of service.running.values()) {
    const { lsid, ...command } = operation.body;
    const micros = (Date.now() - operation.startedAt) * 1000;
    rows.push({
      type: "op",
      host: service.host,
      desc: `conn${operation.connection.id}`,
      connectionId: operation.connection.id,
      active: true,
      currentOpTime: new Date().toISOString(),
      opid: operation.id,
      secs_running: Long.fromNumber(Math.floor(micros / 1_000_000)),
      microsecs_running: Long.fromNumber(micros),
      op: operationKind(operation.command),
      ns: operation.collection === "" ? `${operation.db}.$cmd` : operation.namespace,
      command: operation === asking ? { ...command } : command,
      ...(lsid === undefined ? {} : { lsid }),
      numYields: 0,
    });
  }
  return rows;
}

function operationKind(command: string): string {
  if (command === "find") return "query";
  if (command === "getMore") return "getmore";
  if (command === "delete") return "remove";
  return command === "insert" || command === "update" ? command : "command";
}
