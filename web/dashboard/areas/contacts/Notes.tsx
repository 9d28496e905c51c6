import { useQuery } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../api/client.js";
import { useCan, useWorkspace } from "../../api/session.js";
import { Button, IconButton } from "../../components/ui/Button.js";
import { ConfirmDialog } from "../../components/ui/Dialog.js";
import { Textarea } from "../../components/ui/Input.js";
import { ProblemNote } from "../../components/ui/ProblemNote.js";
import { Skeleton } from "../../components/ui/Spinner.js";
import { ErrorState } from "../../components/ui/states.js";
import { Time } from "../../components/ui/Time.js";
import { useForm } from "../../components/ui/useForm.js";
import { useContactWrite, useNotes } from "./data.js";

/** What the team wrote down about a contact; it never leaves the house. */
export function Notes({ contactId }: { contactId: string }) {
  const { t } = useTranslation("contacts");
  const { id } = useWorkspace();
  const can = useCan();
  const may = can("contacts:write");
  const notes = useNotes(contactId);
  const write = useContactWrite(contactId);
  const members = useQuery({
    queryKey: ["w", id, "members"],
    queryFn: ({ signal }) => call<{ data: { id: string; name: string }[] }>("/members", { workspaceId: id, signal }),
    select: ({ data }) => new Map(data.map((one) => [one.id, one.name])),
    enabled: can("conversations:read"),
  });
  const [text, setText] = useState("");
  const [removing, setRemoving] = useState<string>();
  const form = useForm({
    run: async () => {
      if (text.trim() === "") return;
      await write("POST", "/notes", { text: text.trim() });
      setText("");
    },
  });
  return (
    <div className="flex flex-col gap-3">
      {may && (
        <form noValidate onSubmit={form.submit} className="flex flex-col gap-2">
          <ProblemNote error={form.problem} />
          <Textarea
            dir="auto"
            rows={2}
            maxLength={20_000}
            aria-label={t("notes.write")}
            placeholder={t("notes.write")}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          {text.trim() !== "" && (
            <Button type="submit" size="sm" variant="primary" busy={form.busy} className="self-end">
              {t("notes.add")}
            </Button>
          )}
        </form>
      )}
      {notes.isPending && <Skeleton className="h-14 w-full" />}
      {notes.error && <ErrorState inline error={notes.error} onRetry={() => void notes.refetch()} />}
      {notes.data?.length === 0 && <p className="text-text-3">{t("notes.none")}</p>}
      <ul className="flex flex-col gap-2">
        {notes.data?.map((note) => (
          <li key={note.id} className="rounded-control bg-note px-3 py-2 text-on-note">
            <div className="flex items-start justify-between gap-2">
              <p dir="auto" className="min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere]">
                {note.text}
              </p>
              {may && (
                <IconButton
                  size="sm"
                  className="text-on-note hover:bg-transparent hover:text-on-note"
                  label={t("notes.remove")}
                  icon={<Trash2 aria-hidden="true" />}
                  onClick={() => setRemoving(note.id)}
                />
              )}
            </div>
            <div className="mt-1 text-meta">
              <bdi>{(note.author.id && members.data?.get(note.author.id)) ?? t("notes.program")}</bdi> ·{" "}
              <Time at={note.created_at} />
            </div>
          </li>
        ))}
      </ul>
      <ConfirmDialog
        open={removing !== undefined}
        onOpenChange={(open) => {
          if (!open) setRemoving(undefined);
        }}
        title={t("notes.removeTitle")}
        description={t("notes.removeText")}
        confirm={t("notes.remove")}
        onConfirm={() => write("DELETE", `/notes/${removing ?? ""}`)}
      />
    </div>
  );
}
