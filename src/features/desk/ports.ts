import type { Clock, Keyring } from "../../core/ports.js";
import type { Principal } from "../../identity/index.js";
import type { Inbox } from "../../inbox/index.js";
import type { DeskModels } from "./model.js";

/** What the parts of this feature share. */
export interface DeskDeps {
  models: DeskModels;
  inbox: Inbox;
  /** Names for variables; undefined where nothing is known. */
  names: {
    member(workspaceId: string, id: string): Promise<string | undefined>;
    workspace(id: string): Promise<string | undefined>;
  };
  keyring: Keyring;
  clock: Clock;
}

/** The member who asks; null for a program. */
export const memberOf = (principal: Principal): string | null =>
  principal.kind === "member" ? principal.memberId : null;
