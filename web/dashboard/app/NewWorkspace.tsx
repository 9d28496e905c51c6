import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../components/ui/Button.js";

const NewWorkspaceDialog = lazy(async () => ({
  default: (await import("./NewWorkspaceDialog.js")).NewWorkspaceDialog,
}));

/** Makes another workspace, of which one becomes the owner, and goes there. What it needs is fetched when it opens. */
export function NewWorkspace({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return <Suspense>{open && <NewWorkspaceDialog open onOpenChange={onOpenChange} />}</Suspense>;
}

/** A button that opens the dialog. */
export function NewWorkspaceButton({ variant = "primary" }: { variant?: "primary" | "secondary" }) {
  const { t } = useTranslation("common");
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant={variant} onClick={() => setOpen(true)}>
        {t("workspace.new")}
      </Button>
      <NewWorkspace open={open} onOpenChange={setOpen} />
    </>
  );
}
