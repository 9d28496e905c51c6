import { useCallback, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { uploadFile } from "../../../api/client.js";
import { loadable } from "../../../api/files.js";
import { toast } from "../../../components/ui/toast.js";
import { formatBytes } from "../../../i18n/format.js";
import { reasonOf } from "../data/refused.js";
import type { AttachmentDto, Capabilities } from "../data/types.js";
import { checkFile, settledRole, type FileVerdict, type Role } from "./limits.js";
import type { DraftFile, DraftKeeper } from "./drafts.js";

const filesMost = 10;
/** What is on its way up; it goes on while another conversation is on the screen. */
const running = new Map<string, AbortController>();

/** Files of the composer: checked against the channel before they go up, with progress, cancel and retry. */
export function useUploads(workspaceId: string, can: Capabilities | null | undefined, keeper: DraftKeeper) {
  const { t, i18n } = useTranslation("inbox");
  const { change, early, store } = keeper;

  const update = useCallback(
    (key: string, what: Partial<DraftFile>) =>
      change((before) => ({
        ...before,
        files: before.files.map((file) => (file.key === key ? { ...file, ...what } : file)),
      })),
    [change],
  );

  const sentenceOf = useCallback(
    ({ why, maxBytes = 0 }: Extract<FileVerdict, { ok: false }>, name: string): string => {
      if (why === "size") return t("upload.tooBig", { name, size: formatBytes(maxBytes, i18n.language) });
      return why === "empty" ? t("upload.empty", { name }) : t("upload.notTaken", { name });
    },
    [t, i18n.language],
  );

  const start = useCallback(
    (entry: DraftFile) => {
      const controller = new AbortController();
      running.set(entry.key, controller);
      let shown = 0;
      uploadFile<AttachmentDto>(workspaceId, entry.file!, {
        signal: controller.signal,
        role: entry.role === "voice" ? "voice" : undefined,
        onProgress: (share) => {
          if (share - shown < 0.05 && share < 1) return;
          shown = share;
          update(entry.key, { progress: share });
        },
      })
        .finally(() => running.delete(entry.key))
        .then(
          (uploaded) => {
            const attachment = loadable(uploaded);
            const verdict = settledRole(attachment, entry.role, can!);
            update(
              entry.key,
              verdict.ok
                ? {
                    state: "ready",
                    progress: 1,
                    attachment,
                    name: attachment.name ?? entry.name,
                    size: attachment.bytes ?? entry.size,
                    role: verdict.role,
                    asFile: verdict.role !== entry.role,
                    ...(attachment.thumbnail_url ? { preview: attachment.thumbnail_url } : {}),
                  }
                : { state: "failed", problem: sentenceOf(verdict, entry.name) },
            );
          },
          (error: unknown) => {
            if (controller.signal.aborted) return;
            void reasonOf(error).then((reason) =>
              update(entry.key, { state: "failed", problem: `${t("upload.failed")} ${reason}` }),
            );
          },
        );
    },
    [workspaceId, update, t, can, sentenceOf],
  );

  const add = useCallback(
    (files: readonly File[], wanted?: Role) => {
      if (!can) {
        if (can === undefined) early.push({ files, wanted });
        return;
      }
      for (const file of files) {
        if (store.get().draft.files.length >= filesMost) {
          toast.wrong(t("upload.tooMany", { count: filesMost }));
          return;
        }
        // What a browser records is made into what the channel takes once it is up.
        const verdict = checkFile(wanted === "voice" ? { type: "", size: file.size } : file, can, wanted);
        if (!verdict.ok) {
          toast.wrong(sentenceOf(verdict, file.name));
          continue;
        }
        const entry: DraftFile = {
          key: crypto.randomUUID(),
          name: file.name,
          type: file.type,
          size: file.size,
          role: verdict.role,
          progress: 0,
          state: "uploading",
          file,
        };
        change((before) => ({ ...before, files: [...before.files, entry] }));
        start(entry);
      }
    },
    [can, change, early, store, start, t, sentenceOf],
  );

  useEffect(() => {
    if (!can) return;
    for (const { files, wanted } of early.splice(0)) add(files, wanted);
  }, [can, early, add]);

  const remove = useCallback(
    (key: string) => {
      running.get(key)?.abort();
      change((before) => ({ ...before, files: before.files.filter((file) => file.key !== key) }));
    },
    [change],
  );

  const retry = useCallback(
    (key: string) => {
      const entry = store.get().draft.files.find((file) => file.key === key);
      if (!entry?.file) return;
      update(key, { state: "uploading", progress: 0 });
      start(entry);
    },
    [store, start, update],
  );

  return { add, remove, retry };
}
