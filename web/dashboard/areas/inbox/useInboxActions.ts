import { useTranslation } from "react-i18next";
import { useCan } from "../../api/session.js";
import { toast } from "../../components/ui/toast.js";
import { useActions, type Action } from "../../keyboard/actions.js";
import { knownRow } from "./data/conversations.js";
import { changeAll, markRead, markUnread, undo } from "./data/triage.js";
import {
  beginWriting,
  clearSelection,
  selectAll,
  selectRange,
  toggleSelected,
  ui,
  type PickerKind,
} from "./data/ui.js";
import type { InboxRoute } from "./route.js";
import { focusRow } from "./list/cursor.js";

const triage = "inbox:keys.triage";
const moving = "inbox:keys.moving";
const writing = "inbox:keys.writing";

/** Everything that can be done in the inbox, by key and from the palette. `order` is what stands in the list. */
export function useInboxActions(route: InboxRoute, order: () => readonly string[]): void {
  const { t } = useTranslation("inbox");
  const { place } = route;
  const can = useCan();
  const may = can("conversations:write");
  const maySend = can("messages:send");
  /** What is open, or will be in a moment. */
  const opened = (): string | undefined => {
    const { heading } = ui.get();
    return heading === undefined ? route.conversationId : (heading ?? undefined);
  };

  /** What an action is about: all that are ticked, else the open conversation, else the row the keyboard is on. */
  const targets = (): string[] => {
    const { selected, cursor } = ui.get();
    if (selected.size > 0) return [...selected];
    const one = opened() ?? cursor;
    return one ? [one] : [];
  };
  const move = (by: number) => {
    const ids = order();
    if (ids.length === 0) return;
    const open = ids.indexOf(opened() ?? "");
    const at = open >= 0 ? open : ids.indexOf(ui.get().cursor ?? "");
    // When what is open has left the list, the cursor stands on what followed it.
    const step = opened() !== undefined && open < 0 ? Math.min(by, 0) : by;
    const next = ids[Math.min(ids.length - 1, Math.max(0, at < 0 ? 0 : at + step))]!;
    ui.set({ cursor: next });
    if (opened()) route.open(next, true);
    else focusRow(next);
  };
  const pick = (kind: PickerKind) => {
    const ids = targets();
    if (ids.length > 0) ui.set({ picker: { kind, ids } });
  };
  const resolve = (andNext: boolean) => {
    const ids = targets();
    if (ids.length === 0) return;
    const all = order();
    const at = all.indexOf(ids.at(-1)!);
    const next =
      all.slice(at + 1).find((id) => !ids.includes(id)) ??
      all.slice(0, Math.max(at, 0)).findLast((id) => !ids.includes(id));
    const row = knownRow(place.workspaceId, ids[0]!);
    if (ids.length === 1 && row?.status === "resolved" && !andNext)
      void changeAll(place, ids, { status: "open" }, t("toast.reopened", { count: 1 }));
    else void changeAll(place, ids, { status: "resolved" }, t("toast.resolved", { count: ids.length }));
    clearSelection();
    if (next) ui.set({ cursor: next });
    if (andNext && opened()) route.open(next ?? null, true);
    else if (!opened() && next) focusRow(next);
  };
  const back = () => {
    if (ui.get().selected.size > 0) {
      clearSelection();
      return;
    }
    const from = opened();
    if (!from) return;
    ui.set({ cursor: from });
    route.open(null);
    focusRow(from);
  };
  const toggleRead = () => {
    const ids = targets();
    if (ids.length === 0) return;
    const unread = ids.some((id) => (knownRow(place.workspaceId, id)?.unread_for_me ?? 0) > 0);
    void (unread ? markRead(place, ids) : markUnread(place, ids));
    clearSelection();
  };
  const askBrowser = async () => {
    const answer = "Notification" in window ? await Notification.requestPermission() : "denied";
    toast.done(answer === "granted" ? t("notify.on") : t("notify.refused"));
  };
  /** Opens what the keyboard is on first, when nothing is open. */
  const write = (mode: "reply" | "note") => {
    const id = opened() ?? ui.get().cursor;
    if (!id) return;
    if (!opened()) route.open(id);
    beginWriting(id, mode);
  };
  const command = (name: "attach" | "record") => ui.set({ command: { name, n: (ui.get().command?.n ?? 0) + 1 } });

  const action = (
    id: string,
    group: string,
    keys: readonly string[],
    run: () => void,
    more: Partial<Action> = {},
  ): Action => ({
    id: `inbox.${id}`,
    label: `inbox:key.${id}`,
    group,
    keys,
    run,
    ...more,
  });
  useActions([
    action("next", moving, ["KeyJ", "ArrowDown"], () => move(1), { hidden: true }),
    action("previous", moving, ["KeyK", "ArrowUp"], () => move(-1), { hidden: true }),
    action(
      "open",
      moving,
      ["KeyO"],
      () => {
        const { cursor } = ui.get();
        if (cursor) route.open(cursor);
      },
      { hidden: true },
    ),
    action("back", moving, ["Escape"], back, { hidden: true }),
    action("search", moving, ["/"], () => ui.set({ search: true })),
    action("scheduled", moving, [], () => ui.set({ scheduled: true })),
    action("mentions", moving, ["KeyG KeyM"], () => route.goTo("mentions")),
    action("unassigned", moving, ["KeyG KeyU"], () => route.goTo("unassigned")),
    action("select", triage, ["KeyX"], () => {
      const id = ui.get().cursor ?? opened();
      if (id) toggleSelected(id);
    }),
    action("selectRange", triage, ["Shift+KeyX"], () => {
      const id = ui.get().cursor ?? opened();
      if (id) selectRange(id, order());
    }),
    action("selectAll", triage, ["Shift+KeyA"], () => {
      const ids = order();
      if (ids.every((id) => ui.get().selected.has(id))) clearSelection();
      else selectAll(ids);
    }),
    action("read", triage, ["KeyU"], toggleRead),
    action("allRead", triage, ["Shift+KeyU"], () => {
      const ids = order().filter((id) => (knownRow(place.workspaceId, id)?.unread_for_me ?? 0) > 0);
      if (ids.length > 0) void markRead(place, ids);
    }),
    ...(may
      ? [
          action("resolve", triage, ["KeyE"], () => resolve(false)),
          action("resolveNext", triage, ["Shift+KeyE"], () => resolve(true)),
          action("snooze", triage, ["KeyH"], () => pick("snooze")),
          action("assign", triage, ["KeyA"], () => pick("assign")),
          action("assignMe", triage, ["KeyI"], () => {
            const ids = targets();
            if (ids.length > 0)
              void changeAll(place, ids, { assignee_id: place.memberId }, t("toast.assignedMe", { count: ids.length }));
          }),
          action("team", triage, [], () => pick("team")),
          action("labels", triage, ["KeyL"], () => pick("labels")),
          action("priority", triage, ["KeyP"], () => pick("priority")),
          action("macros", triage, ["KeyM"], () => pick("macros")),
          action("undo", triage, ["KeyZ"], undo),
        ]
      : []),
    ...(maySend
      ? [
          action("reply", writing, ["KeyR"], () => write("reply")),
          ...(may ? [action("note", writing, ["KeyN"], () => write("note"))] : []),
          action("attach", writing, ["Mod+Shift+KeyU"], () => command("attach"), { inText: true }),
          action("record", writing, ["Mod+Shift+KeyV"], () => command("record"), { inText: true }),
        ]
      : []),
    action("browserNotifications", moving, [], () => void askBrowser()),
  ]);
}
