import { Command } from "commander";
import { configOrExit, failed, logOf, storesOf } from "../app/start.js";
import { AppError } from "../core/errors.js";
import { systemClock } from "../core/ports.js";
import { createIdentity, type Identity } from "../identity/index.js";
import { createKeyring, type ManagedKeyring } from "../platform/keyring/index.js";
import { connectMongo } from "../platform/mongo.js";

async function withKeyring(work: (keyring: ManagedKeyring, identity: Identity) => Promise<void>): Promise<void> {
  const config = configOrExit();
  const { mongoUri, masterKeys } = storesOf(config);
  const connection = await connectMongo({ uri: mongoUri, database: config.MONGODB_DATABASE, log: logOf(config) });
  try {
    const keyring = createKeyring({ connection, masterKeys, clock: systemClock });
    await keyring.ensureIndexes();
    await work(keyring, createIdentity({ connection, keyring, clock: systemClock }));
  } finally {
    await connection.close();
  }
}

const program = new Command("keys").description("The keys that protect what is stored");

program
  .command("status")
  .description("which master key wraps how many data keys, and the workspaces")
  .action(() =>
    withKeyring(async (keyring, identity) => {
      const rows = await keyring.status();
      if (rows.length === 0) console.log("There are no data keys yet.");
      for (const { masterId, keys, current } of rows)
        console.log(`${masterId}  ${keys} keys${current ? "  (current)" : ""}`);
      for (const { id, name } of await identity.workspaces()) console.log(`${id}  ${name}`);
    }),
  );

program
  .command("rotate")
  .description("wrap every data key under the first MASTER_KEY; keep the old one in the list until this is done")
  .action(() =>
    withKeyring(async (keyring) => {
      console.log(`${await keyring.rewrapAll()} keys wrapped under the first MASTER_KEY.`);
    }),
  );

program
  .command("rotate-workspace <id>")
  .description("give a workspace a new data key; older ones still open what they sealed")
  .action((id: string) =>
    withKeyring(async (keyring, identity) => {
      if (!(await identity.workspaces()).some((workspace) => workspace.id === id))
        throw new AppError("not_found", `There is no workspace ${id}; \`npm run keys -- status\` names them.`);
      await keyring.rotateWorkspace(id);
      console.log(`${id} seals with a new key from now on.`);
    }),
  );

program.parseAsync().catch(failed);
