import type { ProviderError } from "../../core/errors.js";
import type { Wizard } from "../contract.js";
import { explainGraph } from "../shared/graph/explain.js";

const dashboard = "https://developers.facebook.com/apps/";

export const wizard: Wizard = {
  summary: "The messages of a Facebook page.",
  minutes: 10,
  cost: "Free of charge",
  steps: [
    { text: "Open your app in Meta's app dashboard and choose Messenger, API settings.", link: dashboard },
    { text: "Under Configure webhooks, put this address into Callback URL.", shows: "callback_url" },
    { text: "Put this into Verify token, and choose Verify and save.", shows: "verify_token" },
    {
      text: "Subscribe to messages, messaging_postbacks, message_deliveries, message_reads, message_reactions and message_echoes.",
    },
    { text: "Under Generate access tokens, connect the page and subscribe it to the same fields." },
    { text: "Write to the page from a private account. The message appears here." },
  ],
};

export function explain(error: ProviderError): { sentence: string; field?: string } | undefined {
  if (/another page/.test(error.message)) {
    return {
      field: "pageId",
      sentence:
        "The token belongs to another page than the page id names. Leave the page id out, or generate a token for that page.",
    };
  }
  if (/^The token is of a person/.test(error.message)) {
    return {
      field: "pageAccessToken",
      sentence:
        "This is the token of a person, not of a page. Copy the one beside your page under Generate access tokens.",
    };
  }
  return explainGraph(error, "pageAccessToken");
}
