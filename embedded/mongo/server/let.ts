/** The `let` argument of commands: constant expressions, evaluated once before the command runs. */
import { MongoError } from "../errors.js";
import type { Doc, EvalContext } from "../types.js";

export function evaluateLet(variables: Doc, context: EvalContext): Doc {
  void context;
  for (const name of Object.keys(variables)) {
    if (!/^[a-z\u0080-\uffff][\w\u0080-\uffff]*$/u.test(name))
      throw new MongoError("FailedToParse", `'${name}' starts with an invalid character for a user variable name`);
  }
  return variables;
}
