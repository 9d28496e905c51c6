/** explain: wraps another command and tells how it would run. */
import { MongoError } from "../../errors.js";
import type { Doc, FindRequest, ShownProjection } from "../../types.js";
import { typeAlias } from "../../values/compare.js";
import { commandTable, type CommandDefinition } from "../command.js";
import { evalContext, readRequest } from "../context.js";
import {
  explainAggregate,
  explainRead,
  explainTail,
  shownCommand,
  type OuterStage,
  type Verbosity,
} from "../explaining.js";
import { documents, flag } from "../fields.js";
import { Operation } from "../operation.js";
import { checkCollectionName } from "../service.js";
import { aggregateCommands } from "./aggregate.js";
import { countCommands, planCount, planDistinct } from "./count.js";
import { checkFindAndModify, findAndModifyCommands } from "./findAndModify.js";
import { findCommands, planFind } from "./find.js";
import { writeCommands } from "./write.js";

const explainable = commandTable([
  ...findCommands,
  ...writeCommands,
  ...countCommands,
  ...findAndModifyCommands,
  ...aggregateCommands,
]);

/** The read that a command begins with, and the stage that MongoDB shows above it. */
interface ExplainedRead {
  request: FindRequest;
  outer?: OuterStage;
  projection?: ShownProjection;
}

const updateStage: OuterStage = { stage: "UPDATE", counter: "nMatched", also: ["nWouldModify", "nWouldUpsert"] };
const countStage: OuterStage = { stage: "COUNT", counter: "nCounted", also: ["nSkipped"] };
const deleteStage: OuterStage = { stage: "DELETE", counter: "nWouldDelete" };

const verbosities = ["queryPlanner", "executionStats", "allPlansExecution"];

function readVerbosity(value: unknown): Verbosity {
  if (value === undefined) return "allPlansExecution";
  if (verbosities.includes(value as string)) return value as Verbosity;
  throw new MongoError(
    "FailedToParse",
    "verbosity string must be one of {'queryPlanner', 'executionStats', 'allPlansExecution'}",
  );
}

/** The one statement of an update or delete, as a read of what it would change. */
function planWrite(operation: Operation, field: "updates" | "deletes"): ExplainedRead {
  const statements = documents(operation.body[field], `explain.${field}`);
  const [statement] = statements;
  if (!statement || statements.length > 1)
    throw new MongoError("InvalidLength", "explained write batches must be of size 1");
  const collection = operation.service.engine.collection(operation.db, operation.collection);
  const context = evalContext(operation, collection, { collation: statement.collation, let: operation.body.let });
  const request = readRequest({ filter: statement.q, hint: statement.hint }, context);
  const one = field === "updates" ? !flag(statement.multi) : Number(statement.limit) === 1;
  if (one) request.limit = 1;
  return { request, outer: field === "updates" ? updateStage : deleteStage };
}

async function explain(outer: Operation): Promise<Doc> {
  const body = outer.body.explain as Doc;
  const verbosity = readVerbosity(outer.body.verbosity);
  const name = Object.keys(body)[0] ?? "";
  const command = explainable.get(name);
  if (!command || name === "insert" || name === "getMore" || name === "killCursors") {
    throw new MongoError("CommandNotFound", `Explain failed due to unknown command: ${name}`);
  }
  const named = body[name];
  if (typeof named !== "string") {
    throw new MongoError("InvalidNamespace", `collection name has invalid type ${typeAlias(named)}`);
  }
  checkCollectionName(outer.db, named);
  if (command.name !== name) body[command.name] = named;
  const { [command.name === name ? "" : name]: _alias, ...own } = body;
  command.checker?.check(own, command.name);
  const operation = new Operation(outer.id, outer.service, outer.connection, command.name, outer.db, own, []);
  operation.collection = named;
  operation.maxTimeMs = outer.maxTimeMs;
  if (command.name === "aggregate") return explainAggregate(operation, own, verbosity);
  const { request, ...above } = planOf(operation, own);
  const answer = await explainRead(operation, request, verbosity, above);
  return { explainVersion: "1", ...answer, ...explainTail(operation, shownCommand({ ...own, $db: outer.db })) };
}

/** The read a command begins with, and the stage that MongoDB shows above it. */
function planOf(operation: Operation, body: Doc): ExplainedRead {
  const collection = operation.service.engine.collection(operation.db, operation.collection);
  switch (operation.command) {
    case "find": {
      const { request, projection } = planFind(operation, body);
      if (!projection) return { request };
      const stage = projection.inclusiveFields ? "PROJECTION_SIMPLE" : "PROJECTION_DEFAULT";
      return { request, projection: { stage, transformBy: body.projection as Doc } };
    }
    case "count":
      return { request: planCount(operation, body, collection), outer: countStage };
    case "distinct":
      return { request: planDistinct(operation, body, collection) };
    case "update":
      return planWrite(operation, "updates");
    case "delete":
      return planWrite(operation, "deletes");
    default: {
      checkFindAndModify(body);
      const context = evalContext(operation, collection, { collation: body.collation, let: body.let });
      const request = readRequest({ filter: body.query, sort: body.sort, hint: body.hint }, context);
      request.limit = 1;
      return { request, outer: flag(body.remove) ? deleteStage : updateStage };
    }
  }
}

export const explainCommands: readonly CommandDefinition[] = [
  {
    name: "explain",
    fields: { explain: "object!", verbosity: "string" },
    target: "database",
    apiV1: true,
    run: explain,
  },
];
