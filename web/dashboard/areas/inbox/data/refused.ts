import i18n from "i18next";
import { Problem } from "../../../api/problem.js";
import { refusalTexts } from "../../../api/refusal.js";
import { problemText } from "../../../components/ui/problemText.js";
import type { Refusal } from "./types.js";

/** One of several things that was refused: in the server's words, and why, for other languages. */
interface Refused {
  problem: string | null;
  refusal: Refusal | null;
}

/** Why something was refused, in the language of the page; in the server's words where there are no others. */
export async function reasonOf(error: unknown): Promise<string> {
  const problem = Problem.from(error);
  await refusalTexts();
  // What a channel or its provider does not let through has its sentences with the messages.
  const ofChannel = `inbox:failure.${problem.reason ?? ""}`;
  if (problem.reason !== undefined && i18n.exists(ofChannel)) return i18n.t(ofChannel);
  const { text, detail } = problemText(problem);
  return detail === "" ? text : `${text} ${detail}`;
}

/** reasonOf() for one of the outcomes of a change of many. */
export const refusedFor = ({ problem, refusal }: Refused): Promise<string> =>
  reasonOf(
    new Problem(422, {
      code: refusal?.code ?? "internal",
      detail: problem ?? "",
      ...(refusal?.reason ? { reason: refusal.reason } : {}),
      ...refusal?.params,
    }),
  );
