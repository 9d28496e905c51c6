import type { Failure } from "../../core/errors.js";
import type { CodeTable } from "../shared/graph/failures.js";

const refused = (why: Extract<Failure, { kind: "refused" }>["why"]): Failure => ({ kind: "refused", why });

/** Codes of the Send API, as `code` or `code/subcode`; sources in NOTES.md. */
const meanings: Record<string, Failure> = {
  "10/2018278": refused("window_closed"),
  "10/2534022": refused("window_closed"),
  "10/1545041": refused("window_closed"),
  "10/2018108": refused("blocked"),
  "551": refused("blocked"),
  "100/2018001": refused("recipient"),
  "100/33": refused("recipient"),
  "100/2018047": refused("content"),
  "100/2018034": refused("content"),
  "100/2018008": refused("content"),
  "100/2018074": refused("content"),
  "4/2018047": refused("content"),
  "4/2018022": { kind: "rate_limited", retryAfterMs: 60_000 },
  "1/2018002": refused("recipient"),
  "100": refused("content"),
  // Temporary send failure: Meta did not take it.
  "1200": { kind: "unreachable", mayHaveBeenSent: false },
};

/** What Messenger's own codes mean. */
export const codes: CodeTable = ({ code, subcode }) =>
  meanings[`${code}/${subcode}`] ?? (code === undefined ? undefined : meanings[String(code)]);
