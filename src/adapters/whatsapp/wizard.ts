import type { ProviderError } from "../../core/errors.js";
import type { Wizard } from "../contract.js";
import { explainGraph } from "../shared/graph/explain.js";

const dashboard = "https://developers.facebook.com/apps/";

export const wizard: Wizard = {
  summary: "A business number on WhatsApp's official Cloud API.",
  minutes: 15,
  cost: "Meta charges for templates; answers within 24 hours are free",
  steps: [
    { text: "Open your app in Meta's app dashboard and choose WhatsApp, Configuration.", link: dashboard },
    { text: "Beside Webhook, choose Edit and put this address into Callback URL.", shows: "callback_url" },
    { text: "Put this into Verify token, and choose Verify and save.", shows: "verify_token" },
    { text: "Under Webhook fields, subscribe to messages." },
    { text: "Write to the number from any phone. The message appears here." },
  ],
};

export function explain(error: ProviderError): { sentence: string; field?: string } | undefined {
  if (/^There is no such business account/.test(error.message)) {
    return {
      field: "businessAccountId",
      sentence:
        "Meta finds no WhatsApp business account of this id with this token. Copy it again from WhatsApp, API setup; it is not the phone number id.",
    };
  }
  if (/^The business account has other numbers/.test(error.message)) {
    return {
      field: "businessAccountId",
      sentence:
        "This phone number does not belong to that WhatsApp business account. Copy both ids from the same page.",
    };
  }
  if (error.providerCode?.startsWith("100") && !/appsecret_proof/i.test(error.message)) {
    return {
      field: "phoneNumberId",
      sentence:
        "Meta finds no phone number of this id with this token. Copy the phone number id again from WhatsApp, API setup; it is not the number itself.",
    };
  }
  return explainGraph(error, "accessToken");
}
