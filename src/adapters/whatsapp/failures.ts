import type { Failure } from "../../core/errors.js";
import type { CodeTable } from "../shared/graph/failures.js";

const refused = (why: Extract<Failure, { kind: "refused" }>["why"]): Failure => ({ kind: "refused", why });
const notTaken: Failure = { kind: "unreachable", mayHaveBeenSent: false };
const ours: Failure = { kind: "malformed", where: "request" };

/** Which codes mean what. Tables on the web contradict each other; see NOTES.md for the sources of these. */
const groups: readonly (readonly [Failure, readonly number[]])[] = [
  [notTaken, [1, 2, 131000, 131016, 131057, 133004]],
  [{ kind: "rate_limited", retryAfterMs: 60_000 }, [4, 80007, 130429, 131048]],
  // One person gets too much: only that chat waits, four times as long with every try.
  [{ kind: "rate_limited", retryAfterMs: 4_000, scope: "chat" }, [131056]],
  [refused("window_closed"), [131047]],
  [refused("policy"), [131049, 131050, 130472, 132015, 132016, 131037]],
  [refused("recipient"), [131026, 131030]],
  [refused("content"), [131052, 131053, 132000, 132001, 132005, 132007, 132012, 132018, 131055]],
  [{ kind: "auth_expired" }, [0, 190, 3, 10]],
  [{ kind: "suspended" }, [368, 131031, 130497, 131042, 131045, 133000, 133005, 133006, 133010, 133015, 133016]],
  [ours, [100, 131008, 131009, 131021]],
  [{ kind: "unsupported", feature: "message type" }, [131051]],
];

const meanings = new Map(groups.flatMap(([failure, list]) => list.map((code) => [code, failure] as const)));

/** What WhatsApp's own codes mean. */
export const codes: CodeTable = ({ code }) => (code === undefined ? undefined : meanings.get(code));
