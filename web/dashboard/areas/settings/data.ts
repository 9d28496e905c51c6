import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import type { z } from "zod";
import type { memberDto, teamDto, labelDto } from "../../../../src/wire/workspace.js";
import type { invitationDto, roleDto, sessionDto } from "../../../../src/wire/identity.js";
import { call, type CallOptions } from "../../api/client.js";
import { queryClient } from "../../api/queryClient.js";
import { useWorkspace } from "../../api/session.js";

export type Member = z.infer<typeof memberDto> & {
  user_id: string | null;
  email: string | null;
  role: { id: string; name: string };
  two_factor: boolean | null;
  last_seen_at: string | null;
};
export type Role = z.infer<typeof roleDto>;
export type Invitation = z.infer<typeof invitationDto>;
export type Session = z.infer<typeof sessionDto>;
export type Team = z.infer<typeof teamDto>;
export type Label = z.infer<typeof labelDto>;

// The same names everywhere, so that a list changed here is fresh in the inbox too.
const keyOf = (workspaceId: string, path: string) => ["w", workspaceId, path.slice(1)] as const;

/** A short list of the workspace, all of it. */
export function useRows<T>(path: string, enabled = true) {
  const { id } = useWorkspace();
  return useQuery({
    queryKey: keyOf(id, path),
    queryFn: ({ signal }) => call<{ data: T[] }>(path, { workspaceId: id, signal }),
    select: ({ data }) => data,
    enabled,
  });
}

/** Writes something of the workspace, then fetches anew the lists that it touches. */
export function useWrite() {
  const { id } = useWorkspace();
  return useCallback(
    async <T = undefined>(
      method: CallOptions["method"] & string,
      path: string,
      body?: unknown,
      touched: readonly string[] = [],
    ): Promise<T> => {
      const answer = await call<T>(path, { method, workspaceId: id, ...(body === undefined ? {} : { body }) });
      await Promise.all(touched.map((one) => queryClient.invalidateQueries({ queryKey: keyOf(id, one) })));
      return answer;
    },
    [id],
  );
}
