import { Toaster as Sonner, toast as sonner } from "sonner";
import { Problem } from "../../api/problem.js";
import i18n from "i18next";
import { refusalTexts } from "../../api/refusal.js";
import { problemText } from "./problemText.js";
import { usePhone, useResolvedTheme } from "../../app/preferences.js";

/** Where toasts appear; once, in the app. */
export function Toaster() {
  const phone = usePhone();
  return (
    <Sonner
      theme={useResolvedTheme()}
      dir={i18n.dir()}
      // On a phone the bottom holds the navigation and where one writes: below the head of the page nothing is covered that is used.
      position={phone ? "top-center" : i18n.dir() === "rtl" ? "bottom-right" : "bottom-left"}
      mobileOffset={{ top: "calc(92px + env(safe-area-inset-top))", left: 12, right: 12 }}
      duration={6_000}
      containerAriaLabel={i18n.t("common:label.notifications")}
      toastOptions={{
        style: {
          background: "var(--bg)",
          color: "var(--text)",
          border: "1px solid var(--hairline)",
          borderRadius: "10px",
          boxShadow: "var(--shadow-pop)",
          fontFamily: '"Inter Variable", system-ui, sans-serif',
        },
        actionButtonStyle: { background: "transparent", color: "var(--brand)", fontWeight: 600, fontSize: "13px" },
      }}
    />
  );
}

/** A short word at the edge of the page, for 6 s. */
export const toast = {
  /** It is done. With `undo`, a button takes it back while the toast is there. */
  done(text: string, undo?: () => void): void {
    sonner(text, undo ? { action: { label: i18n.t("common:action.undo"), onClick: undo } } : {});
  },
  /** It did not work: says why, for longer. */
  failed(error: unknown): void {
    const problem = Problem.from(error);
    void refusalTexts().then(() => {
      const sentence = problemText(problem);
      sonner.error(sentence.text, {
        duration: 10_000,
        ...(sentence.detail === "" ? {} : { description: sentence.detail }),
      });
    });
  },
  /** It did not work, and this says why. */
  wrong(text: string): void {
    sonner.error(text, { duration: 10_000 });
  },
  /** Something happened elsewhere; perhaps with a button that leads there. */
  tell(text: string, action?: { label: string; onClick: () => void }, description?: string): void {
    sonner(text, { ...(action ? { action } : {}), ...(description ? { description } : {}) });
  },
  /** With a button. Stays until it is pressed or dismissed. */
  ask(text: string, action: { label: string; onClick: () => void }): void {
    sonner(text, { action, duration: Infinity, id: text });
  },
};
