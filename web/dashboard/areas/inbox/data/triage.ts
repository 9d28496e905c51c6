import i18n from "i18next";
import { call } from "../../../api/client.js";
import { queryClient } from "../../../api/queryClient.js";
import { toast } from "../../../components/ui/toast.js";
import { fetchConversation, knownRow } from "./conversations.js";
import { keys } from "./keys.js";
import { showConversation } from "./live.js";
import { refusedFor } from "./refused.js";
import { inTurn, isChanging } from "./turns.js";
import type { BulkResultDto, Change, ConversationDetailDto, ConversationDto } from "./types.js";
import { ui } from "./ui.js";

/** Whose inbox it is. */
export interface Place {
  workspaceId: string;
  memberId: string;
}

type Before = NonNullable<BulkResultDto["before"]>;
const bulkMost = 200;
let undoLast: (() => void) | undefined;

/** Takes back what was done last, if it can be. */
export function undo(): void {
  const run = undoLast;
  undoLast = undefined;
  run?.();
}

const rowOf = ({ workspaceId }: Place, id: string): ConversationDto | undefined =>
  queryClient.getQueryData<ConversationDetailDto>(keys.conversation(workspaceId, id)) ?? knownRow(workspaceId, id);

function changed(row: ConversationDto, change: Change): ConversationDto {
  const { add_labels: add, remove_labels: remove, ...plain } = change;
  const labels = [...(plain.labels ?? row.labels).filter((id) => !remove?.includes(id))];
  for (const id of add ?? []) if (!labels.includes(id)) labels.push(id);
  return {
    ...row,
    ...plain,
    labels,
    snoozed_until: plain.status === undefined ? row.snoozed_until : (plain.snoozed_until ?? null),
  };
}

const beforeOf = (row: ConversationDto): Before => ({
  status: row.status,
  snoozed_until: row.snoozed_until,
  assignee_id: row.assignee_id,
  team_id: row.team_id,
  labels: [...row.labels],
  priority: row.priority,
});

/** What brings a conversation back to what it was, of the things that were changed. */
function reverse(change: Change, before: Before): Change {
  return {
    ...(change.status === undefined
      ? {}
      : {
          status: before.status,
          ...(before.status === "snoozed" ? { snoozed_until: before.snoozed_until } : {}),
        }),
    ...(change.assignee_id === undefined ? {} : { assignee_id: before.assignee_id }),
    ...(change.team_id === undefined ? {} : { team_id: before.team_id }),
    ...(change.priority === undefined ? {} : { priority: before.priority }),
    ...(change.labels || change.add_labels || change.remove_labels ? { labels: before.labels } : {}),
  };
}

/** The answer is shown unless something else was asked for meanwhile. */
async function patch(place: Place, id: string, change: Change): Promise<void> {
  const { workspaceId } = place;
  const row = await inTurn([id], () =>
    call<ConversationDto>(`/conversations/${id}`, { method: "PATCH", workspaceId, body: change }),
  );
  if (!isChanging(id)) show(place, row);
}

async function many(
  place: Place,
  ids: readonly string[],
  body: { change?: Change; read?: true },
): Promise<BulkResultDto[]> {
  const results: BulkResultDto[] = [];
  for (let at = 0; at < ids.length; at += bulkMost) {
    const some = ids.slice(at, at + bulkMost);
    const { data } = await inTurn(some, () =>
      call<{ data: BulkResultDto[] }>("/conversations/bulk", {
        method: "POST",
        workspaceId: place.workspaceId,
        body: { ids: some, ...body },
      }),
    );
    results.push(...data);
  }
  return results;
}

function show(place: Place, row: ConversationDto): void {
  showConversation(place.workspaceId, place.memberId, row);
}

/** Shows conversations as the server has them, after something did not work. */
function refresh(place: Place, ids: readonly string[]): void {
  for (const id of ids)
    fetchConversation(place.workspaceId, id).then(
      (row) => show(place, row),
      () => undefined,
    );
}

async function takeBack(place: Place, befores: ReadonlyMap<string, Before>, change: Change): Promise<void> {
  ui.set({ restored: new Set([...ui.get().restored, ...befores.keys()]) });
  for (const [id, before] of befores) {
    const row = rowOf(place, id);
    if (row) show(place, changed(row, reverse(change, before)));
  }
  try {
    await Promise.all([...befores].map(([id, before]) => patch(place, id, reverse(change, before))));
  } catch (error) {
    toast.failed(error);
    refresh(place, [...befores.keys()]);
  }
}

/** Changes conversations: shown at once, taken back when the server refuses, and for a while by the toast or Z. */
export async function changeAll(place: Place, ids: readonly string[], change: Change, said: string): Promise<void> {
  const befores = new Map<string, Before>();
  for (const id of ids) {
    const row = rowOf(place, id);
    if (!row) continue;
    befores.set(id, beforeOf(row));
    show(place, changed(row, change));
  }
  const back = () => void takeBack(place, befores, change);
  const withdraw = toast.undoable(said, () => {
    if (undoLast === byKey) undoLast = undefined;
    back();
  });
  // What was taken back is not offered any more.
  const byKey = () => {
    withdraw();
    back();
  };
  undoLast = byKey;
  try {
    if (ids.length === 1) {
      await patch(place, ids[0]!, change);
      return;
    }
    const results = await many(place, ids, { change });
    const failed = results.filter(({ ok }) => !ok);
    for (const { id, before } of results) if (before) befores.set(id, before);
    for (const { id } of failed) befores.delete(id);
    if (failed.length === 0) return;
    const reason = await refusedFor(failed[0]!);
    toast.wrong(i18n.t("inbox:bulk.failed", { count: failed.length, reason }));
    refresh(
      place,
      failed.map(({ id }) => id),
    );
  } catch (error) {
    toast.failed(error);
    refresh(place, ids);
  } finally {
    void queryClient.invalidateQueries({ queryKey: keys.counts(place.workspaceId) });
  }
}

/** Marks as read, for me. */
export async function markRead(place: Place, ids: readonly string[], upTo?: string): Promise<void> {
  for (const id of ids) {
    const row = rowOf(place, id);
    if (row && row.unread_for_me !== 0) show(place, { ...row, unread_for_me: 0 });
  }
  try {
    if (ids.length === 1)
      await inTurn(ids, () =>
        call(`/conversations/${ids[0]!}/read`, {
          method: "POST",
          workspaceId: place.workspaceId,
          body: upTo ? { up_to: upTo } : {},
        }),
      );
    else await many(place, ids, { read: true });
    void queryClient.invalidateQueries({ queryKey: keys.counts(place.workspaceId) });
  } catch {
    refresh(place, ids);
  }
}

/** Marks as unread, for me, from a message on. */
export async function markUnread(place: Place, ids: readonly string[], fromMessageId?: string): Promise<void> {
  for (const id of ids) {
    const row = rowOf(place, id);
    if (row && !row.unread_for_me) show(place, { ...row, unread_for_me: 1 });
  }
  try {
    await Promise.all(
      ids.map((id) =>
        inTurn([id], () =>
          call(`/conversations/${id}/unread`, {
            method: "POST",
            workspaceId: place.workspaceId,
            body: fromMessageId ? { from_message_id: fromMessageId } : {},
          }),
        ),
      ),
    );
  } catch (error) {
    toast.failed(error);
  }
  refresh(place, ids);
}
