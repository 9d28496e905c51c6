import { Direction } from "radix-ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Toaster } from "../components/ui/toast.js";
import { TooltipProvider } from "../components/ui/Tooltip.js";

/** What surrounds every page: the direction of the language, tooltips, toasts. */
export function Frame({ children }: { children: ReactNode }) {
  const { i18n } = useTranslation();
  return (
    <Direction.Provider dir={i18n.dir()}>
      <TooltipProvider>
        {children}
        <Toaster />
      </TooltipProvider>
    </Direction.Provider>
  );
}
