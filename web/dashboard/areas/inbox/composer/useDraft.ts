import { useEffect } from "react";
import { draftOf, saveDraftsNow, type DraftKeeper } from "./drafts.js";

/** The draft of a conversation: here at once, on the server soon after. */
export function useDraft(workspaceId: string, conversationId: string) {
  const keeper: DraftKeeper = draftOf(workspaceId, conversationId);
  const kept = keeper.store.use((all) => all);
  useEffect(() => {
    keeper.look();
    addEventListener("focus", keeper.look);
    addEventListener("pagehide", saveDraftsNow);
    return () => {
      removeEventListener("focus", keeper.look);
      removeEventListener("pagehide", saveDraftsNow);
      keeper.flush();
    };
  }, [keeper]);
  return { ...kept, keeper };
}
