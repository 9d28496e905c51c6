/** $regexMatch, $regexFind and $regexFindAll. */
import { MongoError } from "../../errors.js";
import { compileRegex } from "../../query/regex.js";
import type { Doc, Value } from "../../types.js";
import { isDoc, regexParts, typeAlias } from "../../values/compare.js";
import { type Evaluator, isNullish, type OperatorCompiler, type OperatorTable, type Scope } from "../evaluator.js";

interface Parts {
  input: Evaluator;
  regex: (scope: Scope) => RegExp | undefined;
}

function readParts(operand: Value, compile: (spec: Value) => Evaluator, name: string): Parts {
  if (!isDoc(operand))
    throw new MongoError(51103, `${name} expects an object of named arguments but found: ${typeAlias(operand)}`);
  for (const key of Object.keys(operand)) {
    if (!["input", "regex", "options"].includes(key))
      throw new MongoError(31024, `${name} found an unknown argument: ${key}`);
  }
  if (!("input" in operand)) throw new MongoError(31022, `${name} requires 'input' parameter`);
  if (!("regex" in operand)) throw new MongoError(31023, `${name} requires 'regex' parameter`);
  const pattern = compile(operand.regex);
  const options = "options" in operand ? compile(operand.options) : undefined;
  if (pattern.literal && (!options || options.literal)) {
    const regex = build(pattern.literal.value, options?.literal?.value, name);
    return { input: compile(operand.input), regex: () => regex };
  }
  return { input: compile(operand.input), regex: (scope) => build(pattern(scope), options?.(scope), name) };
}

/** Undefined for a null pattern, which matches nothing. */
function build(pattern: Value, options: Value, name: string): RegExp | undefined {
  if (isNullish(pattern)) return undefined;
  if (!isNullish(options) && typeof options !== "string") {
    throw new MongoError(51106, `${name} needs 'options' to be of type string`);
  }
  if (typeof pattern === "string") return compiled(pattern, options ?? "", name);
  if (typeAlias(pattern) !== "regex")
    throw new MongoError(51105, `${name} needs 'regex' to be of type string or regex`);
  const parts = regexParts(pattern);
  if (!isNullish(options) && parts.options !== "") {
    throw new MongoError(51107, `${name}: found regex option(s) specified in both 'regex' and 'option' fields`);
  }
  return compiled(parts.pattern, options ?? parts.options, name);
}

/** Expressions have a code of their own for a pattern that cannot be compiled. */
function compiled(pattern: string, options: string, name: string): RegExp {
  try {
    return global(compileRegex(pattern, options));
  } catch (error) {
    if (!(error instanceof MongoError) || error.code !== 51091) throw error;
    throw new MongoError(51111, `Invalid Regex in ${name}: ${error.message}`);
  }
}

function global(regex: RegExp): RegExp {
  return new RegExp(regex.source, `${regex.flags}g`);
}

function textOf(value: Value, name: string): string | undefined {
  if (isNullish(value)) return undefined;
  if (typeof value !== "string") throw new MongoError(51104, `${name} needs 'input' to be of type string`);
  return value;
}

/** `idx` counts code points. */
function describe(match: RegExpExecArray | RegExpMatchArray, text: string): Doc {
  return {
    match: match[0],
    idx: Array.from(text.slice(0, match.index)).length,
    captures: match.slice(1).map((capture: string | undefined) => capture ?? null),
  };
}

const find: OperatorCompiler = (operand, compiler, name) => {
  const parts = readParts(operand, (spec) => compiler.compile(spec), name);
  return (scope) => {
    const text = textOf(parts.input(scope), name);
    const regex = parts.regex(scope);
    if (text === undefined || !regex) return null;
    regex.lastIndex = 0;
    const match = regex.exec(text);
    return match ? describe(match, text) : null;
  };
};

const findAll: OperatorCompiler = (operand, compiler, name) => {
  const parts = readParts(operand, (spec) => compiler.compile(spec), name);
  return (scope) => {
    const text = textOf(parts.input(scope), name);
    const regex = parts.regex(scope);
    if (text === undefined || !regex) return [];
    regex.lastIndex = 0;
    return [...text.matchAll(regex)].map((match) => describe(match, text));
  };
};

const matches: OperatorCompiler = (operand, compiler, name) => {
  const parts = readParts(operand, (spec) => compiler.compile(spec), name);
  return (scope) => {
    const text = textOf(parts.input(scope), name);
    const regex = parts.regex(scope);
    if (text === undefined || !regex) return false;
    regex.lastIndex = 0;
    return regex.test(text);
  };
};

export const regexOperators: OperatorTable = { $regexFind: find, $regexFindAll: findAll, $regexMatch: matches };
