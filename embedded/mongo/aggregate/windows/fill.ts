/** $fill: values for fields that are missing or null. */
import { MongoError } from "../../errors.js";
import type { Doc, EvalContext, Value } from "../../types.js";
import { isDoc, typeAlias } from "../../values/compare.js";
import { checkFieldPath } from "../expression.js";
import { compileAddFields } from "../transforms.js";
import { compileSetWindowFields } from "./stage.js";

const known = ["partitionBy", "partitionByFields", "sortBy", "output"];
const methods: Record<string, string> = { linear: "$linearFill", locf: "$locf" };

function readOutput(output: Value): { windows: Doc; values: Doc } {
  if (!isDoc(output)) throw new MongoError(40414, "BSON field '$fill.output' is missing but a required field");
  if (Object.keys(output).length === 0) {
    throw new MongoError(6050203, "The 'output' field of $fill must not be empty");
  }
  const windows: Doc = {};
  const values: Doc = {};
  for (const [path, how] of Object.entries(output)) {
    checkFieldPath(path);
    if (!isDoc(how) || Object.keys(how).length !== 1) {
      throw new MongoError(
        6050200,
        `Each field of $fill's 'output' must have exactly one of 'value' and 'method', found: ${path}`,
      );
    }
    if ("value" in how) values[path] = { $ifNull: [`$${path}`, how.value] };
    else if ("method" in how) windows[path] = { [methodOf(how.method)]: `$${path}` };
    else
      throw new MongoError(
        40415,
        `BSON field '$fill.output.${path}.${Object.keys(how)[0] ?? ""}' is an unknown field.`,
      );
  }
  return { windows, values };
}

function methodOf(method: Value): string {
  const operator = typeof method === "string" && Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (operator === undefined) throw new MongoError(6050202, "Method must be either 'locf' or 'linear'");
  return operator;
}

function readPartition(spec: Doc): Value {
  const { partitionBy, partitionByFields } = spec;
  if (partitionByFields === undefined) return partitionBy;
  if (partitionBy !== undefined) {
    throw new MongoError(6050204, "Maximum one of 'partitionBy' and 'partitionByFields can be specified in '$fill'");
  }
  if (!Array.isArray(partitionByFields)) {
    throw new MongoError(
      "TypeMismatch",
      `BSON field '$fill.partitionByFields' is the wrong type '${typeAlias(partitionByFields)}', expected type 'array'`,
    );
  }
  const fields = partitionByFields.map((path: Value) => {
    if (typeof path !== "string") throw new MongoError("TypeMismatch", "$fill's partitionByFields must hold strings");
    return checkFieldPath(path).join(".");
  });
  // An array of the fields' values would not do: partitions are told apart by one value that is no array.
  return Object.fromEntries(fields.map((path, at) => [`f${at}`, `$${path}`]));
}

/** Compiles $fill into a function of all documents that reach it. */
export function compileFill(spec: Value, context: EvalContext): (docs: Doc[]) => Iterable<Doc> {
  if (!isDoc(spec)) throw new MongoError(6050202, "The $fill stage specification must be an object");
  for (const name of Object.keys(spec)) {
    if (!known.includes(name)) throw new MongoError(40415, `BSON field '$fill.${name}' is an unknown field.`);
  }
  const { windows, values } = readOutput(spec.output);
  const partitionBy = readPartition(spec);
  const usesWindows = Object.keys(windows).length > 0;
  const inOrder = usesWindows
    ? compileSetWindowFields(
        {
          ...(partitionBy !== undefined && { partitionBy }),
          ...(spec.sortBy !== undefined && { sortBy: spec.sortBy }),
          output: windows,
        },
        context,
      )
    : undefined;
  const replace = Object.keys(values).length > 0 ? compileAddFields(values, context) : undefined;
  return (docs) => {
    const filled = inOrder ? [...inOrder(docs)] : docs;
    return replace ? filled.map(replace) : filled;
  };
}
