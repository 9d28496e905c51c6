import type { Identity } from "../index.js";
import type { From } from "./index.js";

/** Writes what a person did about their account into the audit log of every workspace they belong to. */
export async function trail(
  identity: Identity,
  userId: string,
  action: string,
  outcome: string,
  from: From,
  details: Record<string, unknown> = {},
): Promise<void> {
  const seats = await identity.members.ofUser(userId);
  await identity.audit.write(
    seats.map(({ workspaceId, id }) => ({
      workspaceId,
      actor: { kind: "member" as const, id },
      action,
      outcome,
      targetId: null,
      details,
      address: from.address,
    })),
  );
}
