/** Commands that tell about the server itself. */
import { Double, Long } from "bson";
import { cpus, freemem, hostname, release, totalmem, type as osType, arch } from "node:os";
import { statfs } from "node:fs/promises";
import { MongoError } from "../../errors.js";
import type { Doc } from "../../types.js";
import { existingCollection } from "../collections.js";
import type { CommandDefinition } from "../command.js";
import { collectionStats, currentOperations, readScale } from "../diagnostics.js";
import { integer } from "../fields.js";
import type { Operation } from "../operation.js";
import { serverVersion } from "../version.js";

const long = (value: number): Long => Long.fromNumber(Math.floor(value));

function serverStatus(operation: Operation): Doc {
  const { service } = operation;
  const uptime = (Date.now() - service.startedAt.getTime()) / 1000;
  const memory = process.memoryUsage();
  const opcounters: Doc = {};
  for (const [name, count] of Object.entries(service.counters)) opcounters[name] = long(count as number);
  const open = service.cursors.list();
  return {
    host: service.host,
    version: serverVersion.text,
    process: "mongod",
    pid: long(process.pid),
    uptime: new Double(Math.floor(uptime)),
    uptimeMillis: long(uptime * 1000),
    uptimeEstimate: long(uptime),
    localTime: new Date(),
    asserts: { regular: 0, warning: 0, msg: 0, user: 0, tripwire: 0, rollovers: 0 },
    connections: {
      current: service.connections,
      available: 1_000_000 - service.connections,
      totalCreated: service.connectionsEver,
      active: service.running.size,
    },
    globalLock: {
      totalTime: long(uptime * 1e6),
      currentQueue: { total: 0, readers: 0, writers: 0 },
      activeClients: { total: service.running.size, readers: 0, writers: 0 },
    },
    logicalSessionRecordCache: { activeSessionsCount: service.sessions.size },
    mem: {
      bits: 64,
      resident: Math.floor(memory.rss / 1048576),
      virtual: Math.floor(memory.rss / 1048576),
      supported: true,
    },
    metrics: {
      cursor: {
        timedOut: long(service.cursors.timedOut),
        open: {
          noTimeout: long(open.filter((cursor) => cursor.noTimeout).length),
          pinned: long(open.filter((cursor) => cursor.busy).length),
          total: long(open.length),
        },
      },
    },
    opcounters,
    storageEngine: { name: "lmdb", supportsCommittedReads: true, persistent: true, readOnly: false },
  };
}

function hostInfo(): Doc {
  return {
    system: {
      currentTime: new Date(),
      hostname: hostname(),
      cpuAddrSize: 64,
      memSizeMB: long(totalmem() / 1048576),
      memLimitMB: long(totalmem() / 1048576),
      numCores: cpus().length,
      cpuArch: arch(),
      numaEnabled: false,
    },
    os: { type: osType(), name: osType(), version: release() },
    extra: { memFreeMB: long(freemem() / 1048576) },
  };
}

function getLog(operation: Operation): Doc {
  const which = operation.body.getLog;
  if (which === "*") return { names: ["global", "startupWarnings"] };
  if (which === "global" || which === "startupWarnings") return { totalLinesWritten: 0, log: [] };
  throw new MongoError("OperationFailed", `No log named '${String(which)}'`);
}

function collStats(operation: Operation): Doc {
  const collection = operation.service.engine.collection(operation.db, operation.collection);
  return { ns: operation.namespace, ...collectionStats(collection, operation.body.scale) };
}

async function dbStats(operation: Operation): Promise<Doc> {
  const { service, db } = operation;
  const scale = readScale(operation.body.scale);
  const scaled = (bytes: number): Double => new Double(Math.floor(bytes / scale));
  const total = { objects: 0, data: 0, storage: 0, indexes: 0, indexSize: 0 };
  const collections = service.engine.collections(db);
  for (const collection of collections) {
    const stats = collection.stats();
    total.objects += stats.count;
    total.data += stats.size;
    total.storage += stats.storageSize;
    for (const bytes of Object.values(stats.indexSizes)) {
      total.indexes += 1;
      total.indexSize += bytes;
    }
  }
  const disk = await statfs(service.dir);
  return {
    db,
    collections: long(collections.length),
    views: Long.ZERO,
    objects: long(total.objects),
    avgObjSize: new Double(total.objects === 0 ? 0 : total.data / total.objects),
    dataSize: scaled(total.data),
    storageSize: scaled(total.storage),
    indexes: long(total.indexes),
    indexSize: scaled(total.indexSize),
    totalSize: scaled(total.storage + total.indexSize),
    scaleFactor: long(scale),
    fsUsedSize: scaled((disk.blocks - disk.bfree) * disk.bsize),
    fsTotalSize: scaled(disk.blocks * disk.bsize),
  };
}

function dataSize(operation: Operation): Doc {
  const namespace = operation.body.dataSize as string;
  const dot = namespace.indexOf(".");
  const collection = operation.service.engine.collection(namespace.slice(0, dot), namespace.slice(dot + 1));
  const stats = collection?.stats();
  return { estimate: false, size: long(stats?.size ?? 0), numObjects: long(stats?.count ?? 0), millis: Long.ZERO };
}

async function validate(operation: Operation): Promise<Doc> {
  const collection = existingCollection(operation, `Collection '${operation.namespace}' does not exist to validate.`);
  const { valid, errors, nrecords, keysPerIndex } = await operation.within(collection.validate());
  const indexDetails: Doc = {};
  for (const name of Object.keys(keysPerIndex)) indexDetails[name] = { valid };
  return {
    ns: operation.namespace,
    nInvalidDocuments: Long.ZERO,
    nNonCompliantDocuments: Long.ZERO,
    nrecords: long(nrecords),
    nIndexes: Object.keys(keysPerIndex).length,
    keysPerIndex: { ...keysPerIndex },
    indexDetails,
    valid,
    repaired: false,
    warnings: [],
    errors,
    extraIndexEntries: [],
    missingIndexEntries: [],
    corruptRecords: [],
  };
}

function killOp(operation: Operation): Doc {
  const target = operation.service.running.get(integer(operation.body.op, -1));
  if (target) target.interrupted = new MongoError("Interrupted", "operation was interrupted");
  return { info: "attempting to kill op" };
}

export const diagnosticCommands: readonly CommandDefinition[] = [
  { name: "serverStatus", fields: "open", target: "database", run: serverStatus },
  { name: "hostInfo", fields: {}, target: "admin", run: hostInfo },
  { name: "getLog", fields: { getLog: "string!" }, target: "admin", run: getLog },
  {
    name: "getCmdLineOpts",
    fields: {},
    target: "admin",
    run: (operation) => ({
      argv: ["mongod", "--dbpath", operation.service.dir],
      parsed: { storage: { dbPath: operation.service.dir } },
    }),
  },
  { name: "collStats", aliases: ["collstats"], fields: { scale: "safeInt" }, target: "collection", run: collStats },
  {
    name: "dbStats",
    aliases: ["dbstats"],
    fields: { scale: "safeInt", freeStorage: "safeInt" },
    target: "database",
    run: dbStats,
  },
  {
    name: "dataSize",
    aliases: ["datasize"],
    fields: { dataSize: "string!", keyPattern: "object", min: "object", max: "object", estimate: "safeBool" },
    target: "database",
    run: dataSize,
  },
  {
    name: "validate",
    fields: {
      full: "safeBool",
      repair: "safeBool",
      background: "safeBool",
      metadata: "safeBool",
      checkBSONConformance: "safeBool",
      scandata: "safeBool",
      enforceFastCount: "safeBool",
    },
    target: "collection",
    run: validate,
  },
  {
    name: "currentOp",
    fields: "open",
    target: "admin",
    run: (operation) => ({ inprog: currentOperations(operation.service, operation) }),
  },
  { name: "killOp", fields: { op: "safeInt!" }, target: "admin", run: killOp },
];
