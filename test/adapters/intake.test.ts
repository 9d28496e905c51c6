import { describe, expect, it } from "@jest/globals";
import { createIntake, type IntakeAccount, type IntakeNote } from "../../src/adapters/intake.js";
import { telegram } from "../../src/adapters/telegram/index.js";
import type { InboundEvent } from "../../src/core/events.js";
import type { Keyring, QueuedJob } from "../../src/core/ports.js";
import { captureLog } from "./captureLog.js";

const account: IntakeAccount = {
  ...{
    id: "acc_1",
    workspaceId: "ws_1",
    kind: "telegram",
    accountRef: "42",
    enabled: true,
    simulated: false,
    trouble: null,
  },
  settings: [],
};
/** Seals nothing: what is kept can be looked at. */
const keyring = { seal: (_place: unknown, words: string) => Promise.resolve(Buffer.from(words)) } as unknown as Keyring;
const opened = (base64: unknown): unknown => JSON.parse(Buffer.from(base64 as string, "base64").toString());

function intakeOf() {
  const jobs: QueuedJob[] = [];
  const notes: IntakeNote[] = [];
  const intake = createIntake({
    adapterFor: () => telegram,
    findByEndpoint: () => Promise.resolve(account),
    accountOf: () => Promise.resolve(account),
    reportTrouble: () => undefined,
    reportWell: () => undefined,
    note: (_account, entry) => void notes.push(entry),
    enqueue: { add: (more: readonly QueuedJob[]) => Promise.resolve(void jobs.push(...more)) },
    keyring,
    log: captureLog().log,
    now: () => new Date(0),
  });
  return { intake, jobs, notes };
}

const update = (id: number, text: string) => ({
  update_id: id,
  message: { message_id: id, date: 1_700_000_000, chat: { id: 7, type: "private", first_name: "Ada" }, text },
});

describe("a batch in which one entry cannot be read", () => {
  const broken = { message: { message_id: 2, date: 1_700_000_000, chat: { id: 7, type: "private" }, text: "no id" } };

  it("passes the others and puts only that one aside", async () => {
    const { intake, jobs, notes } = intakeOf();
    await intake.session(account, [[update(1, "one"), broken, "nothing", update(3, "three")]], "req_1");
    const kept = jobs.filter((job) => job.name === "inbound.quarantine").map(({ payload }) => payload as never);
    expect(kept.map(({ where }) => where as string)).toEqual(["/1/update_id", "/2"]);
    expect(kept.map(({ raw }) => opened(raw))).toEqual([broken, "nothing"]);
    const events = jobs
      .filter((job) => job.name === "inbound.record")
      .flatMap(({ payload }) => opened((payload as never as { events: string }).events) as InboundEvent[]);
    expect(events.map((event) => event.eventKey)).toEqual(["tg:1", "tg:3"]);
    expect(notes.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["quarantined", "event"]));
  });

  it("puts a batch of which hundreds cannot be read aside once", async () => {
    const { intake, jobs } = intakeOf();
    await intake.session(account, [Array.from({ length: 300 }, () => "nothing")], "req_1");
    expect(jobs.map(({ name }) => name)).toEqual(["inbound.quarantine"]);
  });

  it("puts a single one aside as a whole", async () => {
    const { intake, jobs } = intakeOf();
    await intake.session(account, [broken], "req_1");
    expect(jobs.map(({ name }) => name)).toEqual(["inbound.quarantine"]);
    expect(opened((jobs[0]!.payload as never as { raw: string }).raw)).toEqual(broken);
  });
});
