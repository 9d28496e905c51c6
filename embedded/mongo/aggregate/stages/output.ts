/** $out and $merge: results into a collection. */
import { MongoError } from "../../errors.js";
import type { Doc, PipelineHost, Value } from "../../types.js";
import { isDoc, typeAlias } from "../../values/compare.js";
import { describe } from "../../values/describe.js";
import { compileExpression } from "../expression.js";
import { collect, type StageCompiler, type StageEnvironment, type StageTable, unknownField } from "../stage.js";
import { compileTransform } from "../transforms.js";
import { checkVariableName } from "../variables.js";

interface Target {
  db: string;
  collection: string;
}

function refuseInside(name: string, env: StageEnvironment): void {
  if (env.inside === "$facet") throw new MongoError(40600, `${name} is not allowed to be used within a $facet stage`);
  if (env.inside === "$unionWith") {
    throw new MongoError(31441, `${name} is not allowed within a $unionWith's sub-pipeline`);
  }
  if (env.inside) throw new MongoError(51047, `${name} is not allowed within a ${env.inside}'s sub-pipeline`);
}

const out: StageCompiler = (spec, env) => {
  refuseInside("$out", env);
  const target = readOut(spec, env.where.db);
  return {
    kind: "stream",
    writes: true,

    async *run(input, host) {
      await host.replaceCollection(target.db, target.collection, await collect(input));
    },
  };
};

function readOut(spec: Value, db: string): Target {
  if (typeof spec === "string") return checked({ db, collection: spec });
  if (!isDoc(spec))
    throw new MongoError(16990, `$out only supports a string or object argument, but found ${typeAlias(spec)}`);
  for (const name of Object.keys(spec)) {
    if (name !== "db" && name !== "coll" && name !== "timeseries") throw unknownField("$out", name);
  }
  if (spec.timeseries !== undefined) {
    throw new MongoError("NotImplemented", "time series collections are not supported by this local store");
  }
  if (typeof spec.db !== "string" || typeof spec.coll !== "string") {
    throw new MongoError(
      16994,
      `If an object is passed to $out it must have exactly 2 string fields: 'db' and 'coll'. Found: ${describe(spec)}`,
    );
  }
  return checked({ db: spec.db, collection: spec.coll });
}

function checked(target: Target): Target {
  if (target.collection === "" || target.db === "") {
    throw new MongoError("InvalidNamespace", `Invalid $out target namespace, ${target.db}.${target.collection}`);
  }
  return target;
}

const whenMatchedNames = ["replace", "keepExisting", "merge", "fail"];
const whenNotMatchedNames = ["insert", "discard", "fail"];
const mergeFields = new Set(["into", "on", "let", "whenMatched", "whenNotMatched"]);

function readInto(into: Value, db: string): Target {
  if (typeof into === "string") return checked({ db, collection: into });
  if (isDoc(into) && typeof into.coll === "string") {
    return checked({ db: typeof into.db === "string" ? into.db : db, collection: into.coll });
  }
  throw new MongoError(
    51178,
    `$merge 'into' field  must be either a string or an object, but found ${typeAlias(into)}`,
  );
}

function readOn(on: Value): string[] {
  if (on === undefined) return ["_id"];
  if (typeof on === "string") return [on];
  if (!Array.isArray(on))
    throw new MongoError(
      51186,
      `$merge 'on' field  must be either a string or an array of strings, but found ${typeAlias(on)}`,
    );
  if (on.length === 0)
    throw new MongoError(51187, "If explicitly specifying $merge 'on', must include at least one field");
  const paths = on.map((path: Value) => {
    if (typeof path !== "string")
      throw new MongoError(51134, `$merge 'on' array elements must be strings, but found ${typeAlias(path)}`);
    return path;
  });
  if (new Set(paths).size !== paths.length)
    throw new MongoError(31465, "Found a duplicate field in the $merge 'on' list");
  return paths;
}

function checkModes(spec: Doc, env: StageEnvironment): void {
  const { whenMatched = "merge", whenNotMatched = "insert" } = spec;
  if (Array.isArray(whenMatched)) {
    for (const stage of whenMatched as Value[]) checkUpdateStage(stage, env);
  } else if (!whenMatchedNames.includes(whenMatched as string)) {
    throw new MongoError(
      "BadValue",
      `Enumeration value '${String(whenMatched)}' for field 'whenMatched' is not a valid value.`,
    );
  }
  if (!whenNotMatchedNames.includes(whenNotMatched as string)) {
    throw new MongoError(
      "BadValue",
      `Enumeration value '${String(whenNotMatched)}' for field '$merge.whenNotMatched' is not a valid value.`,
    );
  }
  if ((whenMatched === "keepExisting" || whenMatched === "fail") && whenNotMatched !== "insert") {
    throw new MongoError(
      51181,
      `Combination of $merge modes 'whenMatched: ${whenMatched}' and 'whenNotMatched: ${String(whenNotMatched)}' is not supported`,
    );
  }
  if (isDoc(spec.let) && "new" in spec.let && spec.let.new !== "$$ROOT") {
    throw new MongoError(51273, "'let' may not define a value for the reserved 'new' variable other than '$$ROOT'");
  }
  if (spec.let !== undefined && !Array.isArray(whenMatched)) {
    throw new MongoError(51199, "Cannot use 'let' variables with 'whenMatched: " + String(whenMatched) + "' mode");
  }
}

function checkUpdateStage(stage: Value, env: StageEnvironment): void {
  const [name = ""] = isDoc(stage) ? Object.keys(stage) : [];
  if (!["$addFields", "$set", "$project", "$unset", "$replaceRoot", "$replaceWith"].includes(name)) {
    throw new MongoError("InvalidOptions", `${name} is not allowed to be used within an update`);
  }
  const variables = { ...env.context.variables, new: {} };
  // Variables of `let` are only known later; without them the stage can be checked here.
  if (!JSON.stringify(stage).includes("$$"))
    compileTransform(name, (stage as Doc)[name], { ...env.context, variables });
}

function compileLet(spec: Value, env: StageEnvironment): ((doc: Doc) => Doc) | undefined {
  if (spec === undefined) return undefined;
  if (!isDoc(spec))
    throw new MongoError(
      "TypeMismatch",
      `BSON field '$merge.let' is the wrong type '${typeAlias(spec)}', expected type 'object'`,
    );
  const expressions = Object.entries(spec).map(([name, expression]) => {
    checkVariableName(name);
    return [name, compileExpression(expression, env.context)] as const;
  });
  return (doc) => Object.fromEntries(expressions.map(([name, evaluate]) => [name, evaluate(doc)]));
}

/** How many documents go to the host at a time. */
const batchSize = 500;

const merge: StageCompiler = (given, env) => {
  refuseInside("$merge", env);
  const spec: Doc = typeof given === "string" ? { into: given } : isDoc(given) ? given : {};
  if (typeof given !== "string" && !isDoc(given)) {
    throw new MongoError(51182, `$merge requires a string or object argument, but found ${typeAlias(given)}`);
  }
  for (const name of Object.keys(spec)) if (!mergeFields.has(name)) throw unknownField("$merge", name);
  if (spec.into === undefined) throw new MongoError(40414, "BSON field '$merge.into' is missing but a required field");
  const target = readInto(spec.into, env.where.db);
  const options: Doc = { ...spec, on: readOn(spec.on) };
  checkModes(spec, env);
  const variables = compileLet(spec.let, env);
  const send = async (docs: Doc[], host: PipelineHost): Promise<void> => {
    if (!variables) return host.merge(target.db, target.collection, docs, options, env.context);
    for (const doc of docs) {
      await host.merge(target.db, target.collection, [doc], { ...options, let: variables(doc) }, env.context);
    }
  };
  return {
    kind: "stream",
    writes: true,

    async *run(input, host) {
      let batch: Doc[] = [];
      for await (const doc of input) {
        batch.push(doc);
        if (batch.length < batchSize) continue;
        await send(batch, host);
        batch = [];
      }
      await send(batch, host);
    },
  };
};

export const outputStages: StageTable = { $out: out, $merge: merge };
