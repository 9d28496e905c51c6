import type { ProviderError } from "../../core/errors.js";
import type { Wizard } from "../contract.js";

export const wizard: Wizard = {
  summary: "Any system of yours that can post signed JSON.",
  minutes: 30,
  cost: "Free of charge",
  steps: [
    {
      text: "Have your system post what customers write to this address, signed with the secret.",
      shows: "callback_url",
    },
    { text: "Have it take what is posted to its own address, and check the signature with the same secret." },
    { text: "Test connection posts a signed event of type test to your system, as often as you like." },
  ],
};

export function explain(error: ProviderError): { sentence: string; field?: string } | undefined {
  const code = error.providerCode;
  if (code === "401" || code === "403") {
    return {
      field: "signingSecret",
      sentence: `Your system refused the signature (HTTP ${code}). Compare the signing secret on both sides.`,
    };
  }
  if (code === "404" || code === "410") {
    return {
      field: "deliveryUrl",
      sentence: `Your system answered ${code}: there is nothing at this address. Compare its path.`,
    };
  }
  if (error.failure.kind === "refused" && error.failure.why === "policy") {
    return {
      field: "deliveryUrl",
      sentence:
        "The address lies in a private network, which is not allowed. The operator can allow it with OUTBOUND_ALLOW.",
    };
  }
  if (error.failure.kind === "unreachable") {
    return {
      field: "deliveryUrl",
      sentence: "Your system did not answer at this address. See that it runs and can be reached from this server.",
    };
  }
  return undefined;
}
