import { setTimeout as sleep } from "node:timers/promises";
import type { Endpoint } from "../../api/endpoint.js";
import { AppError, type ErrorCode } from "../../core/errors.js";
import type { ChannelAccount } from "../../inbox/index.js";
import { newCredentials, newPersonId } from "./credentials.js";
import { startHost, type Host, type HostCall, type HostView } from "./host.js";
import type { HostInfo, SimulatorControl, SimulatorDeps } from "./ports.js";
import { simulatorEndpoints } from "./routes.js";

export type { Act, Person } from "../../core/playedProvider.js";
export type { HostInfo, Lease, SimulatorDeps, StandIns } from "./ports.js";

/** Providers played within the program: everything but the provider is real. */
export interface Simulator extends SimulatorControl {
  /** Where the stand-ins are, as this process knows it; undefined while nobody runs them. */
  where(): HostInfo | undefined;
  /** From now on this process may run the stand-ins; `url` is where it listens. */
  mayHost(url: string): void;
  /** Makes sure that the stand-ins run somewhere. Throws AppError `conflict` when they are off, `unavailable` when nobody can. */
  ensure(): Promise<HostInfo>;
  endpoints: Endpoint[];
  close(): Promise<void>;
}

const lookEveryMs = 2_000;
const waitMost = 8_000;

export function createSimulator(deps: SimulatorDeps): Simulator {
  let info: HostInfo | undefined;
  let host: Host | undefined;
  let starting: Promise<void> | undefined;
  let ownUrl: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  /** Runs the stand-ins here, unless another process does. */
  async function tryHosting(): Promise<void> {
    const url = ownUrl;
    if (host || closed || url === undefined) return;
    const lease = await deps.lease();
    if (!lease) return;
    const started = await startHost(deps, lease, url).catch(async (error: unknown) => {
      await lease.release();
      throw error;
    });
    host = started;
    info = started.info;
    started.lost.addEventListener("abort", () => void giveUp());
    deps.log.info("simulator_started", {});
    // The stand-ins forgot where to deliver to; they are told as any provider is.
    for (const account of await deps.accounts.simulated()) {
      if (!account.enabled || account.settings === null) continue;
      await deps
        .registerAgain(account)
        .catch((error: unknown) => deps.log.warn("simulated_account_not_registered", { error: error as Error }));
    }
  }

  async function giveUp(): Promise<void> {
    const gone = host;
    host = undefined;
    info = undefined;
    await gone?.close();
  }

  const hosting = () =>
    (starting ??= tryHosting().finally(() => {
      starting = undefined;
    }));

  async function look(): Promise<void> {
    if (host) return;
    info = await deps.published();
    if (info || ownUrl === undefined) return;
    // Started when there is something to play.
    if ((await deps.accounts.simulated()).length > 0) await hosting();
  }

  function tick(): void {
    void look()
      .catch((error: unknown) => deps.log.info("simulator_not_looked_for", { error: error as Error }))
      .finally(() => {
        if (!closed) timer = setTimeout(tick, lookEveryMs).unref();
      });
  }
  if (deps.on) tick();

  async function ensure(): Promise<HostInfo> {
    if (!deps.on)
      throw new AppError("conflict", "The simulator is off. The operator can set SIMULATOR to on.", {
        reason: "simulator_off",
      });
    for (const until = Date.now() + waitMost; Date.now() < until;) {
      if (host) return host.info;
      await hosting();
      info = host ? (host as Host).info : await deps.published();
      if (info) return info;
      await sleep(200);
    }
    throw new AppError("unavailable", "No process of this server runs the simulator at the moment.", {
      reason: "simulator_not_ready",
      retryAfterSeconds: 5,
    });
  }

  async function call(asked: HostCall): Promise<unknown> {
    const where = await ensure();
    if (host) return host.call(asked);
    const response = await fetch(where.control, {
      method: "POST",
      headers: { authorization: `Bearer ${where.token}` },
      body: JSON.stringify(asked),
    }).catch(() => undefined);
    if (!response || (response.status !== 200 && response.status !== 422)) {
      throw new AppError("unavailable", "The process that runs the simulator does not answer.", {
        reason: "simulator_not_ready",
        retryAfterSeconds: 5,
      });
    }
    const body = (await response.json()) as {
      value?: unknown;
      code?: ErrorCode;
      message?: string;
      reason?: string;
    };
    if (response.status === 422)
      throw new AppError(body.code ?? "internal", body.message ?? "The simulator failed.", {
        ...(body.reason === undefined ? {} : { reason: body.reason }),
      });
    return body.value;
  }

  const line = (account: ChannelAccount) => ({ kind: account.kind, ref: account.accountRef ?? "" });

  const simulator: Omit<Simulator, "endpoints"> = {
    where: () => (host ? host.info : info),
    mayHost(url) {
      ownUrl = url;
    },
    ensure,
    async createChannel({ workspaceId, kind, name }) {
      const settings = newCredentials(kind);
      await call({ op: "learn", kind, name, settings });
      const account = await deps.connect({ workspaceId, kind, name, settings });
      await call({ op: "adopt" });
      return account;
    },
    act: async (account, person, act) => (await call({ op: "act", ...line(account), person, act })) as string | null,
    said: async (account, person, text, at) =>
      (await call({ op: "said", ...line(account), person, text, at: at.getTime() })) as string,
    newPersonId,
    async fault(account, fault, on) {
      await call({ op: "fault", ...line(account), fault, on });
    },
    async setTalkative({ workspaceId, id }, talkative) {
      await deps.accounts.setTalkative(workspaceId, id, talkative);
      await call({ op: "adopt" });
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await starting?.catch(() => undefined);
      await giveUp();
    },
  };
  const views = {
    view: async (account: ChannelAccount) => (await call({ op: "view", ...line(account) })) as HostView,
  };
  return { ...simulator, endpoints: simulatorEndpoints({ ...deps, ...views, simulator }) };
}
