import { useLayoutEffect } from "react";
import { ui } from "../data/ui.js";
import type { Mode } from "./drafts.js";

/** Takes up what was asked of the composer of a conversation, also before it was there. */
export function useAsked(conversationId: string, begin: (mode: Mode, typed: string) => void): void {
  const asked = ui.use(({ compose }) => (compose?.conversationId === conversationId ? compose : null));
  useLayoutEffect(() => {
    if (!asked) return;
    ui.set({ compose: null });
    begin(asked.mode, asked.typed.current);
  }, [asked, begin]);
}
