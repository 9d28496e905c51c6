import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import type { ImportPreviewDto } from "../../../../../src/wire/contactFiles.js";
import { useWorkspace } from "../../../api/session.js";
import { Button } from "../../../components/ui/Button.js";
import { Dialog } from "../../../components/ui/Dialog.js";
import { ProblemNote } from "../../../components/ui/ProblemNote.js";
import { contactsChanged } from "../data.js";
import { ChooseFile } from "./ChooseFile.js";
import { Columns, columnsFit } from "./Columns.js";
import { Outcome, Progress } from "./Outcome.js";
import { importFile, previewFile, type ImportSettings, type ImportSum } from "./transfer.js";

type Step = "file" | "columns" | "check" | "done";
const steps: readonly Step[] = ["file", "columns", "check", "done"];

/** Contacts from a file: which file, what its columns hold, what would happen, and what did. Nothing is written before the last. */
export function ImportDialog() {
  const { t } = useTranslation("contacts");
  const { id } = useWorkspace();
  const navigate = useNavigate();
  const { search } = useLocation();
  const [step, setStep] = useState<Step>("file");
  const [file, setFile] = useState<File>();
  const [preview, setPreview] = useState<ImportPreviewDto>();
  const [settings, setSettings] = useState<ImportSettings>({ column: [], headings: true, country: undefined });
  const [sum, setSum] = useState<ImportSum>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const stopping = useRef<AbortController>(null);
  const importing = busy && step === "check" && stopping.current !== null;

  useEffect(() => () => stopping.current?.abort(), []);
  useEffect(() => {
    if (!importing) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [importing]);

  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await work();
    } catch (error) {
      if (!stopping.current?.signal.aborted) setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const choose = (chosen: File) =>
    attempt(async () => {
      setFile(chosen);
      const seen = await previewFile(id, chosen);
      setPreview(seen);
      setSettings({ column: seen.columns.map(({ target }) => target), headings: seen.headings, country: undefined });
      setStep("columns");
    });
  const run = (dryRun: boolean) =>
    attempt(async () => {
      if (!file) return;
      setSum(undefined);
      const controller = new AbortController();
      stopping.current = controller;
      if (dryRun) setStep("check");
      try {
        setSum(await importFile(id, file, settings, dryRun, { onProgress: setSum, signal: controller.signal }));
        if (!dryRun) setStep("done");
      } catch (error) {
        // What the columns hold is put right where it was said.
        if (dryRun) setStep("columns");
        throw error;
      } finally {
        if (!dryRun) await contactsChanged(id);
      }
    });
  const close = () => {
    stopping.current?.abort();
    void navigate(`/w/${id}/contacts${search}`);
  };

  const footer = {
    file: <Button onClick={close}>{t("common:action.cancel")}</Button>,
    columns: (
      <>
        <Button onClick={() => setStep("file")}>{t("import.otherFile")}</Button>
        <Button variant="primary" busy={busy} disabled={!columnsFit(settings.column)} onClick={() => void run(true)}>
          {t("import.check")}
        </Button>
      </>
    ),
    check: (
      <>
        <Button disabled={busy} onClick={() => setStep("columns")}>
          {t("import.back")}
        </Button>
        <Button
          variant="primary"
          busy={busy}
          disabled={!sum || sum.created + sum.changed === 0}
          onClick={() => void run(false)}
        >
          {t("import.yes", { count: sum ? sum.created + sum.changed : 0 })}
        </Button>
      </>
    ),
    done: (
      <Button variant="primary" onClick={close}>
        {t("import.close")}
      </Button>
    ),
  }[step];

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && close()}
      size="lg"
      title={t("import.title")}
      description={t("import.step", {
        step: steps.indexOf(step) + 1,
        of: steps.length,
        name: t(`import.steps.${step}`),
      })}
      footer={footer}
    >
      <div className="flex flex-col gap-4 pt-1">
        <ProblemNote error={problem} />
        {step === "file" && <ChooseFile busy={busy} onChoose={(chosen) => void choose(chosen)} />}
        {step === "columns" && preview && file && (
          <Columns name={file.name} preview={preview} settings={settings} onChange={setSettings} />
        )}
        {(step === "check" || step === "done") &&
          (busy || !sum ? (
            <Progress sum={sum} />
          ) : (
            <Outcome sum={sum} done={step === "done"} headings={preview?.columns.map(({ heading }) => heading) ?? []} />
          ))}
      </div>
    </Dialog>
  );
}
