import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { call } from "../api/client.js";
import { queryClient } from "../api/queryClient.js";
import { meQuery, type Me } from "../api/session.js";
import { Button } from "../components/ui/Button.js";
import { Dialog } from "../components/ui/Dialog.js";
import { Field } from "../components/ui/Field.js";
import { Input } from "../components/ui/Input.js";
import { ProblemNote } from "../components/ui/ProblemNote.js";
import { useForm } from "../components/ui/useForm.js";

/** Makes another workspace, of which one becomes the owner, and goes there. */
export function NewWorkspaceDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const { t } = useTranslation("common");
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const form = useForm({
    check: () => ({ name: name.trim() === "" ? t("workspace.nameMissing") : undefined }),
    run: async () => {
      const before = new Set(
        queryClient.getQueryData<Me>(meQuery.queryKey)?.memberships.map(({ workspace }) => workspace.id),
      );
      const me = await call<Me>("/me/workspaces", { method: "POST", body: { name: name.trim() } });
      queryClient.setQueryData(meQuery.queryKey, me);
      onOpenChange(false);
      setName("");
      const made = me.memberships.find(({ workspace }) => !before.has(workspace.id));
      if (made) void navigate(`/w/${made.workspace.id}/home`);
    },
  });
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("workspace.new")}
      description={t("workspace.newText")}
      size="sm"
    >
      <form noValidate onSubmit={form.submit} className="flex flex-col gap-4 pt-1">
        <ProblemNote error={form.problem} />
        <Field label={t("workspace.name")} error={form.errors.name}>
          <Input
            dir="auto"
            maxLength={100}
            autoComplete="organization"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Button type="submit" variant="primary" busy={form.busy}>
          {t("workspace.create")}
        </Button>
      </form>
    </Dialog>
  );
}
