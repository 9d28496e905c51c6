import { Pause, Play } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

const speeds = [1, 1.5, 2] as const;
const bars = 40;

/** As many bars as there is room for, of however many peaks there are. */
function barsOf(peaks: readonly number[] | null): number[] {
  if (!peaks || peaks.length === 0) return Array.from({ length: bars }, () => 0.25);
  return Array.from({ length: bars }, (_, index) => {
    const part = peaks.slice(Math.floor((index * peaks.length) / bars), Math.ceil(((index + 1) * peaks.length) / bars));
    return Math.max(0.08, ...part);
  });
}

const clock = (seconds: number) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** Something spoken: its loudness over time, where it is, and how fast. */
export function Voice({
  src,
  seconds,
  peaks,
}: {
  src: string;
  seconds: number | null;
  peaks: readonly number[] | null;
}) {
  const { t } = useTranslation("inbox");
  const audio = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(seconds ?? 0);
  const [speed, setSpeed] = useState<(typeof speeds)[number]>(1);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (audio.current) audio.current.playbackRate = speed;
  }, [speed]);
  const toggle = () => {
    if (playing) audio.current?.pause();
    else audio.current?.play().catch(() => setFailed(true));
  };
  const share = length > 0 ? at / length : 0;
  return (
    <span className="flex w-72 max-w-full items-center gap-2.5" dir="ltr">
      <audio
        ref={audio}
        src={src}
        preload="metadata"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setAt(0)}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
        onLoadedMetadata={(event) => {
          if (Number.isFinite(event.currentTarget.duration)) setLength(event.currentTarget.duration);
        }}
        onError={() => setFailed(true)}
      />
      <button
        type="button"
        onClick={toggle}
        aria-label={playing ? t("voice.pause") : t("voice.play")}
        className="grid size-9 shrink-0 place-items-center rounded-full bg-brand text-on-brand"
      >
        {playing ? <Pause className="size-4" aria-hidden="true" /> : <Play className="size-4" aria-hidden="true" />}
      </button>
      <span className="relative flex h-8 min-w-0 flex-1 items-center gap-px">
        {barsOf(peaks).map((height, index) => (
          <span
            key={index}
            aria-hidden="true"
            style={{ height: `${Math.round(height * 100)}%` }}
            className={`flex-1 rounded-full bg-current ${index / bars < share ? "opacity-90" : "opacity-35"}`}
          />
        ))}
        <input
          type="range"
          min={0}
          max={Math.max(length, 0.1)}
          step={0.1}
          value={at}
          aria-label={t("voice.position")}
          aria-valuetext={`${clock(at)} / ${clock(length)}`}
          onChange={(event) => {
            if (audio.current) audio.current.currentTime = Number(event.target.value);
            setAt(Number(event.target.value));
          }}
          className="absolute inset-0 cursor-pointer opacity-0"
        />
      </span>
      <span className="tabular w-9 shrink-0 text-end text-meta">{clock(playing || at > 0 ? at : length)}</span>
      <button
        type="button"
        onClick={() => setSpeed(speeds[(speeds.indexOf(speed) + 1) % speeds.length]!)}
        aria-label={t("voice.speed", { speed })}
        className="tabular h-6 w-9 shrink-0 rounded-full border border-current/30 text-meta"
      >
        {speed}×
      </button>
      {failed && (
        <span role="alert" className="sr-only">
          {t("voice.failed")}
        </span>
      )}
    </span>
  );
}
