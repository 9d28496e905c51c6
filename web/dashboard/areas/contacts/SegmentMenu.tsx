import { Ellipsis, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ContactFilters, SegmentDto } from "../../../../src/wire/contacts.js";
import { Button } from "../../components/ui/Button.js";
import { ConfirmDialog, Dialog } from "../../components/ui/Dialog.js";
import { Field } from "../../components/ui/Field.js";
import { Input } from "../../components/ui/Input.js";
import { Menu } from "../../components/ui/Menu.js";
import { ProblemNote } from "../../components/ui/ProblemNote.js";
import { toast } from "../../components/ui/toast.js";
import { useForm } from "../../components/ui/useForm.js";
import { useSegmentWrite } from "./data.js";

/** Gives a name: to filters that are kept as a segment, or another one to a segment. */
export function SegmentNameDialog({
  filters,
  segment,
  onClose,
}: {
  filters?: ContactFilters;
  segment?: SegmentDto;
  onClose: () => void;
}) {
  const { t } = useTranslation("contacts");
  const write = useSegmentWrite();
  const [name, setName] = useState(segment?.name ?? "");
  const form = useForm({
    check: () => ({ name: name.trim() === "" ? t("add.nameNeeded") : undefined }),
    run: async () => {
      const given = name.trim();
      if (segment) await write("PATCH", `/${segment.id}`, { name: given });
      else await write("POST", "", { name: given, filters });
      toast.done(t(segment ? "segment.renamed" : "segment.saved", { name: given }));
      onClose();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      size="sm"
      title={t(segment ? "segment.renameTitle" : "segment.save")}
      description={t(segment ? "segment.renameText" : "segment.text")}
      footer={
        <>
          <Button onClick={onClose}>{t("common:action.cancel")}</Button>
          <Button variant="primary" busy={form.busy} onClick={() => void form.submit()}>
            {t("save")}
          </Button>
        </>
      }
    >
      <form noValidate onSubmit={form.submit} className="flex flex-col gap-4">
        <ProblemNote error={form.problem} />
        <Field label={t("column.name")} required error={form.errors.name}>
          <Input dir="auto" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

/** What can be done with the segment that is chosen. */
export function SegmentMenu({ segment }: { segment: SegmentDto }) {
  const { t } = useTranslation("contacts");
  const write = useSegmentWrite();
  const [asking, setAsking] = useState<"rename" | "remove">();
  const { id, name, shared, filters } = segment;
  const remove = async () => {
    await write("DELETE", `/${id}`);
    toast.done(
      t("segment.removed", { name }),
      () => void write("POST", "", { name, shared, filters }).catch(toast.failed),
    );
  };
  return (
    <>
      <Menu
        sections={[
          {
            items: [
              {
                label: t("segment.rename"),
                icon: <Pencil aria-hidden="true" />,
                onSelect: () => setAsking("rename"),
              },
              {
                label: t("segment.remove", { name }),
                icon: <Trash2 aria-hidden="true" />,
                danger: true,
                onSelect: () => setAsking("remove"),
              },
            ],
          },
        ]}
        trigger={
          <button
            type="button"
            aria-label={t("segment.more", { name })}
            className="grid size-7 place-items-center rounded-control text-text-2 hover:bg-surface-2"
          >
            <Ellipsis className="size-4" aria-hidden="true" />
          </button>
        }
      />
      {asking === "rename" && <SegmentNameDialog segment={segment} onClose={() => setAsking(undefined)} />}
      <ConfirmDialog
        open={asking === "remove"}
        onOpenChange={(open) => !open && setAsking(undefined)}
        title={t("segment.removeTitle", { name })}
        description={t("segment.removeText")}
        confirm={t("segment.removeYes")}
        onConfirm={remove}
      />
    </>
  );
}
