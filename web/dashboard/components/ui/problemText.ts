import i18n from "i18next";
import type { Problem } from "../../api/problem.js";
import { reasonText } from "../../api/refusal.js";

/**
 * A refusal in the language of the page: by its reason, else by its code with the server's own sentence beneath. `detail` is ""
 * when there is nothing to add.
 */
export function problemText(problem: Problem): { text: string; detail: string } {
  const text = reasonText(problem);
  if (text !== undefined) return { text, detail: "" };
  const key = `common:problem.${problem.code}`;
  return { text: i18n.t(i18n.exists(key) ? key : "common:problem.internal"), detail: problem.detail };
}
