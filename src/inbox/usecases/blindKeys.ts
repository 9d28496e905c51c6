import type { Seals } from "../repos/seals.js";

/** Blind form of a chat of an account. */
export const chatKeyOf = (seals: Seals, workspaceId: string, accountId: string, chat: string) =>
  seals.blind(workspaceId, "chat", `${accountId}/${chat}`);

/** Blind form of a provider's message id. */
export const externalKeyOf = (seals: Seals, workspaceId: string, accountId: string, externalId: string) =>
  seals.blind(workspaceId, "message", `${accountId}/${externalId}`);
