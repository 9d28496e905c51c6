import type { Connection } from "mongoose";
import type { Endpoint } from "../../api/endpoint.js";
import { createBins, type Bins } from "./bins.js";
import { hookModels, type DeliveryRow } from "./model.js";
import type { HookDeps } from "./ports.js";
import { hookRepo } from "./repo.js";
import { hookEndpoints } from "./routes.js";
import { pump, sweepHooks } from "./usecases/pump.js";
import { relay } from "./usecases/relay.js";

export type { Outbound } from "./ports.js";

/** Signed webhooks to integrators. */
export interface OutgoingWebhooks {
  ensureIndexes(): Promise<void>;
  /** True when the workspace has an endpoint that is on; remembered for some seconds. */
  wants(workspaceId: string): Promise<boolean>;
  relay(workspaceId: string): Promise<void>;
  pump(workspaceId: string, endpointId: string): Promise<void>;
  sweep(): Promise<void>;
  /** What integrators were told of a message, oldest first. */
  deliveriesOf(
    workspaceId: string,
    messageId: string,
  ): Promise<Pick<DeliveryRow, "endpointId" | "eventType" | "createdAt" | "attempts">[]>;
  bins: Bins;
  endpoints: Endpoint[];
}

/** How long it is trusted that nobody, or somebody, wants to hear. */
const trustMs = 5_000;

export function createOutgoingWebhooks(
  ports: Omit<HookDeps, "repo" | "bins"> & { connection: Connection },
): OutgoingWebhooks {
  const { connection, ...rest } = ports;
  const models = hookModels(connection);
  const repo = hookRepo(models, rest.keyring);
  const bins = createBins({ models, keyring: rest.keyring, publicUrl: rest.publicUrl, clock: rest.clock });
  const deps: HookDeps = { ...rest, repo, bins };
  const listening = new Map<string, { wants: boolean; until: number }>();

  return {
    async ensureIndexes() {
      const { endpoints, deliveries, bins: binModel, binRequests } = models;
      await endpoints.createIndexes();
      await deliveries.createIndexes();
      await binModel.createIndexes();
      await binRequests.createIndexes();
    },
    async wants(workspaceId) {
      const now = rest.clock.now().getTime();
      const known = listening.get(workspaceId);
      if (known && known.until > now) return known.wants;
      const wants = (await repo.enabledOf(workspaceId)).length > 0;
      listening.set(workspaceId, { wants, until: now + trustMs });
      return wants;
    },
    relay: relay(deps),
    pump: pump(deps),
    sweep: sweepHooks(deps),
    deliveriesOf: (workspaceId, messageId) => repo.of(workspaceId, messageId),
    bins,
    endpoints: hookEndpoints(deps, () => listening.clear()),
  };
}
