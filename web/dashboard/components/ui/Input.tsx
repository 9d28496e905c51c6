import { Eye, EyeOff } from "lucide-react";
import { useState, type ComponentProps } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "./cx.js";
import { useField } from "./Field.js";

/** Class names of everything that text is typed into. */
export const controlLook =
  "w-full min-w-0 rounded-control border border-control bg-bg px-3 text-ui text-text transition-colors hover:border-text-3 focus-visible:outline-offset-0 aria-invalid:border-danger disabled:cursor-not-allowed disabled:bg-surface-2 disabled:text-text-3 [&[readonly]]:bg-surface-1";

/** One line of text. */
export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input {...useField()} className={cx(controlLook, "h-9", className)} {...rest} />;
}

/** A password, which can be shown; paste and password managers work. */
export function PasswordInput({ className, ...rest }: Omit<ComponentProps<"input">, "type">) {
  const { t } = useTranslation("common");
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    // The button stands at the end of the text, whichever way that runs.
    <div className="relative" dir={rest.dir}>
      <Input
        type={shown ? "text" : "password"}
        autoCapitalize="off"
        spellCheck={false}
        className={cx("pe-10", className)}
        {...rest}
      />
      <button
        type="button"
        aria-pressed={shown}
        aria-label={t("action.showPassword")}
        onClick={() => setShown(!shown)}
        className="absolute inset-y-0 end-1 my-auto grid size-7 place-items-center rounded-control text-text-3 hover:text-text"
      >
        <Icon className="size-4" aria-hidden="true" />
      </button>
    </div>
  );
}

/** Text of several lines, which grows with it up to `maxRows`. */
export function Textarea({
  className,
  rows = 3,
  maxRows = 12,
  ...rest
}: ComponentProps<"textarea"> & { maxRows?: number }) {
  return (
    <textarea
      {...useField()}
      rows={rows}
      style={{ maxHeight: `${maxRows * 20 + 16}px`, minHeight: `${rows * 20 + 16}px` }}
      className={cx(controlLook, "field-sizing-content resize-none py-2", className)}
      {...rest}
    />
  );
}
