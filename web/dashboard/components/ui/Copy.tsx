import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "./Button.js";
import { controlLook } from "./Input.js";
import { cx } from "./cx.js";
import { useField } from "./Field.js";

function useCopy(text: string) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return { copied, copy };
}

/** A value to take elsewhere, with a button that copies it. */
export function CopyField({ value, label }: { value: string; label?: string }) {
  const { t } = useTranslation("common");
  const { copied, copy } = useCopy(value);
  return (
    <div className="relative" dir="ltr">
      <input
        {...useField()}
        aria-label={label}
        readOnly
        dir="ltr"
        value={value}
        onFocus={(event) => event.target.select()}
        className={cx(controlLook, "h-9 pe-10 font-mono text-meta")}
      />
      <span className="absolute inset-y-0 end-1 grid place-items-center">
        <IconButton
          size="sm"
          label={copied ? t("state.copied") : t("action.copy")}
          icon={copied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
          onClick={copy}
        />
      </span>
      <span role="status" className="sr-only">
        {copied && t("state.copied")}
      </span>
    </div>
  );
}

/** Text for machines, as it is, with a button that copies it. */
export function Code({ children, maxHeight = 420 }: { children: string; maxHeight?: number }) {
  const { t } = useTranslation("common");
  const { copied, copy } = useCopy(children);
  return (
    <div className="relative rounded-card border bg-surface-1" dir="ltr">
      <pre
        tabIndex={0}
        style={{ maxHeight }}
        className="overflow-auto p-3 pe-20 font-mono text-meta whitespace-pre-wrap [overflow-wrap:anywhere]"
      >
        {children}
      </pre>
      <Button size="sm" className="absolute end-2 top-2" onClick={copy}>
        {copied ? t("state.copied") : t("action.copy")}
      </Button>
    </div>
  );
}

/** A value as indented JSON. */
export const JsonView = ({ value, maxHeight }: { value: unknown; maxHeight?: number }) => (
  <Code {...(maxHeight === undefined ? {} : { maxHeight })}>{JSON.stringify(value, null, 2)}</Code>
);

/** How far something is, 0 to 1. */
export function ProgressRing({ value, label, size = 32 }: { value: number; label: string; size?: number }) {
  const share = Math.min(1, Math.max(0, value));
  return (
    <svg
      viewBox="0 0 32 32"
      width={size}
      height={size}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      className="-rotate-90"
    >
      <circle cx="16" cy="16" r="13" fill="none" stroke="var(--hairline)" strokeWidth="3" />
      <circle
        cx="16"
        cy="16"
        r="13"
        fill="none"
        stroke="var(--brand)"
        strokeWidth="3"
        strokeLinecap="round"
        pathLength={100}
        strokeDasharray={`${share * 100} 100`}
        className="transition-[stroke-dasharray] duration-150"
      />
    </svg>
  );
}
