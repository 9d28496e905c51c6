import { useRef } from "react";
import { call } from "../../../api/client.js";
import { tellTyping } from "../data/presence.js";

const customerTypingMs = 4_000;

/** Returns how to tell colleagues, and the customer where `customer` says so, that something is being written. */
export function useTelling(workspaceId: string, conversationId: string): (customer: boolean) => void {
  const lastTold = useRef(0);
  return (customer) => {
    tellTyping();
    if (!customer || Date.now() - lastTold.current < customerTypingMs) return;
    lastTold.current = Date.now();
    void call(`/conversations/${conversationId}/typing`, { method: "POST", workspaceId }).catch(() => undefined);
  };
}
