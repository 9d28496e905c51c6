import type { ProviderError } from "../../../core/errors.js";

/** What Meta's refusal of a probe means for whoever typed the credentials. `token` is the field that holds the token. */
export function explainGraph(error: ProviderError, token: string): { sentence: string; field?: string } | undefined {
  const [code, subcode] = (error.providerCode ?? "").split("/");
  if (/appsecret_proof/i.test(error.message)) {
    return {
      field: "appSecret",
      sentence:
        "Meta says that the app secret does not belong to this token. Copy it again from App settings, Basic, of the same app that made the token.",
    };
  }
  if (code === "190" && (subcode === "463" || /has expired|expired on/i.test(error.message))) {
    return {
      field: token,
      sentence:
        "The access token has expired. Generate a new one; a token of a system user does not run out, one of the setup page does after a day.",
    };
  }
  if (code === "190" && subcode === "460") {
    return {
      field: token,
      sentence: "The access token ended because its owner changed the password. Generate a new one.",
    };
  }
  if (code === "190" || code === "102" || code === "401") {
    return {
      field: token,
      sentence:
        "Meta does not know this access token. Copy the whole of it again, without spaces, or generate a new one.",
    };
  }
  if (code === "10" || code === "3" || /^2\d\d$/.test(code ?? "")) {
    return {
      field: token,
      sentence: "The access token lacks a permission. Generate it again with the permissions named beside the field.",
    };
  }
  return undefined;
}
