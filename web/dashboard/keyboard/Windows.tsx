import { lazy, Suspense, useCallback, useEffect, useRef } from "react";
import { Opening } from "./Opening.js";

const parts = { palette: () => import("./CommandPalette.js"), sheet: () => import("./ShortcutSheet.js") };
const CommandPalette = lazy(async () => ({ default: (await parts.palette()).CommandPalette }));
const ShortcutSheet = lazy(async () => ({ default: (await parts.sheet()).ShortcutSheet }));
/** Once the page has what it needs at first, these are fetched too: the first press of a key then finds them here. */
const fetchAheadMs = 1_500;

interface Props {
  workspaceId: string;
  /** May look up contacts. */
  contacts: boolean;
  palette: boolean;
  sheet: boolean;
  onPalette: (open: boolean) => void;
  onSheet: (open: boolean) => void;
}

/** The palette and the sheet of keys. Their code comes later; what is typed into one that is still coming is not lost. */
export function KeyboardWindows({ workspaceId, contacts, palette, sheet, onPalette, onSheet }: Props) {
  const typed = useRef("");
  useEffect(() => {
    const timer = setTimeout(
      () => Object.values(parts).forEach((part) => void part().catch(() => undefined)),
      fetchAheadMs,
    );
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    if (!palette && !sheet) typed.current = "";
  }, [palette, sheet]);
  const onTyped = useCallback((text: string) => {
    typed.current = text;
  }, []);
  const onCancel = useCallback(() => {
    onPalette(false);
    onSheet(false);
  }, [onPalette, onSheet]);
  return (
    <Suspense fallback={<Opening onTyped={onTyped} onCancel={onCancel} />}>
      {palette && (
        <CommandPalette
          workspaceId={workspaceId}
          contacts={contacts}
          initial={typed}
          onClose={() => onPalette(false)}
        />
      )}
      {sheet && <ShortcutSheet initial={typed} onClose={() => onSheet(false)} />}
    </Suspense>
  );
}
