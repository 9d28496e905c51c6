const turns = new Map<string, Promise<unknown>>();

/** Whether a change of this conversation is on its way: what the server shows until then is out of date. */
export const isChanging = (id: string): boolean => turns.has(id);

/** Resolves once no change of this conversation is on its way. */
export async function unchanging(id: string): Promise<void> {
  for (let turn = turns.get(id); turn; turn = turns.get(id)) await turn.catch(() => undefined);
}

/** Changes of a conversation reach the server in the order in which they were made: each waits for those before it. */
export function inTurn<T>(ids: readonly string[], work: () => Promise<T>): Promise<T> {
  const before = ids.flatMap((id) => turns.get(id) ?? []);
  const turn = Promise.allSettled(before).then(work);
  for (const id of ids) turns.set(id, turn);
  const done = () => {
    for (const id of ids) if (turns.get(id) === turn) turns.delete(id);
  };
  turn.then(done, done);
  return turn;
}
