import { X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "../../components/ui/Button.js";
import { Kbd } from "../../components/ui/Kbd.js";
import { showKeys } from "../../keyboard/keys.js";

const secondStepMs = 900;
const modifiers = new Set(["Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock", "Fn"]);
// The browser keeps these to itself.
const reserved = /^Mod\+(Shift\+)?Key[NTW]$/;

/** Listens for what is to be an action's key: one press, or two after each other. */
export function KeyCapture({
  name,
  onTaken,
  onCancel,
}: {
  name: string;
  onTaken: (keys: string) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation("settings");
  const [steps, setSteps] = useState<readonly string[]>([]);
  const [refused, setRefused] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(onTaken);
  useEffect(() => {
    latest.current = onTaken;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  const press = (event: React.KeyboardEvent) => {
    // Focus has to find its way on.
    if (event.key === "Tab" || modifiers.has(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") {
      onCancel();
      return;
    }
    const mod = event.ctrlKey || event.metaKey;
    const step = [...(mod ? ["Mod"] : []), ...(event.shiftKey ? ["Shift"] : []), event.code].join("+");
    if (event.code === "" || event.altKey || reserved.test(step)) {
      setRefused(true);
      return;
    }
    setRefused(false);
    const next = [...steps, step];
    setSteps(next);
    clearTimeout(timer.current);
    if (next.length === 2 || mod) latest.current(next.join(" "));
    else timer.current = setTimeout(() => latest.current(next.join(" ")), secondStepMs);
  };
  return (
    <span className="flex items-center gap-1.5">
      <button
        type="button"
        autoFocus
        aria-label={t("keyboard.pressOne", { name })}
        onKeyDown={press}
        className="flex h-7 min-w-40 items-center justify-center gap-2 rounded-control border border-focus bg-info-soft px-2.5 text-meta text-info"
      >
        {steps.length > 0 ? (
          <Kbd keys={showKeys(steps.join(" "))} />
        ) : refused ? (
          t("keyboard.refused")
        ) : (
          t("keyboard.press")
        )}
      </button>
      <IconButton size="sm" label={t("common:action.cancel")} icon={<X aria-hidden="true" />} onClick={onCancel} />
    </span>
  );
}
