/** All commands of the protocol that this server knows; anything else is CommandNotFound (59). */
import { commandTable } from "../command.js";
import { aggregateCommands } from "./aggregate.js";
import { countCommands } from "./count.js";
import { databaseCommands } from "./databases.js";
import { diagnosticCommands } from "./diagnostics.js";
import { explainCommands } from "./explain.js";
import { findAndModifyCommands } from "./findAndModify.js";
import { findCommands } from "./find.js";
import { handshakeCommands } from "./handshake.js";
import { indexCommands } from "./indexes.js";
import { sessionCommands } from "./sessions.js";
import { writeCommands } from "./write.js";

export const allCommands = commandTable([
  ...handshakeCommands,
  ...findCommands,
  ...writeCommands,
  ...findAndModifyCommands,
  ...aggregateCommands,
  ...countCommands,
  ...indexCommands,
  ...databaseCommands,
  ...explainCommands,
  ...sessionCommands,
  ...diagnosticCommands,
]);
