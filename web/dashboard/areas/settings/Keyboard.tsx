import { RotateCcw } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { saveMyPreferences, useMyPreferences } from "../../app/myPreferences.js";
import { preferences, usePreferences } from "../../app/preferences.js";
import { Button, IconButton } from "../../components/ui/Button.js";
import { Switch } from "../../components/ui/choices.js";
import { ConfirmDialog } from "../../components/ui/Dialog.js";
import { Input } from "../../components/ui/Input.js";
import { Kbd } from "../../components/ui/Kbd.js";
import { Card } from "../../components/ui/layout.js";
import { allKnownActions, keysOf, type KnownAction } from "../../keyboard/actions.js";
import { showKeys } from "../../keyboard/keys.js";
import { KeyCapture } from "./KeyCapture.js";
import { SettingsPage } from "./parts.js";

const namespacesOf = (actions: readonly KnownAction[]) => [
  ...new Set(actions.flatMap(({ label, group }) => [label, group].map((key) => key.split(":")[0] ?? "common"))),
];

/** Two ways clash when one is the other, or its beginning. */
const clash = (one: string, other: string) =>
  one === other || one.startsWith(`${other} `) || other.startsWith(`${one} `);

function keep(id: string, keys: readonly string[] | undefined): void {
  const { [id]: _, ...rest } = preferences.get().keys;
  preferences.set({ keys: keys === undefined ? rest : { ...rest, [id]: keys } });
}

function ActionRow({ action, all }: { action: KnownAction; all: readonly KnownAction[] }) {
  const { t } = useTranslation("settings");
  const { keys: own } = usePreferences();
  const [capturing, setCapturing] = useState(false);
  const [wanted, setWanted] = useState<string>();
  const name = t(action.label);
  const rival =
    wanted === undefined
      ? undefined
      : all.find((other) => other.id !== action.id && keysOf(other).some((keys) => clash(keys, wanted)));
  const take = (keys: string) => {
    const other = all.find((one) => one.id !== action.id && keysOf(one).some((theirs) => clash(theirs, keys)));
    setCapturing(false);
    if (other) setWanted(keys);
    else keep(action.id, [keys]);
  };
  const takeOver = () => {
    if (wanted === undefined) return;
    for (const other of all) {
      if (other.id === action.id) continue;
      const left = keysOf(other).filter((theirs) => !clash(theirs, wanted));
      if (left.length !== keysOf(other).length) keep(other.id, left);
    }
    keep(action.id, [wanted]);
    setWanted(undefined);
  };
  return (
    <li className="flex flex-col gap-2 px-4 py-1.5">
      <div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1">
        <span className="min-w-0 flex-1 basis-40">{name}</span>
        {capturing ? (
          <KeyCapture name={name} onTaken={take} onCancel={() => setCapturing(false)} />
        ) : (
          <>
            <span className="flex flex-wrap gap-2">
              {keysOf(action).map((keys) => (
                <Kbd key={keys} keys={showKeys(keys)} />
              ))}
              {keysOf(action).length === 0 && <span className="text-meta text-text-3">{t("keyboard.none")}</span>}
            </span>
            <Button size="sm" aria-label={t("keyboard.changeOne", { name })} onClick={() => setCapturing(true)}>
              {t("keyboard.change")}
            </Button>
            <span className="w-7">
              {own[action.id] !== undefined && (
                <IconButton
                  size="sm"
                  label={t("keyboard.resetOne", { name })}
                  icon={<RotateCcw aria-hidden="true" />}
                  onClick={() => keep(action.id, undefined)}
                />
              )}
            </span>
          </>
        )}
      </div>
      {rival && wanted !== undefined && (
        <div
          role="alert"
          className="flex flex-wrap items-center gap-2 rounded-control bg-warning-soft px-3 py-2 text-warning"
        >
          <Kbd keys={showKeys(wanted)} />
          <span className="min-w-0 flex-1">{t("keyboard.conflict", { name: t(rival.label) })}</span>
          <Button size="sm" onClick={takeOver}>
            {t("keyboard.takeOver")}
          </Button>
          <Button size="sm" onClick={() => setWanted(undefined)}>
            {t("common:action.cancel")}
          </Button>
        </div>
      )}
    </li>
  );
}

/** How keys act: single ones, sending, and every action's own. */
export function KeyboardPage() {
  const { t, i18n } = useTranslation("settings");
  const { enter_sends: enterSends } = useMyPreferences();
  const { singleKeys, keys } = usePreferences();
  const [search, setSearch] = useState("");
  const [resetting, setResetting] = useState(false);
  const [, setLoaded] = useState(0);
  const all = allKnownActions();
  const namespaces = namespacesOf(all).join(" ");
  useEffect(() => {
    void i18n.loadNamespaces(namespaces.split(" ")).then(() => setLoaded((count) => count + 1));
  }, [i18n, namespaces]);
  const wanted = search.trim().toLocaleLowerCase();
  const shown = all.filter(({ label }) => t(label).toLocaleLowerCase().includes(wanted));
  const groups = [...new Set(shown.map(({ group }) => group))];
  return (
    <SettingsPage
      title={t("section.keyboard")}
      lead={t("keyboard.lead")}
      actions={
        Object.keys(keys).length > 0 && (
          <Button onClick={() => setResetting(true)}>
            <RotateCcw aria-hidden="true" />
            {t("keyboard.resetAll")}
          </Button>
        )
      }
    >
      <Card>
        <div className="flex flex-col gap-5">
          <Switch
            checked={singleKeys}
            onChange={(next) => void saveMyPreferences({ single_keys: next })}
            label={t("common:shortcuts.single")}
            hint={t("keyboard.singleHint")}
          />
          <Switch
            checked={enterSends}
            onChange={(next) => void saveMyPreferences({ enter_sends: next })}
            label={t("keyboard.enterSends")}
            hint={enterSends ? t("keyboard.enterHint") : t("keyboard.modEnterHint")}
          />
        </div>
      </Card>
      <Input
        type="search"
        className="max-w-72"
        aria-label={t("keyboard.search")}
        placeholder={t("keyboard.search")}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      {groups.length === 0 && (
        <p role="status" className="text-text-3">
          {t("common:state.noMatches")}
        </p>
      )}
      {groups.map((group) => (
        <Card key={group} title={t(group)} flush>
          <ul className="divide-y divide-hairline">
            {shown
              .filter((action) => action.group === group)
              .map((action) => (
                <ActionRow key={action.id} action={action} all={all} />
              ))}
          </ul>
        </Card>
      ))}
      <ConfirmDialog
        open={resetting}
        onOpenChange={setResetting}
        danger={false}
        title={t("keyboard.resetAll")}
        description={t("keyboard.resetText")}
        confirm={t("keyboard.reset")}
        onConfirm={() => saveMyPreferences({ keys: {} })}
      />
    </SettingsPage>
  );
}
