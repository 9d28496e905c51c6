import { Command } from "cmdk";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "../../../api/clock.js";
import { parseWhen, presets } from "../data/snooze.js";

/** A time to come: in one's own words, one of some, or by the calendar. */
export function WhenPicker({ label, onPick }: { label: string; onPick: (at: Date) => void }) {
  const { t, i18n } = useTranslation("inbox");
  const [text, setText] = useState("");
  const now = useMemo(() => new Date(serverNow()), []);
  const meant = useMemo(() => parseWhen(text, new Date(serverNow())), [text]);
  const format = useMemo(
    () =>
      new Intl.DateTimeFormat(i18n.language, {
        weekday: "short",
        day: "numeric",
        month: "short",
        hour: "numeric",
        minute: "2-digit",
      }),
    [i18n.language],
  );
  const itemLook =
    "flex min-h-9 cursor-default items-center justify-between gap-6 rounded-control px-2.5 data-[selected=true]:bg-surface-2";
  return (
    <Command label={label} shouldFilter={false} loop>
      <Command.Input
        autoFocus
        value={text}
        onValueChange={setText}
        placeholder={t("when.placeholder")}
        className="h-10 w-full border-b bg-transparent px-3 outline-none"
      />
      <Command.List className="p-1">
        {meant && (
          <Command.Item value="meant" onSelect={() => onPick(meant)} className={itemLook}>
            <span className="font-medium">{text}</span>
            <span className="text-text-2">{format.format(meant)}</span>
          </Command.Item>
        )}
        {text !== "" && !meant && <p className="px-2.5 py-2 text-meta text-text-3">{t("when.notUnderstood")}</p>}
        {presets(now).map(({ name, at }) => (
          <Command.Item key={name} value={name} onSelect={() => onPick(at)} className={itemLook}>
            {t(`when.${name}`)}
            <span className="text-text-3">{format.format(at)}</span>
          </Command.Item>
        ))}
      </Command.List>
      <label className="flex items-center justify-between gap-3 border-t px-3 py-2 text-meta text-text-2">
        {t("when.exact")}
        <input
          type="datetime-local"
          className="h-8 rounded-control border border-control bg-bg px-2"
          onChange={(event) => {
            const at = new Date(event.target.value);
            if (at.getTime() > serverNow()) setText(event.target.value.replace("T", " "));
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            const at = new Date(event.currentTarget.value);
            if (at.getTime() > serverNow()) onPick(at);
          }}
        />
      </label>
    </Command>
  );
}
