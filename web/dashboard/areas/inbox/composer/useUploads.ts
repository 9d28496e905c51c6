import { useCallback, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { uploadFile } from "../../../api/client.js";
import { Problem } from "../../../api/problem.js";
import { toast } from "../../../components/ui/toast.js";
import { formatBytes } from "../../../i18n/format.js";
import type { AttachmentDto, Capabilities } from "../data/types.js";
import { checkFile, type Role } from "./limits.js";
import type { Draft, DraftFile } from "./useDraft.js";

const filesMost = 10;

/** Files of the composer: checked against the channel before they go up, with progress, cancel and retry. */
export function useUploads(
  workspaceId: string,
  can: Capabilities | null | undefined,
  change: (what: (before: Draft) => Draft) => void,
  latest: React.RefObject<Draft>,
) {
  const { t, i18n } = useTranslation("inbox");
  const running = useRef(new Map<string, AbortController>());

  const update = useCallback(
    (key: string, what: Partial<DraftFile>) =>
      change((before) => ({
        ...before,
        files: before.files.map((file) => (file.key === key ? { ...file, ...what } : file)),
      })),
    [change],
  );

  const start = useCallback(
    (entry: DraftFile) => {
      const controller = new AbortController();
      running.current.set(entry.key, controller);
      let shown = 0;
      uploadFile<AttachmentDto>(workspaceId, entry.file!, {
        signal: controller.signal,
        onProgress: (share) => {
          if (share - shown < 0.05 && share < 1) return;
          shown = share;
          update(entry.key, { progress: share });
        },
      }).then(
        (attachment) => update(entry.key, { state: "ready", progress: 1, attachment }),
        (error: unknown) => {
          if (controller.signal.aborted) return;
          const problem = Problem.from(error);
          update(entry.key, { state: "failed", problem: problem.detail || t("upload.failed") });
        },
      );
    },
    [workspaceId, update, t],
  );

  const add = useCallback(
    (files: readonly File[], wanted?: Role) => {
      if (!can) return;
      for (const file of files) {
        if (latest.current.files.length >= filesMost) {
          toast.failed(new Error(t("upload.tooMany", { count: filesMost })));
          return;
        }
        const verdict = checkFile(file, can, wanted);
        if (!verdict.ok) {
          const why =
            verdict.why === "size"
              ? t("upload.tooBig", { name: file.name, size: formatBytes(verdict.maxBytes ?? 0, i18n.language) })
              : verdict.why === "empty"
                ? t("upload.empty", { name: file.name })
                : t("upload.notTaken", { name: file.name });
          toast.failed(new Error(why));
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
          ...(/^image\/(png|jpeg|gif|webp)$/.test(file.type) ? { preview: URL.createObjectURL(file) } : {}),
        };
        change((before) => ({ ...before, files: [...before.files, entry] }));
        start(entry);
      }
    },
    [can, change, latest, start, t, i18n.language],
  );

  const remove = useCallback(
    (key: string) => {
      running.current.get(key)?.abort();
      change((before) => ({ ...before, files: before.files.filter((file) => file.key !== key) }));
    },
    [change],
  );

  const retry = useCallback(
    (key: string) => {
      const entry = latest.current.files.find((file) => file.key === key);
      if (!entry?.file) return;
      update(key, { state: "uploading", progress: 0 });
      start(entry);
    },
    [latest, start, update],
  );

  useEffect(() => {
    const uploads = running.current;
    return () => uploads.clear();
  }, []);
  return { add, remove, retry };
}
