import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps, ReactNode } from "react";
import { cx } from "./cx.js";
import { Spinner } from "./Spinner.js";
import { Tooltip } from "./Tooltip.js";

const look = cva(
  "relative inline-flex shrink-0 items-center justify-center gap-2 rounded-control font-medium whitespace-nowrap select-none transition-colors duration-150 disabled:cursor-not-allowed disabled:opacity-50 [&_svg]:shrink-0",
  {
    variants: {
      variant: {
        primary: "bg-brand text-on-brand hover:bg-[color-mix(in_oklab,var(--brand),var(--text)_14%)]",
        secondary: "border border-control bg-bg text-text hover:bg-surface-2",
        ghost: "text-text-2 hover:bg-surface-2 hover:text-text",
        danger: "bg-danger text-on-danger hover:bg-[color-mix(in_oklab,var(--danger),var(--text)_14%)]",
      },
      size: {
        sm: "h-7 px-2.5 text-meta [&_svg]:size-3.5",
        md: "h-9 px-3.5 text-ui [&_svg]:size-4",
        lg: "h-11 px-5 text-message [&_svg]:size-4.5",
      },
    },
    defaultVariants: { variant: "secondary", size: "md" },
  },
);

/** Class names of a button, for a link that looks like one. */
export const buttonLook = look;

export interface ButtonProps extends ComponentProps<"button">, VariantProps<typeof look> {
  /** Something is under way: a spinner covers the label and presses are ignored. */
  busy?: boolean | undefined;
}

/** A button. `type` is "button" unless said otherwise, so that it never sends a form by accident. */
export function Button({ variant, size, busy, className, children, type = "button", onClick, ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      className={cx(look({ variant, size }), className)}
      aria-busy={busy ?? undefined}
      aria-disabled={busy ?? undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
      {...rest}
    >
      <span className={cx("contents", busy && "invisible [&>*]:invisible")}>{children}</span>
      {busy && <Spinner className="absolute" />}
    </button>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, "children" | "busy"> {
  /** What it does: its accessible name, and its tooltip. */
  label: string;
  icon: ReactNode;
  /** Keys shown in the tooltip, such as "E". */
  keys?: string | undefined;
}

/** A square button with an icon only. */
export function IconButton({
  label,
  icon,
  keys,
  variant = "ghost",
  size = "md",
  className,
  type = "button",
  ...rest
}: IconButtonProps) {
  const square = size === "sm" ? "w-7 px-0" : size === "lg" ? "w-11 px-0" : "w-9 px-0";
  return (
    <Tooltip label={label} keys={keys}>
      <button type={type} aria-label={label} className={cx(look({ variant, size }), square, className)} {...rest}>
        {icon}
      </button>
    </Tooltip>
  );
}
