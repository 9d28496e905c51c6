import type { Access, Call, Endpoint } from "../api/endpoint.js";
import { AppError, type ErrorCode } from "../core/errors.js";
import type { Log } from "../core/ports.js";
import type { AuditActor, Identity, Person, Principal } from "../identity/index.js";

/** What a change is called in the audit log: "members.update", "conversations.read"; null: it is not written down. */
export function actionOf({ method, path, action }: Pick<Endpoint, "method" | "path" | "action">): string | null {
  if (method === "get" || action === null) return null;
  if (action !== undefined) return action;
  const words = path.split("/").filter((word) => word !== "" && !word.startsWith(":"));
  const verb = { patch: "update", delete: "delete", put: "set", post: "create" }[method];
  // Posting to a list makes something; posting below it does what the last word says.
  if (method === "post" && words.length > 1) return words.join(".");
  return [...words, verb].join(".");
}

/** Requests that came to nothing for these reasons never reached what they were about. */
const unspoken = new Set<ErrorCode>([
  "not_found",
  "invalid_request",
  "unauthenticated",
  "rate_limited",
  "unavailable",
  "idempotency_mismatch",
  "internal",
]);

type Facts = Parameters<Call<unknown, unknown, Access>["audit"]>[0];

export interface AuditTrail {
  /** Runs the work of a changing endpoint and writes down how it ended. Endpoints that change nothing just run. */
  around<T>(
    definition: Endpoint,
    call: Pick<Call<unknown, unknown, Access>, "principal" | "params" | "from">,
    facts: () => Facts,
    work: () => Promise<T> | T,
  ): Promise<T>;
}

export function createAuditTrail(identity: Pick<Identity, "audit" | "members">, log: Log): AuditTrail {
  /** In whose name, and in which workspaces: what a person does about themselves concerns all of theirs. */
  async function actors(caller: Principal | Person): Promise<{ workspaceId: string; actor: AuditActor }[]> {
    if (caller.kind === "user") {
      const seats = await identity.members.ofUser(caller.userId);
      return seats.map(({ workspaceId, id }) => ({ workspaceId, actor: { kind: "member", id } }));
    }
    const id = caller.kind === "api" ? caller.keyId : caller.memberId;
    return [{ workspaceId: caller.workspaceId, actor: { kind: caller.kind, id } }];
  }

  return {
    async around(definition, { principal, params, from }, facts, work) {
      const action = actionOf(definition);
      // Public endpoints know whom they concern only at their end, and write it down themselves.
      if (action === null || principal === null || definition.access === "public") return work();
      const write = async (outcome: string, answer?: unknown) => {
        const { targetId, details = {} } = facts();
        const made = (answer as { id?: unknown } | undefined)?.id;
        const target = targetId ?? Object.values(params)[0] ?? (typeof made === "string" ? made : null);
        try {
          const entry = { action, outcome, targetId: target, details, address: from.address };
          await identity.audit.write((await actors(principal)).map((who) => ({ ...who, ...entry })));
        } catch (error) {
          // What was done is done: telling the caller that it failed would be wrong.
          log.error("audit_not_written", { action, outcome, error: error as Error });
        }
      };
      try {
        const answer = await work();
        await write("done", answer);
        return answer;
      } catch (error) {
        if (error instanceof AppError && !unspoken.has(error.code)) await write(error.code);
        throw error;
      }
    },
  };
}
