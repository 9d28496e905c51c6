import { CircleAlert, FileText, Mic, RotateCw, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { ProgressRing } from "../../../components/ui/Copy.js";
import { formatBytes } from "../../../i18n/format.js";
import type { DraftFile } from "./drafts.js";

/** Files that go with the message, with how far they are. */
export function Files({
  files,
  onRemove,
  onRetry,
}: {
  files: readonly DraftFile[];
  onRemove: (key: string) => void;
  onRetry: (key: string) => void;
}) {
  const { t, i18n } = useTranslation("inbox");
  if (files.length === 0) return null;
  return (
    <ul aria-label={t("upload.title")} className="flex flex-wrap gap-2 px-3 pt-2.5">
      {files.map((file) => (
        <li
          key={file.key}
          className={`flex max-w-64 items-center gap-2 rounded-control border bg-bg py-1 ps-1 pe-0.5 text-text ${file.state === "failed" ? "border-danger" : ""}`}
        >
          {file.preview ? (
            <img
              src={file.preview}
              alt=""
              onError={(event) => {
                event.currentTarget.hidden = true;
              }}
              className="size-9 rounded object-cover"
            />
          ) : (
            <span className="grid size-9 place-items-center rounded bg-surface-2 text-text-2">
              {file.role === "voice" ? (
                <Mic className="size-4" aria-hidden="true" />
              ) : (
                <FileText className="size-4" aria-hidden="true" />
              )}
            </span>
          )}
          <span className="min-w-0 flex-1 text-meta">
            <bdi className="block truncate font-medium">{file.name}</bdi>
            {file.state === "failed" ? (
              <span role="alert" className="flex items-start gap-1 text-danger">
                <CircleAlert className="mt-0.5 size-3 shrink-0" aria-hidden="true" />
                <span className="line-clamp-3" title={file.problem}>
                  {file.problem}
                </span>
              </span>
            ) : (
              <span className="text-text-3">
                {formatBytes(file.size, i18n.language)}
                {file.asFile && ` · ${t("upload.asFile")}`}
              </span>
            )}
          </span>
          {file.state === "uploading" && (
            <ProgressRing value={file.progress} label={t("upload.progress", { name: file.name })} size={20} />
          )}
          {file.state === "failed" && file.file && (
            <button
              type="button"
              aria-label={t("upload.retry", { name: file.name })}
              onClick={() => onRetry(file.key)}
              className="grid size-7 place-items-center rounded-control text-text-2 hover:bg-surface-2"
            >
              <RotateCw className="size-3.5" aria-hidden="true" />
            </button>
          )}
          <button
            type="button"
            aria-label={t("upload.remove", { name: file.name })}
            onClick={() => onRemove(file.key)}
            className="grid size-7 place-items-center rounded-control text-text-2 hover:bg-surface-2"
          >
            <X className="size-3.5" aria-hidden="true" />
          </button>
        </li>
      ))}
    </ul>
  );
}
