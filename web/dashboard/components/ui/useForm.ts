import { useState, type SubmitEvent } from "react";
import { Problem } from "../../api/problem.js";
import { fieldText, refusalTexts } from "../../api/refusal.js";

type Errors = Readonly<Record<string, string | undefined>>;

/**
 * The state of a form that is sent as a whole. `check` gives sentences by field, for what can be told without the server;
 * `run` sends it, and what it throws is kept as `problem`, its fields' messages among `errors`.
 */
export function useForm({ check, run }: { check?: () => Errors; run: () => Promise<unknown> }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [errors, setErrors] = useState<Errors>({});
  const focusWrong = (form: HTMLElement | null) =>
    requestAnimationFrame(() => form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  const submit = async (event?: SubmitEvent<HTMLFormElement>) => {
    event?.preventDefault();
    // A form in a dialog must not send the form of the page behind it.
    event?.stopPropagation();
    if (busy) return;
    const form = event?.currentTarget ?? null;
    const wrong = check?.() ?? {};
    setErrors(wrong);
    setProblem(undefined);
    if (Object.values(wrong).some((sentence) => sentence !== undefined)) {
      focusWrong(form);
      return;
    }
    setBusy(true);
    try {
      await run();
    } catch (error) {
      const refusal = Problem.from(error);
      setProblem(refusal);
      await refusalTexts();
      setErrors(Object.fromEntries(refusal.errors.map((error) => [error.path, fieldText(refusal, error)])));
      focusWrong(form);
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, errors, submit, clear: () => (setProblem(undefined), setErrors({})) };
}

/** Whether it looks like an e-mail address. */
export const isEmail = (text: string): boolean =>
  /^[^\s@<>"'(),;:\\[\]]+@[^\s@<>"'(),;:\\[\]]+\.[^\s@<>"'(),;:\\[\]]+$/.test(text.trim());
