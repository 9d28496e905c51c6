import { Check, ChevronDown } from "lucide-react";
import { Select as Parts } from "radix-ui";
import { cx } from "./cx.js";
import { useField } from "./Field.js";
import { controlLook } from "./Input.js";

export interface Option<V extends string = string> {
  value: V;
  label: string;
  disabled?: boolean;
}

/** One of a few. Inside a Field, or with `label`. For long lists use Combobox. */
export function Select<V extends string>({
  value,
  onChange,
  options,
  placeholder,
  label,
  disabled = false,
  className,
}: {
  value: V | undefined;
  onChange: (value: V) => void;
  options: readonly Option<V>[];
  placeholder?: string;
  label?: string;
  disabled?: boolean;
  className?: string;
}) {
  return (
    <Parts.Root value={value ?? ""} onValueChange={(next) => onChange(next as V)} disabled={disabled}>
      <Parts.Trigger
        {...useField()}
        {...(label === undefined ? {} : { "aria-label": label })}
        className={cx(
          controlLook,
          "flex h-9 items-center justify-between gap-2 text-start data-placeholder:text-text-3",
          className,
        )}
      >
        <span className="truncate">
          <Parts.Value placeholder={placeholder} />
        </span>
        <ChevronDown className="size-4 shrink-0 text-text-3" aria-hidden="true" />
      </Parts.Trigger>
      <Parts.Portal>
        <Parts.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) animate-pop overflow-hidden rounded-card border bg-bg p-1 shadow-pop"
        >
          <Parts.Viewport>
            {options.map((option) => (
              <Parts.Item
                key={option.value}
                value={option.value}
                disabled={option.disabled ?? false}
                className="flex min-h-8 cursor-default items-center justify-between gap-4 rounded-control px-2 outline-none data-disabled:opacity-50 data-highlighted:bg-surface-2"
              >
                <Parts.ItemText>{option.label}</Parts.ItemText>
                <Parts.ItemIndicator>
                  <Check className="size-4 text-brand" aria-hidden="true" />
                </Parts.ItemIndicator>
              </Parts.Item>
            ))}
          </Parts.Viewport>
        </Parts.Content>
      </Parts.Portal>
    </Parts.Root>
  );
}
