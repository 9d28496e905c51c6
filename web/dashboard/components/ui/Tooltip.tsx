import { Tooltip as Parts } from "radix-ui";
import type { ReactNode } from "react";
import { Kbd } from "./Kbd.js";
import { focusReturns } from "./lostFocus.js";

/** Around the whole app: tooltips share their delay. */
export const TooltipProvider = ({ children }: { children: ReactNode }) => (
  <Parts.Provider delayDuration={400} skipDelayDuration={200}>
    {children}
  </Parts.Provider>
);

/** A word about its only child, on hover and focus. Never the only place of something one must know. */
export function Tooltip({
  label,
  keys,
  side = "bottom",
  children,
}: {
  label: string;
  keys?: string | undefined;
  side?: "top" | "bottom" | "left" | "right";
  children: ReactNode;
}) {
  return (
    <Parts.Root>
      <Parts.Trigger asChild onFocus={(event) => focusReturns() && event.preventDefault()}>
        {children}
      </Parts.Trigger>
      <Parts.Portal>
        <Parts.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 flex max-w-72 animate-fade items-center gap-2 rounded-control bg-text px-2 py-1 text-meta text-bg shadow-pop"
        >
          {label}
          {keys && <Kbd keys={keys} inverse />}
        </Parts.Content>
      </Parts.Portal>
    </Parts.Root>
  );
}
