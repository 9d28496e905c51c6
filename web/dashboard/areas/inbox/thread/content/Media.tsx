import { CircleAlert, Download, FileText, Loader } from "lucide-react";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../../../api/client.js";
import { loadable } from "../../../../api/files.js";
import { useWorkspace } from "../../../../api/session.js";
import { Button } from "../../../../components/ui/Button.js";
import { toast } from "../../../../components/ui/toast.js";
import { formatBytes } from "../../../../i18n/format.js";
import { keys } from "../../data/keys.js";
import type { AttachmentDto, ContentDto } from "../../data/types.js";
import { Voice } from "./Voice.js";

const Lightbox = lazy(async () => ({ default: (await import("./Lightbox.js")).Lightbox }));

export type MediaItem = Extract<ContentDto, { kind: "media" }>["media"];

function useFileName(media: MediaItem): string {
  const { t } = useTranslation("inbox");
  return media.attachment?.name ?? media.name ?? t(`kind.${media.role}`);
}

/** A file that is not here: still on its way, or lost, and then why. */
function Missing({ media, conversationId }: { media: MediaItem; conversationId: string }) {
  const { t } = useTranslation("inbox");
  const { id: workspaceId } = useWorkspace();
  const queryClient = useQueryClient();
  const [busy, setBusy] = useState(false);
  const { attachment } = media;
  const pending = !attachment || attachment.state === "pending";
  const retry = async () => {
    setBusy(true);
    try {
      await call(`/attachments/${attachment!.id}/retry`, { method: "POST", workspaceId });
      await queryClient.invalidateQueries({ queryKey: keys.thread(workspaceId, conversationId) });
    } catch (error) {
      toast.failed(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <span className="flex min-w-56 items-center gap-3 rounded-control border border-current/20 px-3 py-2">
      {pending ? (
        <Loader className="size-5 shrink-0" aria-hidden="true" />
      ) : (
        <CircleAlert className="size-5 shrink-0" aria-hidden="true" />
      )}
      <span className="min-w-0 flex-1 text-meta">
        <bdi className="block truncate font-medium">{useFileName(media)}</bdi>
        {pending ? t("media.pending") : t(`media.${attachment.state}`, { defaultValue: t("media.failed") })}
        {attachment?.cause && <span className="block opacity-80">{attachment.cause}</span>}
      </span>
      {!pending && (attachment.state === "failed" || attachment.state === "expired") && (
        <Button size="sm" busy={busy} onClick={retry}>
          {t("media.retry")}
        </Button>
      )}
    </span>
  );
}

function Picture({ file, name, onOpen }: { file: AttachmentDto; name: string; onOpen: () => void }) {
  const { t } = useTranslation("inbox");
  const [broken, setBroken] = useState(false);
  const width = file.width ?? 320;
  const height = file.height ?? 240;
  const scale = Math.min(1, 360 / width, 360 / height);
  if (broken) return <span className="text-meta">{t("media.gone")}</span>;
  return (
    <button
      type="button"
      onClick={onOpen}
      aria-label={t("media.open", { name })}
      className="block max-w-full overflow-hidden rounded-control"
    >
      <img
        src={file.thumbnail_url ?? file.url ?? ""}
        alt={name}
        width={Math.round(width * scale)}
        height={Math.round(height * scale)}
        loading="lazy"
        onError={() => setBroken(true)}
        className="block h-auto max-w-full bg-surface-2 object-cover"
      />
    </button>
  );
}

/** A file with its name and size, to be taken home. */
export function FileCard({ file, name }: { file: AttachmentDto; name: string }) {
  const { t, i18n } = useTranslation("inbox");
  return (
    <a
      href={file.url ?? undefined}
      download={name}
      className="flex min-w-56 items-center gap-3 rounded-control border border-current/20 px-3 py-2 hover:bg-current/5"
    >
      <FileText className="size-5 shrink-0" aria-hidden="true" />
      <span className="min-w-0 flex-1">
        <bdi className="block truncate font-medium">{name}</bdi>
        <span className="block text-meta opacity-80">
          {[file.mime, file.bytes === null ? null : formatBytes(file.bytes, i18n.language)].filter(Boolean).join(" · ")}
        </span>
      </span>
      <Download className="size-4 shrink-0" aria-label={t("media.download")} />
    </a>
  );
}

/** A file of a message, as what it is: picture, film, voice or document. */
export function Media({ media, conversationId }: { media: MediaItem; conversationId: string }) {
  const { t } = useTranslation("inbox");
  const [open, setOpen] = useState(false);
  const name = useFileName(media);
  const file = media.attachment && loadable(media.attachment);
  if (!file || file.state !== "stored" || !file.url) return <Missing media={media} conversationId={conversationId} />;
  switch (media.role) {
    case "image":
    case "sticker":
      // Without a small picture it is none, or one too large to be opened unasked.
      if (!file.thumbnail_url) return <FileCard file={file} name={name} />;
      return (
        <>
          {media.role === "sticker" ? (
            <img src={file.url} alt={media.emoji ?? name} className="size-32 object-contain" loading="lazy" />
          ) : (
            <Picture file={file} name={name} onOpen={() => setOpen(true)} />
          )}
          {open && (
            <Suspense>
              <Lightbox src={file.url} name={name} onClose={() => setOpen(false)} />
            </Suspense>
          )}
        </>
      );
    case "video":
    case "video_note":
    case "animation":
      return (
        <video
          src={file.url}
          controls
          preload="metadata"
          {...(file.thumbnail_url ? { poster: file.thumbnail_url } : {})}
          {...(media.role === "animation" ? { loop: true, muted: true } : {})}
          aria-label={t("media.video", { name })}
          className={
            media.role === "video_note"
              ? "aspect-square w-56 rounded-full bg-surface-2 object-cover"
              : "max-h-80 max-w-full rounded-control bg-surface-2"
          }
        />
      );
    case "voice":
    case "audio":
      return (
        <span className="block">
          {media.role === "audio" && <bdi className="mb-1 block truncate text-meta font-medium">{name}</bdi>}
          <Voice src={file.url} seconds={file.seconds ?? media.seconds ?? null} peaks={file.peaks} />
        </span>
      );
    default:
      return <FileCard file={file} name={name} />;
  }
}
