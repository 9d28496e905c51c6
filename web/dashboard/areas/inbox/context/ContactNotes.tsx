import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../../api/client.js";
import { Button, IconButton } from "../../../components/ui/Button.js";
import { Textarea } from "../../../components/ui/Input.js";
import { ErrorState } from "../../../components/ui/states.js";
import { Time } from "../../../components/ui/Time.js";
import { toast } from "../../../components/ui/toast.js";
import { useKept } from "../data/kept.js";
import { keys } from "../data/keys.js";
import { useById, useMembers } from "../data/lookups.js";
import type { ContactNoteDto } from "../data/types.js";
import { RichText } from "../thread/content/RichText.js";
import { Section } from "./Section.js";

/** What we remember of a person, whatever the conversation. */
export function ContactNotes({
  contactId,
  workspaceId,
  may,
}: {
  contactId: string;
  workspaceId: string;
  may: boolean;
}) {
  const { t } = useTranslation("inbox");
  const queryClient = useQueryClient();
  const members = useById(useMembers());
  const queryKey = [...keys.contact(workspaceId, contactId), "notes"];
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: ({ signal }) => call<{ data: ContactNoteDto[] }>(`/contacts/${contactId}/notes`, { workspaceId, signal }),
  });
  const [text, setText] = useKept(`note/${contactId}`);
  const [busy, setBusy] = useState(false);
  const act = async (run: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await run();
      await queryClient.invalidateQueries({ queryKey });
      return true;
    } catch (failure) {
      toast.failed(failure);
      return false;
    } finally {
      setBusy(false);
    }
  };
  const add = async () => {
    const done = await act(() =>
      call(`/contacts/${contactId}/notes`, {
        method: "POST",
        workspaceId,
        body: { text: text.trim() },
        idempotencyKey: crypto.randomUUID(),
      }),
    );
    if (done) setText("");
  };
  return (
    <Section name="notes" title={t("contactNotes.title")}>
      {error ? (
        <ErrorState inline error={error} onRetry={() => void refetch()} />
      ) : (
        // Most have none: nothing stands there until they are here.
        <ul className="flex flex-col gap-2">
          {data?.data.map((note) => (
            <li key={note.id} className="group rounded-control bg-note px-2.5 py-1.5 text-on-note">
              <RichText text={note.text} />
              <span className="flex min-h-6 items-center justify-between text-meta opacity-85">
                <span>
                  <bdi>{(note.author.id && members.get(note.author.id)?.name) ?? t("author.api")}</bdi> ·{" "}
                  <Time at={note.created_at} />
                </span>
                {may && (
                  <IconButton
                    size="sm"
                    label={t("contactNotes.remove")}
                    icon={<Trash2 aria-hidden="true" />}
                    className="text-current opacity-0 group-focus-within:opacity-100 group-hover:opacity-100"
                    onClick={() =>
                      void act(() => call(`/contacts/${contactId}/notes/${note.id}`, { method: "DELETE", workspaceId }))
                    }
                  />
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
      {may && (
        <div className="pt-2">
          <Textarea
            dir="auto"
            rows={1}
            maxRows={8}
            maxLength={20_000}
            value={text}
            aria-label={t("contactNotes.add")}
            placeholder={t("contactNotes.add")}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && text.trim()) void add();
            }}
          />
          {text.trim() !== "" && (
            <div className="flex justify-end pt-2">
              <Button size="sm" variant="primary" busy={busy} onClick={add}>
                {t("contactNotes.save")}
              </Button>
            </div>
          )}
        </div>
      )}
    </Section>
  );
}
