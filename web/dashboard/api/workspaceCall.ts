import { useCallback } from "react";
import { call, type CallOptions } from "./client.js";
import { useWorkspace } from "./session.js";

/** call() about the workspace of the page. */
export function useCall() {
  const { id } = useWorkspace();
  return useCallback(
    <T>(path: string, options: CallOptions = {}): Promise<T> => call<T>(path, { ...options, workspaceId: id }),
    [id],
  );
}
export type WorkspaceCall = ReturnType<typeof useCall>;
