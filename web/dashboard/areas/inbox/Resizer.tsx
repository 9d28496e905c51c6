import { useEffect, useRef, useState } from "react";
import { saveMyPreferences, useMyPreferences } from "../../app/myPreferences.js";

/** A width that stays for this long is kept. */
const keepMs = 500;

/** Width of a pane, kept in the account for all devices. */
export function usePaneWidth(name: string, normal: number, least: number, most: number) {
  const entry = `inbox.${name}`;
  const { panes } = useMyPreferences();
  const [moved, setMoved] = useState<number | null>(null);
  const pending = useRef<{ timer: ReturnType<typeof setTimeout>; keep: () => void }>(undefined);
  const clamp = (width: number) => Math.min(most, Math.max(least, Math.round(width)));
  const width = clamp(moved ?? panes[entry] ?? normal);
  const latest = useRef(panes);
  latest.current = panes;
  const set = (next: number) => {
    const value = clamp(next);
    setMoved(value);
    clearTimeout(pending.current?.timer);
    const keep = () => {
      pending.current = undefined;
      void saveMyPreferences({ panes: { ...latest.current, [entry]: value } });
    };
    pending.current = { timer: setTimeout(keep, keepMs), keep };
  };
  useEffect(
    () => () => {
      clearTimeout(pending.current?.timer);
      pending.current?.keep();
    },
    [],
  );
  return { width, set, normal, least, most };
}

const step = 16;

/** The line between two panes: dragged, or moved by arrow keys; two clicks bring the usual width back. */
export function Resizer({
  pane,
  label,
  after = false,
}: {
  pane: ReturnType<typeof usePaneWidth>;
  label: string;
  /** The pane it sizes stands after the line. */
  after?: boolean;
}) {
  const { width, set, normal, least, most } = pane;
  const sign = () => (after ? -1 : 1) * (document.dir === "rtl" ? -1 : 1);
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={least}
      aria-valuemax={most}
      tabIndex={0}
      onDoubleClick={() => set(normal)}
      onKeyDown={(event) => {
        const by = event.key === "ArrowRight" ? step : event.key === "ArrowLeft" ? -step : 0;
        if (by !== 0) set(width + by * sign());
        else if (event.key === "Home") set(least);
        else if (event.key === "End") set(most);
        else return;
        event.preventDefault();
      }}
      onPointerDown={(event) => {
        const from = event.clientX;
        const line = event.currentTarget;
        line.setPointerCapture(event.pointerId);
        const move = (moved: PointerEvent) => set(width + (moved.clientX - from) * sign());
        line.addEventListener("pointermove", move);
        line.addEventListener("lostpointercapture", () => line.removeEventListener("pointermove", move), {
          once: true,
        });
      }}
      className="relative z-10 w-px shrink-0 cursor-col-resize touch-none bg-hairline before:absolute before:inset-y-0 before:-inset-x-1.5 hover:bg-control focus-visible:bg-focus"
    />
  );
}
