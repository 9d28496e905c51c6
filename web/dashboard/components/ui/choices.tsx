import { Check, Minus } from "lucide-react";
import { Checkbox as CheckboxParts, RadioGroup as RadioParts, Switch as SwitchParts } from "radix-ui";
import { useId, type ReactNode } from "react";
import { cx } from "./cx.js";

/** A box to tick, with its label. `checked` may be "indeterminate". `hideLabel` keeps it for screen readers only. */
export function Checkbox({
  checked,
  onChange,
  label,
  hint,
  disabled = false,
  hideLabel = false,
}: {
  checked: boolean | "indeterminate";
  onChange: (checked: boolean) => void;
  label: string;
  hint?: ReactNode;
  disabled?: boolean;
  hideLabel?: boolean;
}) {
  const id = useId();
  return (
    <div className="flex items-start gap-2.5">
      <CheckboxParts.Root
        id={id}
        checked={checked}
        disabled={disabled}
        onCheckedChange={(next) => onChange(next === true)}
        aria-label={hideLabel ? label : undefined}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="relative mt-0.5 grid size-4 shrink-0 place-items-center rounded border border-control bg-bg text-on-brand before:absolute before:-inset-1 disabled:opacity-50 data-[state=checked]:border-brand data-[state=checked]:bg-brand data-[state=indeterminate]:border-brand data-[state=indeterminate]:bg-brand"
      >
        <CheckboxParts.Indicator>
          {checked === "indeterminate" ? (
            <Minus className="size-3" strokeWidth={3} aria-hidden="true" />
          ) : (
            <Check className="size-3" strokeWidth={3} aria-hidden="true" />
          )}
        </CheckboxParts.Indicator>
      </CheckboxParts.Root>
      {!hideLabel && (
        <div>
          <label htmlFor={id}>{label}</label>
          {hint && (
            <div id={`${id}-hint`} className="text-meta text-text-3">
              {hint}
            </div>
          )}
        </div>
      )}
    </div>
  );
}

/** On or off, at once. The label stands before it. */
export function Switch({
  checked,
  onChange,
  label,
  hint,
  disabled = false,
  hideLabel = false,
}: {
  checked: boolean;
  onChange: (checked: boolean) => void;
  label: string;
  hint?: ReactNode;
  disabled?: boolean;
  hideLabel?: boolean;
}) {
  const id = useId();
  return (
    <div className="flex items-start justify-between gap-4">
      {!hideLabel && (
        <div>
          <label htmlFor={id} className="font-medium">
            {label}
          </label>
          {hint && (
            <div id={`${id}-hint`} className="text-meta text-text-3">
              {hint}
            </div>
          )}
        </div>
      )}
      <SwitchParts.Root
        id={id}
        checked={checked}
        disabled={disabled}
        onCheckedChange={onChange}
        aria-label={hideLabel ? label : undefined}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="relative h-6 w-10 shrink-0 rounded-full border border-control bg-surface-2 transition-colors disabled:opacity-50 data-[state=checked]:border-brand data-[state=checked]:bg-brand"
      >
        <SwitchParts.Thumb className="block size-4 translate-x-1 rounded-full bg-control transition-transform duration-150 data-[state=checked]:translate-x-5 data-[state=checked]:bg-on-brand rtl:-translate-x-1 rtl:data-[state=checked]:-translate-x-5" />
      </SwitchParts.Root>
    </div>
  );
}

/** One of a few, all in sight. `cards` draws a border around each. */
export function RadioGroup<V extends string>({
  value,
  onChange,
  options,
  label,
  cards = false,
  className,
}: {
  value: V | undefined;
  onChange: (value: V) => void;
  options: readonly { value: V; label: string; hint?: ReactNode; disabled?: boolean }[];
  label: string;
  cards?: boolean;
  className?: string;
}) {
  const id = useId();
  return (
    <RadioParts.Root
      value={value ?? null}
      onValueChange={(next) => onChange(next as V)}
      aria-label={label}
      className={cx("flex flex-col gap-2", className)}
    >
      {options.map((option) => (
        <label
          key={option.value}
          className={cx(
            "flex items-start gap-2.5",
            cards &&
              "rounded-card border p-3 hover:bg-surface-1 has-data-[state=checked]:border-brand has-data-[state=checked]:bg-brand-soft",
          )}
        >
          <RadioParts.Item
            value={option.value}
            disabled={option.disabled ?? false}
            aria-labelledby={`${id}-${option.value}`}
            className="mt-0.5 grid size-4 shrink-0 place-items-center rounded-full border border-control bg-bg disabled:opacity-50 data-[state=checked]:border-brand"
          >
            <RadioParts.Indicator className="size-2 rounded-full bg-brand" />
          </RadioParts.Item>
          <span>
            <span id={`${id}-${option.value}`} className={cx(cards && "font-medium")}>
              {option.label}
            </span>
            {option.hint && <span className="block text-meta text-text-3">{option.hint}</span>}
          </span>
        </label>
      ))}
    </RadioParts.Root>
  );
}
