import { CircleAlert } from "lucide-react";
import { useLayoutEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../../api/problem.js";
import { refusalNamespaces } from "../../api/refusal.js";
import { problemText } from "./problemText.js";

/** Seconds until one may try again after a refusal for trying too often; 0 when one may. */
export function useWait(error: unknown): number {
  const [left, setLeft] = useState(0);
  // Before it is painted: the refusal must not begin with the word that one may try again.
  useLayoutEffect(() => {
    const seconds = error instanceof Problem && error.code === "rate_limited" ? (error.retryAfterSeconds ?? 20) : 0;
    const until = Date.now() + seconds * 1_000;
    const show = () => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1_000)));
    show();
    if (seconds === 0) return;
    const timer = setInterval(show, 500);
    return () => clearInterval(timer);
  }, [error]);
  return left;
}

/** Why something was refused, in words. `sentence` says it better. */
export function ProblemNote({ error, sentence }: { error: unknown; sentence?: string | undefined }) {
  // The sentences are fetched when the first is needed; the form must not go away meanwhile.
  const { t } = useTranslation(["common", ...refusalNamespaces], { useSuspense: false });
  const wait = useWait(error);
  if (!error) return null;
  const problem = Problem.from(error);
  // Over a page that needs it, a dialog asks to sign in again; nothing here is wrong.
  if (problem.code === "unauthenticated" && sentence === undefined) return null;
  const waits = problem.code === "rate_limited";
  const waiting = wait > 0 ? t("problem.wait", { count: wait }) : t("problem.again");
  const known = waits ? { text: waiting, detail: "" } : problemText(problem);
  const text = sentence ?? known.text;
  const detail = sentence === undefined ? known.detail : "";
  return (
    <div
      role="alert"
      className="flex gap-2.5 rounded-control bg-danger-soft px-3 py-2 text-danger [overflow-wrap:anywhere]"
    >
      <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
      <div>
        <p>{text}</p>
        {detail !== "" && (
          <p dir="auto" className="text-meta">
            {detail}
          </p>
        )}
      </div>
    </div>
  );
}
