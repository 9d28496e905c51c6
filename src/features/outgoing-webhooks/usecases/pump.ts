import type { HookDeps } from "../ports.js";
import { deliver } from "./deliver.js";
import { pumpJob } from "./relay.js";

/** Deliveries one job makes before it lets others in. */
const turnsMost = 50;
const dueAtOnce = 500;

/**
 * Delivers what is due at one endpoint, within its concurrency and its pace. Whoever finds every place taken leaves at once:
 * a slow endpoint keeps as many workers as it has places, and no more.
 */
export function pump(deps: HookDeps): (workspaceId: string, endpointId: string) => Promise<void> {
  const { repo, enqueue, clock } = deps;
  const deliverOne = deliver(deps);

  /** True when there may be more to do. */
  async function turn(endpointId: string): Promise<boolean> {
    const taken = await repo.takeSlot(endpointId, clock.now());
    if (!taken) return false;
    try {
      const row = await repo.claim(taken.endpoint, clock.now());
      if (!row) {
        await repo.rest(endpointId, taken.bell);
        return false;
      }
      await deliverOne(taken.endpoint, row);
      return true;
    } finally {
      await repo.giveSlot(endpointId, taken.slot);
    }
  }

  return async (workspaceId, endpointId) => {
    const endpoint = await repo.find(workspaceId, endpointId);
    if (!endpoint?.enabled) return;
    let left = turnsMost;
    const worker = async () => {
      while (left > 0) {
        left -= 1;
        if (!(await turn(endpointId))) return;
      }
    };
    await Promise.all(Array.from({ length: Math.min(endpoint.concurrency, turnsMost) }, worker));
    if (left <= 0) await enqueue.add([pumpJob(workspaceId, endpointId)]);
  };
}

/** Looks where something is due, and whether a workspace has events that nobody relayed: jobs may be lost. */
export function sweepHooks({ repo, events, enqueue, clock }: HookDeps): () => Promise<void> {
  return async () => {
    const due = await repo.due(clock.now(), dueAtOnce);
    if (due.length > 0) await enqueue.add(due.map(({ id, workspaceId }) => pumpJob(workspaceId, id)));
    for (const workspaceId of await repo.workspaces()) {
      const last = await events.last(workspaceId);
      const behind = (await repo.enabledOf(workspaceId)).some(({ cursor }) => cursor < last);
      if (behind) await enqueue.add([{ name: "hooks.relay", payload: { v: 1, workspaceId } }]);
    }
  };
}
