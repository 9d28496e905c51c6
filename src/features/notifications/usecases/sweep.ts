import type { NotificationDeps } from "../ports.js";
import { pushJob, relayJob } from "./relay.js";

const dueAtOnce = 1_000;
/** Workspaces whose logs are compared in one sweep; those after them come in the next. */
const comparedAtOnce = 50;

/** Looks what is due, and where events were read by nobody: jobs may be lost. */
export function sweepNotices({
  repo,
  audience,
  inbox,
  identity,
  enqueue,
  clock,
}: NotificationDeps): () => Promise<void> {
  let from = 0;

  async function behind(): Promise<string[]> {
    const workspaces = await identity.workspaces();
    if (from >= workspaces.length) from = 0;
    const some = workspaces.slice(from, from + comparedAtOnce);
    from += comparedAtOnce;
    const positions = await repo.positions(some.map(({ id }) => id));
    const found = await Promise.all(
      some.map(async ({ id }) => {
        const last = await inbox.events.last(id);
        if ((positions.get(id) ?? 0) >= last) return [];
        if ((await audience.of(id)).size > 0) return [id];
        await repo.moveOn(id, last);
        return [];
      }),
    );
    return found.flat();
  }

  return async () => {
    const now = clock.now();
    const [mails, pushes, late] = await Promise.all([
      repo.due("mail", now, dueAtOnce),
      repo.due("push", now, dueAtOnce),
      behind(),
    ]);
    const jobs = [
      ...late.map(relayJob),
      ...[...new Set(pushes.map(({ workspaceId }) => workspaceId))].map(pushJob),
      ...mails.map(({ workspaceId, memberId }) => ({
        name: "notices.mail",
        payload: { v: 1, workspaceId, memberId },
      })),
    ];
    if (jobs.length > 0) await enqueue.add(jobs);
  };
}
