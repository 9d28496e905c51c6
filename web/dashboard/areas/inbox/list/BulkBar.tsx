import { AlarmClock, Check, Flag, MailOpen, Tag, UserRound, Users, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "../../../components/ui/Button.js";
import { changeAll, markRead, type Place } from "../data/triage.js";
import { clearSelection, ui, type PickerKind } from "../data/ui.js";

/** What can be done with all that are ticked, in place of the list's head. */
export function BulkBar({ place, may }: { place: Place; may: boolean }) {
  const { t } = useTranslation("inbox");
  const selected = ui.use((state) => state.selected);
  const ids = [...selected];
  const pick = (kind: PickerKind) => ui.set({ picker: { kind, ids } });
  const buttons = [
    { label: t("action.assign"), keys: "A", icon: UserRound, run: () => pick("assign") },
    { label: t("action.team"), icon: Users, run: () => pick("team") },
    { label: t("action.labels"), keys: "L", icon: Tag, run: () => pick("labels") },
    { label: t("action.priority"), keys: "P", icon: Flag, run: () => pick("priority") },
    { label: t("action.snooze"), keys: "H", icon: AlarmClock, run: () => pick("snooze") },
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
      className="flex min-h-14 shrink-0 items-center gap-0.5 border-b bg-info-soft px-2"
    >
      <span role="status" className="tabular min-w-0 flex-1 truncate ps-1.5 font-medium">
        {t("bulk.selected", { count: ids.length })}
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
