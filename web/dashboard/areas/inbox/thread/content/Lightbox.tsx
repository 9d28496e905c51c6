import { Download, X, ZoomIn, ZoomOut } from "lucide-react";
import { Dialog } from "radix-ui";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "../../../../components/ui/Button.js";

const most = 5;

/** A picture over everything, to look at closely: by buttons, keys or the wheel; moved by dragging or scrolling. */
export function Lightbox({ src, name, onClose }: { src: string; name: string; onClose: () => void }) {
  const { t } = useTranslation("inbox");
  const [zoom, setZoom] = useState(1);
  const area = useRef<HTMLDivElement>(null);
  const drag = useRef<{ x: number; y: number } | null>(null);
  const by = (step: number) => setZoom((value) => Math.min(most, Math.max(1, Math.round((value + step) * 4) / 4)));
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 animate-fade bg-[rgb(8_12_16/0.88)]" />
        <Dialog.Content
          aria-describedby={undefined}
          onOpenAutoFocus={(event) => {
            // A focused button would show its tooltip, which takes the first Escape.
            event.preventDefault();
            (event.currentTarget as HTMLElement).focus();
          }}
          onKeyDown={(event) => {
            if (event.key === "+" || event.key === "=") by(0.5);
            if (event.key === "-") by(-0.5);
            if (event.key === "0") setZoom(1);
          }}
          className="fixed inset-0 z-50 flex flex-col text-[#eceff1] outline-none"
        >
          <header
            className="flex items-center gap-1 p-2 [&_button]:text-[#eceff1] [&_button:hover]:bg-white/15 [&_button:hover]:text-white"
            style={{ colorScheme: "dark" }}
          >
            <Dialog.Title className="min-w-0 flex-1 truncate ps-2 font-medium">
              <bdi>{name}</bdi>
            </Dialog.Title>
            <span className="tabular text-meta">{Math.round(zoom * 100)} %</span>
            <IconButton
              label={t("lightbox.out")}
              keys="-"
              icon={<ZoomOut aria-hidden="true" />}
              onClick={() => by(-0.5)}
            />
            <IconButton
              label={t("lightbox.in")}
              keys="+"
              icon={<ZoomIn aria-hidden="true" />}
              onClick={() => by(0.5)}
            />
            <a
              href={src}
              download={name}
              aria-label={t("media.download")}
              className="grid size-9 place-items-center rounded-control hover:bg-white/15"
            >
              <Download className="size-4" aria-hidden="true" />
            </a>
            <IconButton label={t("lightbox.close")} keys="Esc" icon={<X aria-hidden="true" />} onClick={onClose} />
          </header>
          <div
            ref={area}
            className="grid min-h-0 flex-1 place-items-center overflow-auto"
            onWheel={(event) => event.ctrlKey && by(event.deltaY < 0 ? 0.25 : -0.25)}
            onPointerDown={(event) => {
              drag.current = { x: event.clientX, y: event.clientY };
            }}
            onPointerMove={(event) => {
              if (!drag.current || event.buttons === 0) return;
              area.current?.scrollBy(drag.current.x - event.clientX, drag.current.y - event.clientY);
              drag.current = { x: event.clientX, y: event.clientY };
            }}
            onDoubleClick={() => setZoom(zoom > 1 ? 1 : 2)}
          >
            <img
              src={src}
              alt={name}
              draggable={false}
              style={
                zoom === 1
                  ? { maxWidth: "96vw", maxHeight: "calc(100dvh - 72px)" }
                  : { width: `${zoom * 90}vw`, maxWidth: "none" }
              }
              className="select-none"
            />
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
