import { useEffect, useRef, type RefObject } from "react";

/** For a row of tabs that may be wider than the page: keeps the open one in sight. */
export function useTabInSight<Row extends HTMLElement>(open: string): RefObject<Row | null> {
  const row = useRef<Row>(null);
  useEffect(() => {
    const tab = row.current?.querySelector('[aria-current="page"], [data-state="active"]');
    tab?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [open]);
  return row;
}
