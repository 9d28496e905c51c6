import type { Connection } from "mongoose";
import type { Endpoint } from "../../api/endpoint.js";
import { AppError } from "../../core/errors.js";
import type { DemoDto } from "../../wire/simulator.js";
import { demoModel, type DemoRow } from "./model.js";
import { play, type Stage } from "./play.js";
import type { DemoControl, DemoDeps } from "./ports.js";
import { demoEndpoints } from "./routes.js";
import type { LabelName, Script } from "./script.js";
import { greeting, scripts } from "./scripts/index.js";

/** A workspace filled with conversations on simulated channels, and emptied of them again. */
export interface Demo extends DemoControl {
  /** Whether there is a simulator to fill workspaces on. */
  available: boolean;
  /** Goes on with what a process that died left half done, from now on. */
  start(): void;
  ensureIndexes(): Promise<void>;
  endpoints: Endpoint[];
  close(): Promise<void>;
}

const names = { whatsapp: "Demo WhatsApp", telegram: "Demo Telegram", messenger: "Demo Messenger" } as const;
const colors: Readonly<Record<LabelName | "Demo", string>> = {
  Demo: "#4a5360",
  Order: "#0b7268",
  Refund: "#b42318",
  VIP: "#8a5a00",
  Delivery: "#1d5fd1",
};
/** Conversations that are played at the same time. */
const together = 6;
/** A customer writes so long after the demo is ready. */
const greetAfterMs = 3_000;
/** What a process that died left is looked for this often. */
const lookEveryMs = 5_000;
const failuresMost = 3;

export function createDemo(ports: Omit<DemoDeps, "demos"> & { connection: Connection }): Demo {
  const { connection, ...rest } = ports;
  const demos = demoModel(connection);
  const deps: DemoDeps = { ...rest, demos };
  const { inbox, simulator, clock, log } = deps;
  const working = new Map<string, Promise<void>>();
  const timers = new Set<NodeJS.Timeout>();
  const closing = new AbortController();
  let looking: NodeJS.Timeout | undefined;

  const dto = (row: DemoRow | null): DemoDto => ({
    state: row?.state ?? "none",
    conversations: row?.done ?? 0,
    total: scripts.length,
    available: deps.available,
    channel_account_ids: row?.accountIds ?? [],
  });

  async function tell(workspaceId: string): Promise<DemoDto> {
    const now = dto(await demos.findById(workspaceId).lean());
    deps.ephemeral(workspaceId, "demo.progress", { ...now });
    return now;
  }

  /** Works in the background, one process at a time. */
  function work(workspaceId: string): void {
    if (working.has(workspaceId) || closing.signal.aborted) return;
    const done = (async () => {
      const lease = await deps.lease(workspaceId);
      if (!lease) return;
      const stop = AbortSignal.any([lease.lost, closing.signal]);
      try {
        const row = await demos.findById(workspaceId).lean();
        if (row?.state === "removing") await empty(row);
        else if (row?.state === "loading") await fill(row, stop).catch((error: unknown) => failed(row, stop, error));
      } finally {
        await lease.release();
      }
    })()
      .catch((error: unknown) => {
        if (!closing.signal.aborted) log.warn("demo_not_finished", { error: error as Error });
      })
      .finally(() => working.delete(workspaceId));
    working.set(workspaceId, done);
  }

  /** A process that ends tries again elsewhere; whatever else fails does so three times at most. */
  async function failed(row: DemoRow, stop: AbortSignal, error: unknown): Promise<void> {
    if (stop.aborted) return;
    log.warn("demo_not_loaded", { error: error as Error });
    const state = row.failures + 1 >= failuresMost ? "removing" : "loading";
    await demos.updateOne({ _id: row._id, state: "loading" }, { $inc: { failures: 1 }, $set: { state } });
  }

  /** Half a demo is taken away first: what is there twice would be no history anybody believes. */
  async function fill(row: DemoRow, stop: AbortSignal): Promise<void> {
    const workspaceId = row._id;
    await clear(row);
    const labels = await labelsFor(workspaceId);
    const accounts = {} as Record<Script["on"], Stage["accounts"]["whatsapp"]>;
    for (const kind of ["whatsapp", "telegram", "messenger"] as const) {
      stop.throwIfAborted();
      const account = await simulator.createChannel({ workspaceId, kind, name: names[kind] });
      accounts[kind] = account;
      await demos.updateOne({ _id: workspaceId }, { $addToSet: { accountIds: account.id } });
      // Nobody answers while the history is told.
      await simulator.setTalkative(account, false);
    }
    const stage: Stage = { workspaceId, accounts, labels, members: await deps.members(workspaceId), stop };
    const waiting = [...scripts.entries()].filter(([, script]) => !script.then);
    const next = async (): Promise<void> => {
      for (let one = waiting.shift(); one; one = waiting.shift()) await playOne(stage, one);
    };
    await Promise.all(Array.from({ length: together }, next));
    // What goes out for real comes last, one by one: a fault concerns the whole account.
    for (const one of scripts.entries()) if (one[1].then) await playOne(stage, one);
    for (const account of Object.values(accounts)) await simulator.setTalkative(account, true);
    await demos.updateOne({ _id: workspaceId, state: "loading" }, { $set: { state: "ready" } });
    await tell(workspaceId);
    greetLater(workspaceId);
  }

  async function playOne(stage: Stage, [index, script]: [number, Script]): Promise<void> {
    await play(deps, stage, script, index);
    await demos.updateOne({ _id: stage.workspaceId }, { $inc: { done: 1 } });
    await tell(stage.workspaceId);
  }

  /** The labels by name; those that are not there yet are made, and remembered. */
  async function labelsFor(workspaceId: string): Promise<Stage["labels"]> {
    const there = new Map((await inbox.labels.list(workspaceId)).map((one) => [one.name.toLowerCase(), one.id]));
    const labels = {} as Record<LabelName | "Demo", string>;
    for (const [name, color] of Object.entries(colors) as [LabelName | "Demo", string][]) {
      const known = there.get(name.toLowerCase());
      if (known !== undefined) {
        labels[name] = known;
        continue;
      }
      const { id } = await inbox.labels.create(workspaceId, { name, color }, clock.now());
      labels[name] = id;
      await demos.updateOne({ _id: workspaceId }, { $addToSet: { labelIds: id } });
    }
    return labels;
  }

  /** Takes away what the demo made so far. */
  async function clear({ _id: workspaceId, accountIds, labelIds, startedAt }: DemoRow): Promise<void> {
    const ours = new Set<string>(Object.values(names));
    const all = await inbox.accounts.list(workspaceId);
    // One that was made just before the process died is not remembered yet.
    const made = all.filter(
      (one) => accountIds.includes(one.id) || (one.simulated && ours.has(one.name) && one.createdAt >= startedAt),
    );
    for (const account of made) await deps.removeChannel(workspaceId, account.id);
    for (const id of labelIds) await inbox.labels.remove(workspaceId, id);
    await demos.updateOne({ _id: workspaceId }, { $set: { accountIds: [], labelIds: [], done: 0 } });
  }

  async function empty(row: DemoRow): Promise<void> {
    await clear(row);
    await demos.deleteOne({ _id: row._id, state: "removing" });
    await tell(row._id);
  }

  function greetLater(workspaceId: string): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      greet(workspaceId).catch((error: unknown) => log.info("demo_not_greeted", { error: error as Error }));
    }, greetAfterMs);
    timers.add(timer);
  }

  /** Somebody new writes, once. */
  async function greet(workspaceId: string): Promise<void> {
    const row = await demos.findOneAndUpdate(
      { _id: workspaceId, state: "ready", greeted: false },
      { $set: { greeted: true } },
    );
    if (!row) return;
    const all = await inbox.accounts.list(workspaceId);
    const account = all.find((one) => row.accountIds.includes(one.id) && one.kind === "whatsapp");
    if (!account) return;
    const language = row.language in greeting ? (row.language as keyof typeof greeting) : "en";
    const { who, text } = greeting[language];
    const person = { id: simulator.newPersonId("whatsapp"), name: who, language };
    await simulator.act(account, person, { kind: "text", text });
  }

  async function look(): Promise<void> {
    const left = await demos
      .find({ state: { $in: ["loading", "removing"] } }, { _id: 1 })
      .limit(100)
      .lean();
    for (const { _id } of left) work(_id);
  }

  const demo: Omit<Demo, "endpoints"> = {
    available: deps.available,
    start() {
      if (!deps.available) return;
      looking = setInterval(() => {
        look().catch((error: unknown) => log.info("demos_not_read", { error: error as Error }));
      }, lookEveryMs);
      looking.unref();
    },
    async load(workspaceId, language) {
      if (!deps.available) {
        throw new AppError(
          "conflict",
          "Demo data needs the simulator, which is off. The operator can set SIMULATOR to on.",
          { reason: "simulator_off" },
        );
      }
      const fresh = {
        accountIds: [],
        labelIds: [],
        done: 0,
        language,
        greeted: false,
        startedAt: clock.now(),
        failures: 0,
      };
      const before = await demos.findOneAndUpdate(
        { _id: workspaceId },
        { $setOnInsert: { state: "loading", ...fresh } },
        { upsert: true },
      );
      if (before?.state === "removing")
        throw new AppError("conflict", "The demo is just being removed.", { reason: "demo_removing" });
      work(workspaceId);
      return tell(workspaceId);
    },
    async state(workspaceId) {
      const row = await demos.findById(workspaceId).lean();
      // The process that would have greeted may be gone.
      if (row?.state === "ready" && !row.greeted && timers.size === 0) greetLater(workspaceId);
      return dto(row);
    },
    async remove(workspaceId) {
      const row = await demos.findOneAndUpdate({ _id: workspaceId, state: "ready" }, { $set: { state: "removing" } });
      const now = await demos.findById(workspaceId).lean();
      if (now?.state === "loading")
        throw new AppError("conflict", "The demo is just being loaded. Remove it once it is ready.", {
          reason: "demo_loading",
        });
      if (row || now) work(workspaceId);
      return tell(workspaceId);
    },
    async ensureIndexes() {
      await demos.createIndexes();
    },
    async close() {
      closing.abort();
      clearInterval(looking);
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(working.values());
    },
  };
  return { ...demo, endpoints: demoEndpoints(demo) };
}
