/** $jsonSchema: draft 4 of JSON Schema with bsonType, as MongoDB has it. */
import { MongoError } from "../errors.js";
import type { Doc, Value } from "../types.js";
import { canonicalKey, compareValues, isDoc, isNumber, valuesEqual } from "../values/compare.js";
import { calculate, isZero, wholeNumber } from "../values/numbers.js";
import type { Node } from "./node.js";
import { fieldOf } from "./path.js";
import type { ValueTest } from "./predicates.js";
import { compileRegex } from "./regex.js";
import { compileTypeTest } from "./typeNames.js";

type Keyword = (operand: Value, schema: Doc) => ValueTest | undefined;

/** Compiles the operand of $jsonSchema. Throws MongoError FailedToParse for unknown keywords. */
export function compileJsonSchema(operand: Value): Node {
  if (!isDoc(operand)) throw new MongoError("TypeMismatch", "$jsonSchema must be an object");
  return compileSchema(operand);
}

function compileSchema(schema: Value): ValueTest {
  if (!isDoc(schema)) throw new MongoError("TypeMismatch", "$jsonSchema keywords must hold objects as schemas");
  const tests: ValueTest[] = [];
  for (const [name, operand] of Object.entries(schema)) {
    const keyword = Object.hasOwn(keywords, name) ? keywords[name] : undefined;
    if (!keyword) throw new MongoError("FailedToParse", `Unknown $jsonSchema keyword: ${name}`);
    const test = keyword(operand, schema);
    if (test) tests.push(test);
  }
  return (value) => tests.every((test) => test(value));
}

function wrong(name: string, expected: string): MongoError {
  return new MongoError("TypeMismatch", `$jsonSchema keyword '${name}' must be ${expected}`);
}

function count(name: string, operand: Value): number {
  const whole = isNumber(operand) ? wholeNumber(operand) : undefined;
  if (whole === undefined || whole < 0)
    throw new MongoError("FailedToParse", `$jsonSchema keyword '${name}' must be a non-negative integer`);
  return whole;
}

/** A keyword speaks of one type only; values of other types pass. */
function when(applies: ValueTest, test: ValueTest): ValueTest {
  return (value) => !applies(value) || test(value);
}

const isArray: ValueTest = (value) => Array.isArray(value);
const isString: ValueTest = (value) => typeof value === "string";

function lengthOf(value: Value): number {
  return Array.isArray(value)
    ? value.length
    : isDoc(value)
      ? Object.keys(value).length
      : Array.from(value as string).length;
}

function bound(applies: ValueTest, name: string, lower: boolean): Keyword {
  return (operand) => {
    const limit = count(name, operand);
    return when(applies, (value) => (lower ? lengthOf(value) >= limit : lengthOf(value) <= limit));
  };
}

function range(name: string, direction: 1 | -1): Keyword {
  const exclusiveName = direction === 1 ? "exclusiveMinimum" : "exclusiveMaximum";
  return (operand, schema) => {
    if (!isNumber(operand)) throw wrong(name, "a number");
    const exclusive = schema[exclusiveName] === true;
    return when(isNumber, (value) => {
      const order = compareValues(value, operand) * direction;
      return exclusive ? order > 0 : order >= 0;
    });
  };
}

function exclusiveFlag(name: string, partner: string): Keyword {
  return (operand, schema) => {
    if (typeof operand !== "boolean") throw wrong(name, "a boolean");
    if (schema[partner] === undefined) {
      throw new MongoError("FailedToParse", `$jsonSchema keyword '${partner}' must be present if ${name} is present`);
    }
    return undefined;
  };
}

function schemas(name: string, operand: Value): ValueTest[] {
  if (!Array.isArray(operand)) throw wrong(name, "an array");
  if (operand.length === 0) throw new MongoError("BadValue", `$jsonSchema keyword '${name}' must be a non-empty array`);
  return operand.map((schema: Value) => compileSchema(schema));
}

const jsonTypes = new Set(["object", "array", "number", "boolean", "string", "null"]);

function compileType(operand: Value): ValueTest {
  const list: Value[] = Array.isArray(operand) ? operand : [operand];
  const names = list.map((name) => {
    if (typeof name !== "string") throw wrong("type", "either a string or an array of strings");
    if (name === "integer") throw new MongoError("BadValue", "$jsonSchema type 'integer' is not currently supported.");
    if (!jsonTypes.has(name)) throw new MongoError("BadValue", `Unknown type name alias: ${name}`);
    return name === "boolean" ? "bool" : name;
  });
  return compileTypeTest(names);
}

function compileProperties(operand: Value): ValueTest {
  if (!isDoc(operand)) throw wrong("properties", "an object");
  const tests = Object.entries(operand).map(([name, schema]) => [name, compileSchema(schema)] as const);
  return when(isDoc, (value) =>
    tests.every(([name, test]) => {
      const field = fieldOf(value as Doc, name);
      return field === undefined || test(field);
    }),
  );
}

function readPatterns(operand: Value): [RegExp, ValueTest][] {
  if (operand === undefined) return [];
  if (!isDoc(operand)) throw wrong("patternProperties", "an object");
  return Object.entries(operand).map(([pattern, schema]) => [compileRegex(pattern, ""), compileSchema(schema)]);
}

function compileAdditional(operand: Value, schema: Doc): ValueTest {
  const known = new Set(isDoc(schema.properties) ? Object.keys(schema.properties) : []);
  const patterns = readPatterns(schema.patternProperties);
  const rest = (doc: Doc): Value[] =>
    Object.keys(doc)
      .filter((name) => !known.has(name) && !patterns.some(([pattern]) => pattern.test(name)))
      .map((name) => doc[name]);
  if (typeof operand === "boolean") return when(isDoc, (value) => operand || rest(value as Doc).length === 0);
  const test = compileSchema(operand);
  return when(isDoc, (value) => rest(value as Doc).every(test));
}

function compileItems(operand: Value): ValueTest {
  if (Array.isArray(operand)) {
    const tests = operand.map((schema: Value) => compileSchema(schema));
    return when(isArray, (value) =>
      tests.every((test, at) => at >= (value as Value[]).length || test((value as Value[])[at])),
    );
  }
  const test = compileSchema(operand);
  return when(isArray, (value) => (value as Value[]).every(test));
}

function compileAdditionalItems(operand: Value, schema: Doc): ValueTest | undefined {
  const test: ValueTest = typeof operand === "boolean" ? () => operand : compileSchema(operand);
  const { items } = schema;
  if (!Array.isArray(items)) return undefined;
  return when(isArray, (value) => (value as Value[]).slice(items.length).every(test));
}

function compileDependencies(operand: Value): ValueTest {
  if (!isDoc(operand)) throw wrong("dependencies", "an object");
  const tests = Object.entries(operand).map(([name, needs]) => {
    const test: ValueTest = Array.isArray(needs)
      ? (value) => needs.every((need: Value) => fieldOf(value as Doc, need as string) !== undefined)
      : compileSchema(needs);
    return [name, test] as const;
  });
  return when(isDoc, (value) =>
    tests.every(([name, test]) => fieldOf(value as Doc, name) === undefined || test(value)),
  );
}

function compileRequired(operand: Value): ValueTest {
  if (!Array.isArray(operand)) throw wrong("required", "an array");
  if (operand.length === 0)
    throw new MongoError("FailedToParse", "$jsonSchema keyword 'required' cannot be an empty array");
  const names = operand.map((name: Value) => {
    if (typeof name !== "string") throw wrong("required", "an array of strings");
    return name;
  });
  return when(isDoc, (value) => names.every((name) => fieldOf(value as Doc, name) !== undefined));
}

function compileUnique(operand: Value): ValueTest | undefined {
  if (typeof operand !== "boolean") throw wrong("uniqueItems", "a boolean");
  if (!operand) return undefined;
  return when(isArray, (value) => {
    const list = value as Value[];
    return new Set(list.map((element) => canonicalKey(element))).size === list.length;
  });
}

const keywords: Record<string, Keyword> = {
  title: () => undefined,
  description: () => undefined,
  type: (operand) => compileType(operand),
  bsonType: (operand) => compileTypeTest(operand),
  enum(operand) {
    if (!Array.isArray(operand)) throw wrong("enum", "an array");
    return (value) => operand.some((one: Value) => valuesEqual(one, value));
  },
  required: (operand) => compileRequired(operand),
  properties: (operand) => compileProperties(operand),
  patternProperties(operand) {
    const patterns = readPatterns(operand);
    return when(isDoc, (value) =>
      Object.entries(value as Doc).every(([name, field]) =>
        patterns.every(([pattern, test]) => !pattern.test(name) || test(field)),
      ),
    );
  },
  additionalProperties: (operand, schema) => compileAdditional(operand, schema),
  minProperties: bound(isDoc, "minProperties", true),
  maxProperties: bound(isDoc, "maxProperties", false),
  dependencies: (operand) => compileDependencies(operand),
  items: (operand) => compileItems(operand),
  additionalItems: (operand, schema) => compileAdditionalItems(operand, schema),
  minItems: bound(isArray, "minItems", true),
  maxItems: bound(isArray, "maxItems", false),
  uniqueItems: (operand) => compileUnique(operand),
  minLength: bound(isString, "minLength", true),
  maxLength: bound(isString, "maxLength", false),
  pattern(operand) {
    if (typeof operand !== "string") throw wrong("pattern", "a string");
    const pattern = compileRegex(operand, "");
    return when(isString, (value) => pattern.test(value as string));
  },
  minimum: range("minimum", 1),
  maximum: range("maximum", -1),
  exclusiveMinimum: exclusiveFlag("exclusiveMinimum", "minimum"),
  exclusiveMaximum: exclusiveFlag("exclusiveMaximum", "maximum"),
  multipleOf(operand) {
    if (!isNumber(operand)) throw wrong("multipleOf", "a number");
    return when(isNumber, (value) => isZero(calculate("remainder", value, operand)));
  },
  allOf(operand) {
    const tests = schemas("allOf", operand);
    return (value) => tests.every((test) => test(value));
  },
  anyOf(operand) {
    const tests = schemas("anyOf", operand);
    return (value) => tests.some((test) => test(value));
  },
  oneOf(operand) {
    const tests = schemas("oneOf", operand);
    return (value) => tests.filter((test) => test(value)).length === 1;
  },
  not(operand) {
    const test = compileSchema(operand);
    return (value) => !test(value);
  },
};
