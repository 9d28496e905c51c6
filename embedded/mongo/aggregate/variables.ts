import { MongoError } from "../errors.js";

/** Names of user variables begin with a small letter. Throws FailedToParse. */
export function checkVariableName(name: string): void {
  if (name === "") throw new MongoError("FailedToParse", "empty variable names are not allowed");
  if (!/^[a-z\u0080-\u{10ffff}]/u.test(name) && name !== "CURRENT") {
    throw new MongoError("FailedToParse", `'${name}' starts with an invalid character for a user variable name`);
  }
  const wrong = /[^\w\u0080-\u{10ffff}]/u.exec(name);
  if (wrong) {
    throw new MongoError("FailedToParse", `'${name}' contains an invalid character for a variable name: '${wrong[0]}'`);
  }
}
