/** What a command is to the dispatcher. */
import type { FieldChecker, Fields } from "./fields.js";
import { fieldChecker } from "./fields.js";
import { isGenericArgument, type GenericRules } from "./generic.js";
import type { Operation, Reply } from "./operation.js";

/** One command of the protocol, as a file under commands/ describes it. */
export interface CommandDefinition extends GenericRules {
  /** The name as MongoDB writes it. */
  name: string;
  aliases?: readonly string[];
  /** Its own fields besides the generic arguments and besides its name; "open" = takes anything. */
  fields: Fields | "open";
  /**
   * What the command's first value names: a collection, a collection or 1 for the database, nothing (any value), or
   * nothing and only in database `admin`.
   */
  target: "collection" | "collectionOrDatabase" | "database" | "admin";
  /** The field whose documents are handed over undecoded, as Operation.raw. */
  rawField?: string;
  run(operation: Operation): Promise<Reply> | Reply;
}

/** A definition with its fields compiled. */
export interface Command extends CommandDefinition {
  readonly checker: FieldChecker | undefined;
}

/** All commands by each of their names. */
export function commandTable(definitions: readonly CommandDefinition[]): Map<string, Command> {
  const table = new Map<string, Command>();
  for (const definition of definitions) {
    const command: Command = {
      ...definition,
      checker:
        definition.fields === "open"
          ? undefined
          : fieldChecker({ [definition.name]: "any", ...definition.fields }, isGenericArgument),
    };
    for (const name of [definition.name, ...(definition.aliases ?? [])]) table.set(name, command);
  }
  return table;
}
