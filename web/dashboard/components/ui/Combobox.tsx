import { Check, ChevronDown } from "lucide-react";
import { Command } from "cmdk";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "./cx.js";
import { useField } from "./Field.js";
import { controlLook } from "./Input.js";
import { Popover } from "./Popover.js";

export interface ComboOption {
  value: string;
  label: string;
  hint?: string;
  icon?: ReactNode;
}

/** A searchable list in a popover. `multiple`: stays open, and ticks what is chosen. */
export function Combobox({
  value,
  onChange,
  options,
  label,
  placeholder,
  multiple = false,
  trigger,
}: {
  value: readonly string[];
  onChange: (value: string[]) => void;
  options: readonly ComboOption[];
  label: string;
  placeholder?: string;
  multiple?: boolean;
  /** A button to open it, instead of one that looks like a field. */
  trigger?: ReactNode;
}) {
  const { t } = useTranslation("common");
  const [open, setOpen] = useState(false);
  const field = useField();
  const chosen = options.filter((option) => value.includes(option.value));
  const choose = (option: ComboOption) => {
    if (!multiple) {
      onChange([option.value]);
      setOpen(false);
    } else if (value.includes(option.value)) onChange(value.filter((one) => one !== option.value));
    else onChange([...value, option.value]);
  };
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label={label}
      className="w-72 p-0"
      trigger={
        trigger ?? (
          <button
            type="button"
            {...field}
            aria-label={field.id ? undefined : label}
            className={cx(controlLook, "flex h-9 items-center justify-between gap-2 text-start")}
          >
            <span className={cx("truncate", chosen.length === 0 && "text-text-3")}>
              {chosen.map((option) => option.label).join(", ") || placeholder}
            </span>
            <ChevronDown className="size-4 shrink-0 text-text-3" aria-hidden="true" />
          </button>
        )
      }
    >
      <Command label={label} loop>
        <Command.Input
          placeholder={t("action.search")}
          className="h-10 w-full border-b bg-transparent px-3 outline-none"
        />
        <Command.List className="max-h-72 overflow-y-auto p-1">
          <Command.Empty className="px-3 py-4 text-center text-text-3">{t("state.noMatches")}</Command.Empty>
          {options.map((option) => (
            <Command.Item
              key={option.value}
              value={`${option.label} ${option.value}`}
              onSelect={() => choose(option)}
              className="flex min-h-8 items-center gap-2.5 rounded-control px-2 data-[selected=true]:bg-surface-2"
            >
              {option.icon}
              <span className="min-w-0 flex-1 truncate">
                {option.label}
                {option.hint && <span className="ms-2 text-meta text-text-3">{option.hint}</span>}
              </span>
              {value.includes(option.value) && <Check className="size-4 text-brand" aria-label={t("state.chosen")} />}
            </Command.Item>
          ))}
        </Command.List>
      </Command>
    </Popover>
  );
}
