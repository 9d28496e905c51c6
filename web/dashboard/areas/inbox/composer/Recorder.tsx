import { Mic, Square, Trash2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "../../../components/ui/Button.js";
import { Voice } from "../thread/content/Voice.js";

/** What the server makes voice messages of, best first. */
const kinds = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];
const kindHere = () =>
  "MediaRecorder" in window ? kinds.find((kind) => MediaRecorder.isTypeSupported(kind)) : undefined;

/** Records something spoken, to be heard before it is sent. Whoever leaves meanwhile finds what was spoken with the files. */
export function Recorder({ onDone, onCancel }: { onDone: (file: File) => void; onCancel: () => void }) {
  const { t } = useTranslation("inbox");
  const [state, setState] = useState<"starting" | "recording" | "done" | "refused">("starting");
  const [seconds, setSeconds] = useState(0);
  const [result, setResult] = useState<{ file: File; url: string } | null>(null);
  const recorder = useRef<MediaRecorder>(undefined);
  /** What was spoken and neither taken nor thrown away. */
  const left = useRef<File>(undefined);
  const settled = useRef(false);
  const done = useRef(onDone);
  useEffect(() => {
    done.current = onDone;
  });
  useEffect(() => {
    let over = false;
    let stream: MediaStream | undefined;
    let timer: ReturnType<typeof setInterval> | undefined;
    const kind = kindHere();
    const begin = async () => {
      if (!kind) throw new Error("Nothing can be recorded here.");
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      if (over) return;
      const chunks: Blob[] = [];
      const mine = new MediaRecorder(stream, { mimeType: kind });
      recorder.current = mine;
      mine.ondataavailable = ({ data }) => chunks.push(data);
      mine.onstop = () => {
        stream?.getTracks().forEach((track) => track.stop());
        clearInterval(timer);
        if (settled.current) return;
        const type = kind.split(";")[0]!;
        const file = new File(chunks, `voice.${type.split("/")[1]!.replace("mp4", "m4a")}`, { type });
        if (over) {
          done.current(file);
          return;
        }
        left.current = file;
        setResult({ file, url: URL.createObjectURL(file) });
        setState("done");
      };
      mine.start(250);
      setState("recording");
      const from = Date.now();
      timer = setInterval(() => setSeconds(Math.floor((Date.now() - from) / 1_000)), 250);
    };
    begin().catch(() => setState("refused"));
    return () => {
      over = true;
      clearInterval(timer);
      if (recorder.current?.state === "recording") recorder.current.stop();
      else if (left.current && !settled.current) done.current(left.current);
      stream?.getTracks().forEach((track) => track.stop());
    };
  }, []);
  const settle = (run: () => void) => {
    settled.current = true;
    run();
  };
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return (
    <div className="flex min-h-14 flex-wrap items-center gap-3 px-3 py-2" role="group" aria-label={t("voice.record")}>
      {state === "refused" && (
        <p role="alert" className="flex-1 text-danger">
          {t("voice.refused")}
        </p>
      )}
      {state === "starting" && <p className="flex-1 text-text-3">{t("voice.starting")}</p>}
      {state === "recording" && (
        <>
          <Mic className="size-4 animate-pulse text-danger" aria-hidden="true" />
          <span role="timer" className="tabular flex-1">
            {t("voice.recording", { time: clock })}
          </span>
          <Button size="sm" onClick={() => recorder.current?.stop()}>
            <Square aria-hidden="true" />
            {t("voice.stop")}
          </Button>
        </>
      )}
      {result && (
        <span className="flex-1">
          <Voice src={result.url} seconds={seconds} peaks={null} />
        </span>
      )}
      <IconButton
        size="sm"
        label={t("voice.discard")}
        icon={<Trash2 aria-hidden="true" />}
        onClick={() => settle(onCancel)}
      />
      {result && (
        <Button size="sm" variant="primary" onClick={() => settle(() => onDone(result.file))}>
          {t("voice.use")}
        </Button>
      )}
    </div>
  );
}
