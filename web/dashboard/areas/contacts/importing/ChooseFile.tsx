import { FileSpreadsheet } from "lucide-react";
import { useRef, useState, type DragEvent } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/ui/Button.js";
import { cx } from "../../../components/ui/cx.js";

/** Where a file is dropped or picked. */
export function ChooseFile({ busy, onChoose }: { busy: boolean; onChoose: (file: File) => void }) {
  const { t } = useTranslation("contacts");
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file && !busy) onChoose(file);
  };
  return (
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={cx(
        "flex flex-col items-center gap-3 rounded-card border border-dashed border-control px-6 py-10 text-center",
        over && "bg-brand-soft",
      )}
    >
      <FileSpreadsheet className="size-6 text-text-3" aria-hidden="true" />
      <p className="max-w-md text-text-2">{t("import.fileText")}</p>
      <input
        ref={input}
        type="file"
        hidden
        accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
        aria-label={t("import.choose")}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          event.target.value = "";
          if (file) onChoose(file);
        }}
      />
      <Button variant="primary" busy={busy} onClick={() => input.current?.click()}>
        {t("import.choose")}
      </Button>
      <p className="text-meta text-text-3">{t("import.limits")}</p>
    </div>
  );
}
