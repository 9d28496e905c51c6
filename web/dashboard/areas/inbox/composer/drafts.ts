import { call } from "../../../api/client.js";
import { loadable } from "../../../api/files.js";
import { Problem } from "../../../api/problem.js";
import { queryClient } from "../../../api/queryClient.js";
import { keys } from "../data/keys.js";
import { createStore, type Store } from "../data/store.js";
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

export type SaveState = "none" | "saving" | "saved" | "failed";

interface Kept {
  draft: Draft;
  saving: SaveState;
  /** The same draft as it was written elsewhere meanwhile. */
  other: DraftDto | null;
}

/** Keeps what is written in one conversation, whether it is on the screen or not. */
export interface DraftKeeper {
  store: Store<Kept>;
  /** Given before it was known what the channel takes. */
  early: { files: readonly File[]; wanted: Role | undefined }[];
  change(what: (before: Draft) => Draft): void;
  /** It was sent: nothing is left of it, here and there. */
  clear(): void;
  /** Saves at once what waits to be saved. */
  flush(how?: { leaving?: boolean; force?: boolean }): void;
  /** Looks whether it was written on elsewhere. What was typed here meanwhile has the word. */
  look(): void;
  /** Of two drafts the one that was written elsewhere, or the one here. */
  settle(which: "theirs" | "mine"): Promise<void>;
}

const empty: Draft = { mode: "reply", texts: { reply: "", note: "" }, replyTo: null, files: [] };
const saveMs = 900;

const blank = (draft: Draft) => draft.texts[draft.mode] === "" && draft.files.length === 0 && draft.replyTo === null;

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

function createKeeper(workspaceId: string, conversationId: string): DraftKeeper {
  const store = createStore<Kept>({ draft: empty, saving: "none", other: null });
  const path = `/conversations/${conversationId}/draft`;
  /** Which state of the draft on the server the one here goes on from; null: there was none. */
  let base: string | null | undefined;
  let dirty = false;
  /** Counts what was changed here. */
  let changes = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  // Looks and saves go one after the other: each goes on from what the one before has left.
  let running: Promise<unknown> = Promise.resolve();

  function show(draft: Draft, saving: SaveState): void {
    changes += 1;
    store.set({ draft, saving });
  }

  async function save({ leaving = false, force = false }): Promise<void> {
    const { draft } = store.get();
    if (blank(draft)) {
      if (base === null) return;
      await call(path, { method: "DELETE", workspaceId, keepalive: leaving });
      base = null;
    } else {
      const saved = await call<DraftDto>(path, {
        method: "PUT",
        workspaceId,
        keepalive: leaving,
        body: {
          mode: draft.mode,
          text: draft.texts[draft.mode],
          reply_to: draft.replyTo?.id ?? null,
          attachment_ids: draft.files.flatMap(({ attachment }) => attachment?.id ?? []),
          ...(base === undefined || force ? {} : { updated_at: base }),
        },
      });
      base = saved.updated_at;
    }
    void queryClient.invalidateQueries({ queryKey: keys.drafts(workspaceId) });
  }

  function flush({ leaving = false, force = false }: { leaving?: boolean; force?: boolean } = {}): void {
    clearTimeout(timer);
    if (!dirty && !force) return;
    dirty = false;
    store.set({ saving: "saving" });
    const saved = leaving ? save({ leaving }) : running.then(() => save({ force }));
    running = saved.then(
      () => {
        if (!dirty) store.set({ saving: blank(store.get().draft) ? "none" : "saved" });
      },
      (error: unknown) => {
        dirty = true;
        store.set({ saving: "failed" });
        const { reason, document } = Problem.from(error);
        if (reason === "newer_draft") store.set({ other: document.draft as DraftDto });
      },
    );
  }

  function change(what: (before: Draft) => Draft): void {
    const { draft } = store.get();
    const next = what(draft);
    if (next === draft) return;
    dirty = true;
    show(next, "none");
    clearTimeout(timer);
    timer = setTimeout(flush, saveMs);
  }

  async function read(): Promise<void> {
    if (dirty && base !== undefined) return;
    const seen = changes;
    const found = await call<DraftDto | null>(path, { workspaceId });
    const at = found?.updated_at ?? null;
    if (base === at) return;
    const { draft } = store.get();
    if (base === undefined && (changes !== seen || !blank(draft))) {
      // Written here before it was known that there is another one: saving it says so, and neither is lost.
      base = null;
      return;
    }
    const next = found
      ? await opened(workspaceId, found, draft)
      : { ...empty, mode: draft.mode, texts: { ...draft.texts, [draft.mode]: "" } };
    if (changes !== seen) return;
    base = at;
    show(next, "none");
  }

  return {
    store,
    early: [],
    change,
    clear() {
      change((before) => ({ ...empty, mode: before.mode, texts: { ...before.texts, [before.mode]: "" } }));
      flush();
    },
    flush,
    look() {
      // What could not be saved is tried again first.
      if (dirty && store.get().other === null) flush();
      running = running.then(read).catch(() => undefined);
    },
    async settle(which) {
      const { other, draft } = store.get();
      if (!other) return;
      store.set({ other: null });
      if (which === "mine") {
        flush({ force: true });
        return;
      }
      const next = await opened(workspaceId, other, draft);
      base = other.updated_at;
      dirty = false;
      show(next, "none");
    },
  };
}

const keepers = new Map<string, DraftKeeper>();

/** The keeper of a conversation; the same one as long as the page is not loaded anew. */
export function draftOf(workspaceId: string, conversationId: string): DraftKeeper {
  const known = keepers.get(conversationId);
  if (known) return known;
  const keeper = createKeeper(workspaceId, conversationId);
  keepers.set(conversationId, keeper);
  return keeper;
}

/** What was written in this tab and not sent. */
export function keptText(conversationId: string): string {
  const draft = keepers.get(conversationId)?.store.get().draft;
  return draft?.texts[draft.mode] ?? "";
}

/** Saves what waits to be saved, of all conversations, while the page is being left. */
export function saveDraftsNow(): void {
  for (const keeper of keepers.values()) keeper.flush({ leaving: true });
}
