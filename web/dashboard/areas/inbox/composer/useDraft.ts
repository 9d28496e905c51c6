import { useCallback, useEffect, useRef, useState } from "react";
import { call } from "../../../api/client.js";
import { queryClient } from "../../../api/queryClient.js";
import { Problem } from "../../../api/problem.js";
import { keys } from "../data/keys.js";
import type { AttachmentDto, DraftDto } from "../data/types.js";
import type { Role } from "./limits.js";

export type Mode = "reply" | "note";

/** A file of the composer: on its way up, there, or refused. */
export interface DraftFile {
  key: string;
  name: string;
  type: string;
  size: number;
  role: Role;
  progress: number;
  state: "uploading" | "ready" | "failed";
  attachment?: AttachmentDto;
  problem?: string;
  preview?: string;
  /** Kept to try again. */
  file?: File;
}

/** What is being written in a conversation. */
export interface Draft {
  mode: Mode;
  texts: Record<Mode, string>;
  replyTo: { id: string; quote: string } | null;
  files: readonly DraftFile[];
}

const empty: Draft = { mode: "reply", texts: { reply: "", note: "" }, replyTo: null, files: [] };
const saveMs = 900;
/** What was written in this tab, so that going back and forth loses nothing and waits for nothing. */
const memory = new Map<string, Draft>();
export type SaveState = "none" | "saving" | "saved" | "failed";

const blank = (draft: Draft) => draft.texts[draft.mode] === "" && draft.files.length === 0 && draft.replyTo === null;

async function save(workspaceId: string, conversationId: string, draft: Draft, keepalive = false): Promise<void> {
  const path = `/conversations/${conversationId}/draft`;
  const before = queryClient.getQueryData<DraftDto | null>(keys.draft(workspaceId, conversationId));
  if (blank(draft)) {
    if (before === null) return;
    await call(path, { method: "DELETE", workspaceId, keepalive });
    queryClient.setQueryData(keys.draft(workspaceId, conversationId), null);
  } else {
    const saved = await call<DraftDto>(path, {
      method: "PUT",
      workspaceId,
      keepalive,
      body: {
        mode: draft.mode,
        text: draft.texts[draft.mode],
        reply_to: draft.replyTo?.id ?? null,
        attachment_ids: draft.files.flatMap(({ attachment }) => attachment?.id ?? []),
      },
    });
    queryClient.setQueryData(keys.draft(workspaceId, conversationId), saved);
  }
  void queryClient.invalidateQueries({ queryKey: keys.drafts(workspaceId) });
}

async function load(workspaceId: string, conversationId: string): Promise<Draft | undefined> {
  const found = await call<DraftDto | undefined>(`/conversations/${conversationId}/draft`, { workspaceId }).catch(
    (error: unknown) => {
      if (Problem.from(error).status === 404) return undefined;
      throw error;
    },
  );
  queryClient.setQueryData(keys.draft(workspaceId, conversationId), found ?? null);
  if (!found) return undefined;
  const files = await Promise.all(
    found.attachment_ids.map((id) =>
      call<AttachmentDto>(`/attachments/${id}`, { workspaceId }).then(
        (attachment): DraftFile => ({
          key: id,
          name: attachment.name ?? "",
          type: attachment.mime ?? "",
          size: attachment.bytes ?? 0,
          role: attachment.mime?.startsWith("image/") ? "image" : "document",
          progress: 1,
          state: "ready",
          attachment,
          ...(attachment.thumbnail_url ? { preview: attachment.thumbnail_url } : {}),
        }),
        () => undefined,
      ),
    ),
  );
  return {
    mode: found.mode,
    texts: { ...empty.texts, [found.mode]: found.text },
    replyTo: found.reply_to === null ? null : { id: found.reply_to, quote: "" },
    files: files.filter((file) => file !== undefined),
  };
}

/** The draft of a conversation: here at once, on the server soon after. */
export function useDraft(workspaceId: string, conversationId: string) {
  const [draft, setDraft] = useState<Draft>(() => memory.get(conversationId) ?? empty);
  const [saving, setSaving] = useState<SaveState>("none");
  const latest = useRef(draft);
  const dirty = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const flush = useCallback(
    (leaving = false) => {
      clearTimeout(timer.current);
      if (!dirty.current) return;
      dirty.current = false;
      setSaving("saving");
      save(workspaceId, conversationId, latest.current, leaving).then(
        () => setSaving(blank(latest.current) ? "none" : "saved"),
        () => {
          dirty.current = true;
          setSaving("failed");
        },
      );
    },
    [workspaceId, conversationId],
  );

  const change = useCallback(
    (what: (before: Draft) => Draft) => {
      const next = what(latest.current);
      if (next === latest.current) return;
      latest.current = next;
      memory.set(conversationId, next);
      setDraft(next);
      dirty.current = true;
      setSaving("none");
      clearTimeout(timer.current);
      timer.current = setTimeout(flush, saveMs);
    },
    [conversationId, flush],
  );

  /** It was sent: nothing is left of it, here and there. */
  const clear = useCallback(() => {
    change((before) => ({ ...empty, mode: before.mode, texts: { ...before.texts, [before.mode]: "" } }));
    flush();
  }, [change, flush]);

  useEffect(() => {
    if (memory.has(conversationId)) return;
    let over = false;
    load(workspaceId, conversationId).then(
      (found) => {
        // What was typed meanwhile has the word.
        if (over || !found || dirty.current || !blank(latest.current)) return;
        latest.current = found;
        memory.set(conversationId, found);
        setDraft(found);
      },
      () => undefined,
    );
    return () => {
      over = true;
    };
  }, [workspaceId, conversationId]);

  useEffect(() => {
    const leave = () => flush(true);
    addEventListener("pagehide", leave);
    return () => {
      removeEventListener("pagehide", leave);
      flush();
    };
  }, [flush]);

  return { draft, change, clear, flush, saving, latest };
}
