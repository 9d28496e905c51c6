/** The arrayFilters of an update: which elements `$[identifier]` stands for. */
import { MongoError } from "../errors.js";
import { compileNode } from "../query/filter.js";
import type { Doc, EvalContext, Value } from "../types.js";
import { isDoc } from "../values/compare.js";
import { describe } from "../values/describe.js";
import type { ElementTests } from "./tree.js";

const identifierPattern = /^[a-z][a-zA-Z0-9]*$/;

/** Collects the first parts of all paths of a filter, also below $and, $or and $nor. */
function topLevelNames(filter: Doc, names: Set<string>): void {
  for (const [path, operand] of Object.entries(filter)) {
    if (path === "$and" || path === "$or" || path === "$nor") {
      if (!Array.isArray(operand)) continue;
      for (const clause of operand) if (isDoc(clause)) topLevelNames(clause, names);
    } else if (!path.startsWith("$")) names.add(path.split(".")[0] as string);
  }
}

function identifierOf(filter: Doc): string {
  const names = new Set<string>();
  topLevelNames(filter, names);
  const [name, other] = names;
  if (name === undefined) {
    throw new MongoError("FailedToParse", "Cannot use an expression without a top-level field name in arrayFilters");
  }
  if (other !== undefined) {
    throw new MongoError(
      "FailedToParse",
      `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${name}' and '${other}'`,
    );
  }
  if (!identifierPattern.test(name)) {
    throw new MongoError(
      "BadValue",
      `Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${name}'`,
    );
  }
  return name;
}

export function compileArrayFilters(filters: readonly Doc[], context: EvalContext): ElementTests {
  const tests = new Map<string, (element: Value) => boolean>();
  for (const filter of filters) {
    const name = identifierOf(filter);
    if (tests.has(name)) {
      throw new MongoError("FailedToParse", `Found multiple array filters with the same top-level field name ${name}`);
    }
    const node = compileNode(filter, context);
    tests.set(name, (element) => node({ [name]: element }));
  }
  return tests;
}

/** Refuses identifiers without a filter and filters that no path uses. */
export function checkIdentifiers(paths: readonly string[], tests: ElementTests, update: Doc): void {
  const used = new Set<string>();
  for (const path of paths) {
    for (const part of path.split(".")) {
      if (!part.startsWith("$[") || !part.endsWith("]") || part === "$[]") continue;
      const name = part.slice(2, -1);
      if (!tests.has(name)) {
        throw new MongoError("BadValue", `No array filter found for identifier '${name}' in path '${path}'`);
      }
      used.add(name);
    }
  }
  for (const name of tests.keys()) {
    if (!used.has(name)) {
      throw new MongoError(
        "FailedToParse",
        `The array filter for identifier '${name}' was not used in the update ${describe(update)}`,
      );
    }
  }
}
