import { useCallback, useEffect, useRef, useState } from "react";
import { call } from "../../../api/client.js";
import { loadable } from "../../../api/files.js";
import { queryClient } from "../../../api/queryClient.js";
import { Problem } from "../../../api/problem.js";
import { keys } from "../data/keys.js";
import type { AttachmentDto, DraftDto } from "../data/types.js";
import { roleOf, type Role } from "./limits.js";

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
  /** It is not what it seemed to be, or the channel does not take it as that: it goes as a file. */
  asFile?: boolean;
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
/** What was written in this tab and not sent. */
export function keptText(conversationId: string): string {
  const draft = memory.get(conversationId);
  return draft?.texts[draft.mode] ?? "";
}

export type SaveState = "none" | "saving" | "saved" | "failed";

const blank = (draft: Draft) => draft.texts[draft.mode] === "" && draft.files.length === 0 && draft.replyTo === null;

/** Which state of the draft on the server the one here goes on from; null: there was none. */
const bases = new Map<string, string | null>();

async function save(
  workspaceId: string,
  conversationId: string,
  draft: Draft,
  { keepalive = false, force = false }: { keepalive?: boolean; force?: boolean } = {},
): Promise<void> {
  const path = `/conversations/${conversationId}/draft`;
  const base = bases.get(conversationId);
  if (blank(draft)) {
    if (base === null) return;
    await call(path, { method: "DELETE", workspaceId, keepalive });
    bases.set(conversationId, null);
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
        ...(base === undefined || force ? {} : { updated_at: base }),
      },
    });
    bases.set(conversationId, saved.updated_at);
  }
  void queryClient.invalidateQueries({ queryKey: keys.drafts(workspaceId) });
}

/** A draft as it is kept on the server, with what is known of its files. */
async function opened(workspaceId: string, found: DraftDto, before: Draft): Promise<Draft> {
  const files = await Promise.all(
    found.attachment_ids.map((id) =>
      call<AttachmentDto>(`/attachments/${id}`, { workspaceId }).then(
        (kept): DraftFile => {
          const attachment = loadable(kept);
          return {
            key: id,
            name: attachment.name ?? "",
            type: attachment.mime ?? "",
            size: attachment.bytes ?? 0,
            role: attachment.name === "voice.ogg" ? "voice" : roleOf(attachment.mime ?? ""),
            progress: 1,
            state: "ready",
            attachment,
            ...(attachment.thumbnail_url ? { preview: attachment.thumbnail_url } : {}),
          };
        },
        () => undefined,
      ),
    ),
  );
  return {
    mode: found.mode,
    // The server keeps what was written last: the other text is here only.
    texts: { ...before.texts, [found.mode]: found.text },
    replyTo: found.reply_to === null ? null : { id: found.reply_to, quote: "" },
    files: files.filter((file) => file !== undefined),
  };
}

const load = (workspaceId: string, conversationId: string) =>
  call<DraftDto | null>(`/conversations/${conversationId}/draft`, { workspaceId });

/** The draft of a conversation: here at once, on the server soon after. */
export function useDraft(workspaceId: string, conversationId: string) {
  const [draft, setDraft] = useState<Draft>(() => memory.get(conversationId) ?? empty);
  const [saving, setSaving] = useState<SaveState>("none");
  const latest = useRef(draft);
  const dirty = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [other, setOther] = useState<DraftDto | null>(null);
  const running = useRef(Promise.resolve());

  const flush = useCallback(
    ({ leaving = false, force = false }: { leaving?: boolean; force?: boolean } = {}) => {
      clearTimeout(timer.current);
      if (!dirty.current && !force) return;
      dirty.current = false;
      setSaving("saving");
      const saved = leaving
        ? save(workspaceId, conversationId, latest.current, { keepalive: true })
        : // One after the other: each goes on from what the one before has left.
          running.current.then(() => save(workspaceId, conversationId, latest.current, { force }));
      running.current = saved.then(
        () => setSaving(blank(latest.current) ? "none" : "saved"),
        (error: unknown) => {
          dirty.current = true;
          setSaving("failed");
          const { reason, document } = Problem.from(error);
          if (reason === "newer_draft") setOther(document.draft as DraftDto);
        },
      );
    },
    [workspaceId, conversationId],
  );

  const show = useCallback(
    (next: Draft) => {
      latest.current = next;
      memory.set(conversationId, next);
      setDraft(next);
    },
    [conversationId],
  );

  const change = useCallback(
    (what: (before: Draft) => Draft) => {
      const next = what(latest.current);
      if (next === latest.current) return;
      show(next);
      dirty.current = true;
      setSaving("none");
      clearTimeout(timer.current);
      timer.current = setTimeout(flush, saveMs);
    },
    [show, flush],
  );

  /** It was sent: nothing is left of it, here and there. */
  const clear = useCallback(() => {
    change((before) => ({ ...empty, mode: before.mode, texts: { ...before.texts, [before.mode]: "" } }));
    flush();
  }, [change, flush]);

  /** Looks whether it was written on elsewhere. What was typed here meanwhile has the word. */
  const look = useCallback(async () => {
    if (dirty.current) return;
    await running.current;
    const [base, saves] = [bases.get(conversationId), running.current];
    const found = await load(workspaceId, conversationId);
    const at = found?.updated_at ?? null;
    // What was saved from here meanwhile is newer than this answer.
    const stale = dirty.current || running.current !== saves || bases.get(conversationId) !== base;
    if (stale || base === at) return;
    const first = !bases.has(conversationId);
    if (first && !blank(latest.current)) return;
    const { mode, texts } = latest.current;
    const next = found
      ? await opened(workspaceId, found, latest.current)
      : { ...empty, mode, texts: { ...texts, [mode]: "" } };
    if (dirty.current) return;
    bases.set(conversationId, at);
    show(next);
    setSaving("none");
  }, [workspaceId, conversationId, show]);

  useEffect(() => {
    const again = () => void look().catch(() => undefined);
    const leave = () => flush({ leaving: true });
    again();
    addEventListener("focus", again);
    addEventListener("pagehide", leave);
    return () => {
      removeEventListener("focus", again);
      removeEventListener("pagehide", leave);
      flush();
    };
  }, [look, flush]);

  /** Of two drafts the one that was written elsewhere, or the one here. */
  const settle = useCallback(
    async (which: "theirs" | "mine") => {
      const theirs = other;
      if (!theirs) return;
      setOther(null);
      if (which === "mine") {
        flush({ force: true });
        return;
      }
      const next = await opened(workspaceId, theirs, latest.current);
      bases.set(conversationId, theirs.updated_at);
      dirty.current = false;
      show(next);
      setSaving("none");
    },
    [other, flush, show, workspaceId, conversationId],
  );

  return { draft, change, clear, flush, saving, latest, other, settle };
}
