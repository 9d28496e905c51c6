import type { Connection } from "mongoose";
import type { Endpoint } from "../../api/endpoint.js";
import { cannedReplyEndpoints } from "./cannedReplies.js";
import { draftEndpoints } from "./drafts.js";
import { macroEndpoints } from "./macros.js";
import { deskModels } from "./model.js";
import type { DeskDeps } from "./ports.js";
import { segmentEndpoints } from "./segments.js";
import { viewEndpoints } from "./views.js";

/** What agents keep at hand: saved views and their numbers, segments of contacts, macros, canned replies, drafts. */
export interface Desk {
  ensureIndexes(): Promise<void>;
  /** Removes what people had begun to write in conversations that are erased. */
  forget(workspaceId: string, conversationIds: readonly string[]): Promise<void>;
  endpoints: Endpoint[];
}

export function createDesk(ports: Omit<DeskDeps, "models"> & { connection: Connection }): Desk {
  const { connection, ...rest } = ports;
  const models = deskModels(connection);
  const deps: DeskDeps = { ...rest, models };
  return {
    async ensureIndexes() {
      await models.views.createIndexes();
      await models.macros.createIndexes();
      await models.cannedReplies.createIndexes();
      await models.drafts.createIndexes();
      await models.segments.createIndexes();
    },
    async forget(workspaceId, conversationIds) {
      await models.drafts.deleteMany({ workspaceId, conversationId: { $in: [...conversationIds] } });
    },
    endpoints: [
      ...viewEndpoints(deps),
      ...macroEndpoints(deps),
      ...cannedReplyEndpoints(deps),
      ...draftEndpoints(deps),
      ...segmentEndpoints(deps),
    ],
  };
}
