/** One thing that happens in a conversation. */
export type Step =
  | { by: "customer"; text: string }
  | { by: "customer"; file: "image" | "voice" | "document" | "location"; text?: string }
  | { by: "agent"; text: string }
  /** A private note; with `mention` it speaks to somebody. */
  | { by: "note"; text: string; mention?: boolean }
  /** The customer changes, takes back, or likes: `of` counts back from here over what the customer, or the agent, said. */
  | { by: "edit"; text: string }
  | { by: "remove" }
  | { by: "like"; emoji: string };

export type LabelName = "Order" | "Refund" | "VIP" | "Delivery";

/** A conversation of the demo. */
export interface Script {
  on: "whatsapp" | "telegram" | "messenger";
  who: string;
  language: "en" | "es" | "de" | "ar";
  /** How many days ago it began; what is said later follows within the hour. */
  days: number;
  steps: readonly Step[];
  end?: {
    status?: "pending" | "snoozed" | "resolved";
    assign?: boolean;
    labels?: readonly LabelName[];
    priority?: "low" | "medium" | "high" | "urgent";
  };
  /** What is done for real at the end: a reply that the provider refuses, or buttons of which one is pressed. */
  then?: { fails: string } | { asks: string; options: readonly string[]; chosen: string };
}

export const c = (text: string): Step => ({ by: "customer", text });
export const a = (text: string): Step => ({ by: "agent", text });
export const n = (text: string, mention = false): Step => ({ by: "note", text, mention });
export const f = (file: "image" | "voice" | "document" | "location", text?: string): Step => ({
  by: "customer",
  file,
  ...(text === undefined ? {} : { text }),
});
