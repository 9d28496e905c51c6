import type { ProviderError } from "../../core/errors.js";
import type { Wizard } from "../contract.js";

export const wizard: Wizard = {
  summary: "A bot that customers write to in Telegram.",
  minutes: 2,
  cost: "Free of charge",
  steps: [
    { text: "Open @BotFather in Telegram and write /newbot.", link: "https://t.me/BotFather" },
    { text: "Choose a name and a username; copy the token it answers with." },
  ],
};

/** What Telegram's refusal means for whoever typed the token. */
export function explain(error: ProviderError): { sentence: string; field?: string } | undefined {
  if (error.failure.kind !== "auth_expired") return undefined;
  return {
    field: "token",
    sentence:
      "Telegram does not know this token: it is mistyped, or it was revoked. Copy it again from @BotFather: /mybots, your bot, API Token.",
  };
}
