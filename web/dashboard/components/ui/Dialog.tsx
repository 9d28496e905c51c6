import { X } from "lucide-react";
import { Dialog as Parts } from "radix-ui";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "./Button.js";
import { cx } from "./cx.js";
import { useFocusBack } from "./lostFocus.js";
import { ProblemNote } from "./ProblemNote.js";

/** Typing can begin at once where there is something to type into. */
function focusFirst(event: Event): void {
  const field = (event.currentTarget as HTMLElement).querySelector<HTMLElement>(
    "input:not([type=hidden]), textarea, [data-autofocus]",
  );
  event.preventDefault();
  // Not the button that closes it: its tooltip would take the first Escape.
  (field ?? (event.currentTarget as HTMLElement)).focus();
}

interface Shared {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  /** Buttons at the end. */
  footer?: ReactNode;
}

const backdrop = "fixed inset-0 z-40 animate-fade bg-[rgb(8_12_16/0.45)]";

function Frame({ title, description, children, footer }: Omit<Shared, "open" | "onOpenChange">) {
  const { t } = useTranslation("common");
  return (
    <>
      <header className="flex items-start justify-between gap-4 px-5 pt-4 pb-3">
        <div>
          <Parts.Title className="text-section font-semibold">{title}</Parts.Title>
          {description && (
            <Parts.Description asChild>
              <div className="mt-1 text-text-2">{description}</div>
            </Parts.Description>
          )}
        </div>
        <Parts.Close asChild>
          <IconButton label={t("action.close")} icon={<X aria-hidden="true" />} size="sm" />
        </Parts.Close>
      </header>
      {children !== undefined && <div className="min-h-0 flex-1 overflow-y-auto px-5 py-1 pb-5">{children}</div>}
      {footer && <footer className="flex flex-wrap justify-end gap-2 border-t px-5 py-3">{footer}</footer>}
    </>
  );
}

/** A window over the page; focus stays in it until it is closed. */
export function Dialog({ open, onOpenChange, size = "md", ...frame }: Shared & { size?: "sm" | "md" | "lg" }) {
  return (
    <Parts.Root open={open} onOpenChange={onOpenChange}>
      <Parts.Portal>
        <Parts.Overlay className={backdrop} />
        <Parts.Content
          {...useFocusBack(focusFirst)}
          {...(frame.description ? {} : { "aria-describedby": undefined })}
          className={cx(
            "fixed inset-x-3 top-[max(1rem,8vh)] z-40 mx-auto flex max-h-[84vh] animate-pop flex-col rounded-card border bg-bg shadow-pop outline-none",
            { sm: "max-w-sm", md: "max-w-lg", lg: "max-w-3xl" }[size],
          )}
        >
          <Frame {...frame} />
        </Parts.Content>
      </Parts.Portal>
    </Parts.Root>
  );
}

/**
 * Asks before something that cannot be undone. `onConfirm` may take its time; the window closes when it succeeded, and says
 * why when it did not.
 */
export function ConfirmDialog({
  confirm,
  onConfirm,
  danger = true,
  ...dialog
}: Omit<Shared, "footer"> & { confirm: string; onConfirm: () => Promise<void> | void; danger?: boolean }) {
  const { t } = useTranslation("common");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const run = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await onConfirm();
      dialog.onOpenChange(false);
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      {...dialog}
      size="sm"
      footer={
        <>
          <Button onClick={() => dialog.onOpenChange(false)}>{t("action.cancel")}</Button>
          <Button variant={danger ? "danger" : "primary"} busy={busy} onClick={run}>
            {confirm}
          </Button>
        </>
      }
    >
      {problem === undefined ? dialog.children : <ProblemNote error={problem} />}
    </Dialog>
  );
}

/** A sheet at the end of the page, over everything. */
export function Drawer({ open, onOpenChange, wide = false, ...frame }: Shared & { wide?: boolean }) {
  return (
    <Parts.Root open={open} onOpenChange={onOpenChange}>
      <Parts.Portal>
        <Parts.Overlay className={backdrop} />
        <Parts.Content
          {...useFocusBack(focusFirst)}
          {...(frame.description ? {} : { "aria-describedby": undefined })}
          className={cx(
            "fixed inset-y-0 end-0 z-40 flex w-full animate-fade flex-col border-s bg-bg shadow-pop outline-none",
            wide ? "max-w-2xl" : "max-w-md",
          )}
        >
          <Frame {...frame} />
        </Parts.Content>
      </Parts.Portal>
    </Parts.Root>
  );
}
