import type { Connection } from "mongoose";
import type { Endpoint } from "../../api/endpoint.js";
import { createAudience } from "./audience.js";
import { notificationModels } from "./model.js";
import type { NotificationDeps, NotificationPorts } from "./ports.js";
import { noticeRepo } from "./repo.js";
import { pushEndpoints } from "./routes.js";
import { createSubscriptions } from "./subscriptions.js";
import { digest } from "./usecases/digest.js";
import { relay } from "./usecases/relay.js";
import { sweepNotices } from "./usecases/sweep.js";
import { tellBrowsers } from "./usecases/tellBrowsers.js";
import { createWebPush } from "./webPush.js";

export type { NotificationPorts } from "./ports.js";
export { relayJob } from "./usecases/relay.js";

/** What members are told while no page is open: by mail, and by their browser. */
export interface Notifications {
  ensureIndexes(): Promise<void>;
  /** True when somebody in the workspace is told anything; remembered for some seconds. */
  wants(workspaceId: string): Promise<boolean>;
  /** Somebody's preferences changed: they count from now on. */
  preferencesChanged(): void;
  relay(workspaceId: string): Promise<void>;
  digest(workspaceId: string, memberId: string): Promise<void>;
  tellBrowsers(workspaceId: string): Promise<void>;
  sweep(): Promise<void>;
  endpoints: Endpoint[];
}

export function createNotifications(ports: NotificationPorts & { connection: Connection }): Notifications {
  const { connection, ...rest } = ports;
  const models = notificationModels(connection);
  const subscriptions = createSubscriptions(models, rest.keyring, rest.clock);
  const audience = createAudience({ ...rest, subscriptions });
  const push = createWebPush({ ...rest, models });
  const deps: NotificationDeps = { ...rest, repo: noticeRepo(models), subscriptions, audience, push };

  return {
    async ensureIndexes() {
      const { notices, turns, positions, subscriptions: browsers, keys } = models;
      await notices.createIndexes();
      await turns.createIndexes();
      await positions.createIndexes();
      await browsers.createIndexes();
      await keys.createIndexes();
    },
    wants: async (workspaceId) => (await audience.of(workspaceId)).size > 0,
    preferencesChanged: () => audience.forget(),
    relay: relay(deps),
    digest: digest(deps),
    tellBrowsers: tellBrowsers(deps),
    sweep: sweepNotices(deps),
    endpoints: pushEndpoints(deps),
  };
}
