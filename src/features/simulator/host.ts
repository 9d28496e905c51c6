import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { AppError } from "../../core/errors.js";
import { faultKinds, type Act, type Line, type Person, type World } from "../../core/playedProvider.js";
import type { ChannelAccount } from "../../inbox/index.js";
import type { SimulatedKind, SimulatorDto, SimulatorFault } from "../../wire/simulator.js";
import { Exchanges } from "./exchanges.js";
import type { HostInfo, Lease, SimulatorDeps } from "./ports.js";
import { Talk } from "./talk.js";

/** What is asked of the process that runs the stand-ins; plain JSON, so that it can come from another one. */
export type HostCall =
  | { op: "learn"; kind: SimulatedKind; name: string; settings: Record<string, unknown> }
  | { op: "adopt" }
  | { op: "view"; kind: string; ref: string }
  | { op: "act"; kind: string; ref: string; person: Person; act: Act }
  | { op: "said"; kind: string; ref: string; person: Person; text: string; at: number }
  | { op: "know"; kind: string; ref: string; person: Person }
  | { op: "fault"; kind: string; ref: string; fault: SimulatorFault; on: boolean };

export type HostView = Pick<SimulatorDto, "customers" | "faults" | "exchanges">;

export interface Host {
  info: HostInfo;
  call(call: HostCall): Promise<unknown>;
  /** Aborted when another process may run the stand-ins. */
  lost: AbortSignal;
  close(): Promise<void>;
}

/** Customers of an account that are known again after a restart. */
const peopleMost = 300;
/** Deleted accounts are noticed this often. */
const lookEveryMs = 5_000;
const answerAfterMs = { least: 2_500, spread: 2_000 };

/** Runs the stand-ins in this process, for all simulated accounts of all workspaces. */
export async function startHost(deps: SimulatorDeps, lease: Lease, webhooks: string): Promise<Host> {
  const { log, clock } = deps;
  const exchanges = new Exchanges(deps.normalize);
  const talk = new Talk();
  const accounts = new Map<string, ChannelAccount>();
  const timers = new Set<NodeJS.Timeout>();
  const keyOf = (kind: string, ref: string) => `${kind}/${ref}`;

  const world: World = await deps.standIns.start({
    exchanged(exchange) {
      const shown = exchanges.add(exchange, clock.now());
      const account = accounts.get(keyOf(exchange.kind, exchange.ref));
      if (!account) return;
      const data = { channel_account_id: account.id, exchange: shown };
      deps.ephemeral(account.workspaceId, "simulator.exchange", data, "simulator");
    },
    sent(line, personId) {
      const account = accounts.get(keyOf(line.kind, line.ref));
      const person = line.people().find((one) => one.id === personId);
      if (!account?.talkative || !person) return;
      const text = talk.answer(`${line.kind}/${line.ref}/${personId}`, person.language, Date.now());
      if (text === undefined) return;
      later(
        () => {
          // The account may have been deleted, or told to be silent, meanwhile.
          if (accounts.get(keyOf(line.kind, line.ref))?.talkative) line.act(person, { kind: "text", text });
        },
        answerAfterMs.least + Math.random() * answerAfterMs.spread,
      );
    },
  });

  function later(work: () => void, ms: number): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
  }

  /** Learns accounts from the database, with those who wrote to them; forgets those that are gone. */
  async function adopt(): Promise<ChannelAccount[]> {
    const all = (await deps.accounts.simulated()).filter((one) => one.settings !== null && one.accountRef !== null);
    const fresh: ChannelAccount[] = [];
    const seen = new Set<string>();
    for (const account of all) {
      const key = keyOf(account.kind, account.accountRef!);
      seen.add(key);
      const known = accounts.get(key);
      accounts.set(key, account);
      if (known) continue;
      const line = world.learn({
        kind: account.kind as SimulatedKind,
        name: account.name,
        settings: account.settings as Record<string, unknown>,
        webhook: `${webhooks}${deps.webhookPath(account)}`,
      });
      for (const one of await deps.people(account.workspaceId, account.id, peopleMost)) {
        if (line.people().some(({ id }) => id === one.chat)) continue;
        line.know({
          id: one.chat,
          name: one.name ?? one.chat,
          language: one.language ?? undefined,
          wroteAt: one.lastInboundAt?.getTime(),
        });
      }
      fresh.push(account);
    }
    for (const [key, account] of accounts) {
      if (seen.has(key)) continue;
      accounts.delete(key);
      world.forget(account.kind, account.accountRef!);
      exchanges.forget(account.kind, account.accountRef!);
    }
    return fresh;
  }

  function lineOf(kind: string, ref: string): Line {
    const line = world.line(kind, ref);
    if (!line)
      throw new AppError("unavailable", "The simulator does not know this account yet.", {
        reason: "simulator_not_ready",
        retryAfterSeconds: 2,
      });
    return line;
  }

  function view(kind: string, ref: string): HostView {
    const line = lineOf(kind, ref);
    return {
      customers: line.people().map(({ id, name, language }) => ({
        id,
        name,
        language: language ?? null,
        messages: line.phone(id).map((message) => ({ ...message, at: new Date(message.at).toISOString() })),
      })),
      faults: faultKinds.map((fault) => ({
        fault,
        supported: line.supports.includes(fault),
        on: line.faults.has(fault),
      })),
      exchanges: exchanges.of(kind, ref),
    };
  }

  async function call(asked: HostCall): Promise<unknown> {
    switch (asked.op) {
      case "learn":
        world.learn(asked);
        return null;
      case "adopt":
        await adopt();
        return null;
      case "view":
        return view(asked.kind, asked.ref);
      case "know":
        lineOf(asked.kind, asked.ref).know(asked.person);
        return null;
      case "said":
        return lineOf(asked.kind, asked.ref).said(asked.person, asked.text, asked.at);
      case "fault": {
        const line = lineOf(asked.kind, asked.ref);
        if (!line.supports.includes(asked.fault)) {
          throw new AppError("unprocessable", `The stand-in of ${asked.kind} cannot play ${asked.fault}.`, {
            reason: "simulator_cannot",
          });
        }
        line.fault(asked.fault, asked.on);
        return null;
      }
      case "act":
        try {
          return lineOf(asked.kind, asked.ref).act(asked.person, asked.act);
        } catch (error) {
          const why = deps.standIns.unable(error);
          if (why === undefined) throw error;
          throw new AppError("unprocessable", why, { reason: "simulator_cannot" });
        }
    }
  }

  const token = randomBytes(32).toString("base64url");
  const control = createServer((request, response) => {
    serve(request, response, token, call).catch((error: unknown) => {
      log.warn("simulator_call_failed", { error: error as Error });
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => control.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(control.address() as AddressInfo).port}`;
  const info: HostInfo = { roots: world.roots, control: address, token, webhooks };

  const look = setInterval(() => {
    adopt().catch((error: unknown) => log.info("simulated_accounts_not_read", { error: error as Error }));
    deps.publish(info).catch(() => undefined);
  }, lookEveryMs);
  look.unref();

  async function close(): Promise<void> {
    clearInterval(look);
    for (const timer of timers) clearTimeout(timer);
    await deps.publish(null).catch(() => undefined);
    control.closeAllConnections();
    await Promise.all([new Promise((resolve) => control.close(resolve)), world.close()]);
    await lease.release();
  }

  try {
    await adopt();
    await deps.publish(info);
  } catch (error) {
    await close();
    throw error;
  }
  return { info, call, lost: lease.lost, close };
}

/** One call of another process of ours, with the password that only they can read. */
async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  token: string,
  call: (call: HostCall) => Promise<unknown>,
): Promise<void> {
  const given = Buffer.from(request.headers.authorization ?? "");
  const expected = Buffer.from(`Bearer ${token}`);
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    response.writeHead(401).end();
    return;
  }
  const answer = (status: number, body: unknown) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  try {
    answer(200, { value: await call(JSON.parse(Buffer.concat(chunks).toString()) as HostCall) });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    answer(422, { code: error.code, message: error.message, reason: error.reason });
  }
}
