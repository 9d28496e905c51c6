import { Toaster as Sonner, toast as sonner } from "sonner";
import { Problem } from "../../api/problem.js";
import i18n from "i18next";
import { refusalTexts } from "../../api/refusal.js";
import { problemText } from "./problemText.js";
import { usePhone, useResolvedTheme } from "../../app/preferences.js";

const briefly = 6_000;

/** What a notice says: a line, more in smaller words, and perhaps a button. */
export interface Notice {
  text: string;
  more?: string | undefined;
  action?: { label: string; onClick: () => void };
}

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
      duration={briefly}
      // One behind the other, only the last could be read.
      expand
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

/** How long each notice that stands was to stand. */
const standingFor = new Map<string, number>();

/** A short word at the edge of the page, for 6 s. */
export const toast = {
  /** It is done. With `undo`, a button takes it back while the toast is there. */
  done(text: string, undo?: () => void): void {
    if (undo) toast.undoable(text, undo);
    else sonner(text);
  },
  /** It is done, and a button takes it back. Returns how to withdraw the offer, once it was taken back otherwise. */
  undoable(text: string, undo: () => void): () => void {
    const id = sonner(text, { action: { label: i18n.t("common:action.undo"), onClick: undo } });
    return () => void sonner.dismiss(id);
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
  tell(text: string): void {
    sonner(text);
  },
  /** Something happened elsewhere. Told again under the same id it takes the place of what stands there, and its life begins anew. */
  notice(id: string, { text, more, action }: Notice, gone: () => void): void {
    // A life that was paused begins anew only with another length.
    const duration = standingFor.get(id) === briefly ? briefly + 1 : briefly;
    standingFor.set(id, duration);
    const leave = () => {
      standingFor.delete(id);
      gone();
    };
    sonner(<span className="line-clamp-2">{text}</span>, {
      id,
      duration,
      description: more ? (
        <span className="line-clamp-2">
          <bdi>{more}</bdi>
        </span>
      ) : undefined,
      ...(action
        ? {
            action: {
              label: action.label,
              onClick: () => {
                leave();
                action.onClick();
              },
            },
          }
        : {}),
      onAutoClose: leave,
      onDismiss: leave,
    });
  },
  /** Takes a notice away. */
  withdraw(id: string): void {
    sonner.dismiss(id);
  },
  /** What stands at the moment. */
  standing: (): readonly (string | number)[] => sonner.getToasts().map(({ id }) => id),
  /** With a button. Stays until it is pressed or dismissed. */
  ask(text: string, action: { label: string; onClick: () => void }): void {
    sonner(text, { action, duration: Infinity, id: text });
  },
};
