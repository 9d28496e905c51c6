import { AlarmClock, Check, Flag, MailOpen, Tag, UserRound, Users, X, Zap } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "../../../components/ui/Button.js";
import { formatNumber } from "../../../i18n/format.js";
import { changeAll, markRead, type Place } from "../data/triage.js";
import { clearSelection, selectAll, ui, type PickerKind } from "../data/ui.js";

/** What can be done with all that are ticked, in place of the list's head. */
export function BulkBar({ place, may, order }: { place: Place; may: boolean; order: () => readonly string[] }) {
  const { t, i18n } = useTranslation("inbox");
  const selected = ui.use((state) => state.selected);
  const ids = [...selected];
  const all = order().every((id) => selected.has(id));
  const pick = (kind: PickerKind) => ui.set({ picker: { kind, ids } });
  const buttons = [
    { label: t("action.assign"), keys: "A", icon: UserRound, run: () => pick("assign") },
    { label: t("action.team"), icon: Users, run: () => pick("team") },
    { label: t("action.labels"), keys: "L", icon: Tag, run: () => pick("labels") },
    { label: t("action.priority"), keys: "P", icon: Flag, run: () => pick("priority") },
    { label: t("action.snooze"), keys: "H", icon: AlarmClock, run: () => pick("snooze") },
    { label: t("composer.macros"), keys: "M", icon: Zap, run: () => pick("macros") },
    {
      label: t("action.resolve"),
      keys: "E",
      icon: Check,
      run: () => {
        void changeAll(place, ids, { status: "resolved" }, t("toast.resolved", { count: ids.length }));
        clearSelection();
      },
    },
    {
      label: t("action.markRead"),
      keys: "U",
      icon: MailOpen,
      run: () => {
        void markRead(place, ids);
        clearSelection();
      },
    },
  ];
  return (
    <div
      role="toolbar"
      aria-label={t("bulk.title")}
      className="flex min-h-14 shrink-0 flex-wrap items-center border-b bg-info-soft px-1.5 py-1"
    >
      <span className="me-auto flex items-center">
        <span className="grid size-9 place-items-center">
          <input
            type="checkbox"
            aria-label={t("key.selectAll")}
            title={t("key.selectAll")}
            checked={all}
            ref={(box) => {
              if (box) box.indeterminate = !all;
            }}
            onChange={() => (all ? clearSelection() : selectAll(order()))}
            className="size-6 accent-brand"
          />
        </span>
        <span role="status" className="tabular font-medium" title={t("bulk.selected", { count: ids.length })}>
          <span aria-hidden="true">{formatNumber(ids.length, i18n.language)}</span>
          <span className="sr-only">{t("bulk.selected", { count: ids.length })}</span>
        </span>
      </span>
      {may &&
        buttons.map(({ label, keys, icon: Icon, run }) => (
          <IconButton
            key={label}
            size="sm"
            label={label}
            keys={keys}
            icon={<Icon aria-hidden="true" />}
            onClick={run}
          />
        ))}
      <IconButton
        size="sm"
        label={t("bulk.clear")}
        keys="Esc"
        icon={<X aria-hidden="true" />}
        onClick={clearSelection}
      />
    </div>
  );
}
