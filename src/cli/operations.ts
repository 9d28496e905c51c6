import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { publicUrlOf } from "../app/address.js";
import { createServices, type Services } from "../app/services.js";
import { configOrExit, failed, logOf, storesOf } from "../app/start.js";
import { AppError } from "../core/errors.js";
import { redacted, redactedText } from "../core/redacted.js";
import { deadLetterEdit } from "../wire/operations.js";
import { createLog } from "../platform/log.js";

interface Options {
  workspace?: string;
}

/** Runs with the services and a workspace: the one that was named, or the only one there is. */
async function within(
  options: Options,
  work: (services: Services, workspaceId: string) => Promise<void>,
): Promise<void> {
  const config = configOrExit();
  const log = config.LOG_LEVEL === "debug" ? logOf(config) : createLog({ level: "error" });
  const services = await createServices(config, storesOf(config), log, () => publicUrlOf(config));
  try {
    const all = await services.identity.workspaces();
    const found =
      options.workspace === undefined && all.length === 1 ? all[0] : all.find(({ id }) => id === options.workspace);
    if (!found) {
      const names = all.map(({ id, name }) => `  ${id}  ${name}`).join("\n");
      throw new AppError("not_found", `Say which workspace with --workspace <id>:\n${names}`);
    }
    await work(services, found.id);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  } finally {
    await services.close();
  }
}

const done = (there: boolean, what: string) => {
  if (!there) throw new AppError("not_found", `There is no such ${what}.`);
  console.log("Done.");
};

const program = new Command("operations").description("Work that did not go through: look at it, mend it, do it again");
const workspace = ["-w, --workspace <id>", "which workspace, when there are several"] as const;

const open = ["--open", "show what it says as well"] as const;

const contentOf = (file: string): Promise<string> =>
  readFile(file, "utf8").catch(() => {
    throw new AppError("not_found", `The file ${file} cannot be read.`);
  });

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const quarantine = program.command("quarantine").description("payloads of providers that could not be read");
quarantine
  .command("list")
  .option(...workspace)
  .action((options: Options) =>
    within(options, async ({ inbox }, workspaceId) => {
      const { items } = await inbox.quarantine.list(workspaceId, { limit: 100 });
      for (const { id, channel, where, receivedAt } of items) {
        console.log(`${id}  ${receivedAt.toISOString()}  ${channel}  ${where}`);
      }
      if (items.length === 0) console.log("Nothing is in quarantine.");
    }),
  );
quarantine
  .command("show <id>")
  .description("its shape; with --open the payload as it came, which may hold what customers wrote")
  .option(...workspace)
  .option(...open)
  .action((id: string, options: Options & { open?: boolean }) =>
    within(options, async ({ inbox }, workspaceId) => {
      const entry = await inbox.quarantine.find(workspaceId, id);
      if (!entry) throw new AppError("not_found", "There is no such payload in quarantine.");
      console.log(options.open ? entry.raw : redactedText(entry.raw));
    }),
  );
quarantine
  .command("edit <id> <file>")
  .description("put the content of a file in the payload's place, to replay it")
  .option(...workspace)
  .action((id: string, file: string, options: Options) =>
    within(options, async ({ inbox }, workspaceId) => {
      done(await inbox.quarantine.edit(workspaceId, id, await contentOf(file)), "payload in quarantine");
    }),
  );
quarantine
  .command("replay <id>")
  .option(...workspace)
  .action((id: string, options: Options) =>
    within(options, async ({ inbox, operations }, workspaceId) => {
      if (!(await inbox.quarantine.find(workspaceId, id))) done(false, "payload in quarantine");
      if (!(await operations.replayQuarantined(workspaceId, id))) {
        throw new AppError("unprocessable", "It still cannot be read and stays in quarantine.");
      }
      done(true, "");
    }),
  );
quarantine
  .command("discard <id>")
  .option(...workspace)
  .action((id: string, options: Options) =>
    within(options, async ({ inbox }, workspaceId) => {
      done(await inbox.quarantine.remove(workspaceId, id), "payload in quarantine");
    }),
  );

const dead = program.command("dead").description("jobs that failed for good");
dead
  .command("list")
  .option(...workspace)
  .action((options: Options) =>
    within(options, async ({ operations }, workspaceId) => {
      const { items } = await operations.deadLetters(workspaceId, { limit: 100 });
      for (const { id, job, failedAt, reason } of items) {
        console.log(`${id}  ${failedAt.toISOString()}  ${job}  ${reason}`);
      }
      if (items.length === 0) console.log("No job has failed for good.");
    }),
  );
dead
  .command("show <id>")
  .description("the shape of what it carries; with --open what customers wrote as well")
  .option(...workspace)
  .option(...open)
  .action((id: string, options: Options & { open?: boolean }) =>
    within(options, async ({ operations }, workspaceId) => {
      const letter = await operations.deadLetter(workspaceId, id);
      if (!letter) throw new AppError("not_found", "There is no such dead letter.");
      const payload = options.open ? letter.payload : redacted(letter.payload);
      console.log(JSON.stringify({ ...letter, payload }, null, 2));
    }),
  );
dead
  .command("edit <id> <file>")
  .description('put the events of a file in the place of those it carries: JSON of the form {"events": […]}')
  .option(...workspace)
  .action((id: string, file: string, options: Options) =>
    within(options, async ({ operations }, workspaceId) => {
      const given = deadLetterEdit.safeParse(jsonOf(await contentOf(file)));
      if (!given.success)
        throw new AppError("unprocessable", `The file is not as it should be: ${given.error.message}`);
      done(await operations.editDeadLetter(workspaceId, id, given.data.events), "dead letter");
    }),
  );
dead
  .command("retry <id>")
  .option(...workspace)
  .action((id: string, options: Options) =>
    within(options, async ({ operations }, workspaceId) => {
      done(await operations.retryDeadLetter(workspaceId, id), "dead letter");
    }),
  );
dead
  .command("discard <id>")
  .option(...workspace)
  .action((id: string, options: Options) =>
    within(options, async ({ operations }, workspaceId) => {
      done(await operations.discardDeadLetter(workspaceId, id), "dead letter");
    }),
  );

program.parseAsync().catch(failed);
