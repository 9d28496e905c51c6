import type { z } from "zod";
import type { FieldProblem } from "../core/errors.js";

type Wrong = Pick<FieldProblem, "code" | "params">;
type Issue = z.core.$ZodIssue;

const formats: Partial<Record<string, Wrong["code"]>> = { email: "not_email", url: "not_url" };

function tooLittle({ origin, minimum }: Extract<Issue, { code: "too_small" }>): Wrong {
  const params = { min: Number(minimum) };
  if (origin === "string") return params.min === 1 ? { code: "missing" } : { code: "too_short", params };
  return { code: origin === "array" || origin === "set" ? "too_few_items" : "too_small", params };
}

function tooMuch({ origin, maximum }: Extract<Issue, { code: "too_big" }>): Wrong {
  const params = { max: Number(maximum) };
  if (origin === "string") return { code: "too_long", params };
  return { code: origin === "array" || origin === "set" ? "too_many_items" : "too_big", params };
}

/** What a schema found wrong with a field, for programs and for texts in other languages. */
export function whatIsWrong(issue: Issue): Wrong {
  switch (issue.code) {
    case "too_small":
      return tooLittle(issue);
    case "too_big":
      return tooMuch(issue);
    case "invalid_type":
      return { code: issue.message.endsWith("received undefined") ? "missing" : "invalid" };
    case "invalid_format":
      return { code: formats[issue.format] ?? "wrong_form" };
    case "invalid_value":
      return { code: "wrong_choice" };
    case "unrecognized_keys":
      return { code: "unexpected" };
    default:
      return { code: "invalid" };
  }
}
