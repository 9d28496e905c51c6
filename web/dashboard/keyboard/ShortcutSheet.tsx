import { useLayoutEffect, useState, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import { preferences, usePreferences } from "../app/preferences.js";
import { Dialog } from "../components/ui/Dialog.js";
import { Input } from "../components/ui/Input.js";
import { Kbd } from "../components/ui/Kbd.js";
import { Switch } from "../components/ui/choices.js";
import { keysOf, useAllActions } from "./actions.js";
import { showKeys } from "./keys.js";

/** All keys that work here, searchable, with the switch that turns single keys off. */
export function ShortcutSheet({ initial, onClose }: { initial: RefObject<string>; onClose: () => void }) {
  const { t } = useTranslation("common");
  const { singleKeys } = usePreferences();
  const [search, setSearch] = useState(() => initial.current);
  // What was typed while this was being drawn is in it, too.
  useLayoutEffect(() => setSearch(initial.current), [initial]);
  const wanted = search.toLocaleLowerCase();
  const actions = useAllActions().filter(
    (action) => keysOf(action).length > 0 && t(action.label).toLocaleLowerCase().includes(wanted),
  );
  const groups = [...new Set(actions.map((action) => action.group))];
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("shortcuts.title")}>
      <div className="flex flex-col gap-4 pt-1">
        <Input
          autoFocus
          type="search"
          aria-label={t("action.search")}
          placeholder={t("action.search")}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <Switch
          checked={singleKeys}
          onChange={(next) => preferences.set({ singleKeys: next })}
          label={t("shortcuts.single")}
          hint={t("shortcuts.singleHint")}
        />
        {groups.length === 0 && <p className="text-text-3">{t("state.noMatches")}</p>}
        {groups.map((group) => (
          <section key={group}>
            <h3 className="mb-1 text-meta font-medium text-text-3">{t(group)}</h3>
            <ul>
              {actions
                .filter((action) => action.group === group)
                .map((action) => (
                  <li key={action.id} className="flex min-h-8 items-center justify-between gap-4">
                    {t(action.label)}
                    <span className="flex gap-2">
                      {keysOf(action).map((keys) => (
                        <Kbd key={keys} keys={showKeys(keys)} />
                      ))}
                    </span>
                  </li>
                ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
