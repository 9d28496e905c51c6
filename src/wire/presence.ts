import { z } from "zod";

/** What a socket says of its member: which conversation is on the screen, and whether an answer is being typed. */
export const presenceMessage = z.object({
  conversation_id: z.string().min(1).max(100).nullable(),
  state: z.enum(["viewing", "typing"]).default("viewing"),
  /** Of programs that show a person with an API key; members are known by their session. */
  member_id: z.string().min(1).max(100).optional(),
});

const member = z.object({ member_id: z.string(), state: z.enum(["viewing", "typing"]) });

/** Ephemeral `presence`: who is in a conversation now; all of them, not what changed. */
export const presenceDto = z.object({ conversation_id: z.string(), members: z.array(member) });
/** Ephemeral `presence.snapshot`, to a socket that joins. */
export const presenceSnapshotDto = z.object({ conversations: z.array(presenceDto), online: z.array(z.string()) });
/** Ephemeral `agents.online`: members with a connection; all of them, not what changed. */
export const agentsOnlineDto = z.object({ member_ids: z.array(z.string()) });

export type PresenceMessage = z.infer<typeof presenceMessage>;
export type PresenceDto = z.infer<typeof presenceDto>;
export type PresenceSnapshotDto = z.infer<typeof presenceSnapshotDto>;
export type AgentsOnlineDto = z.infer<typeof agentsOnlineDto>;
