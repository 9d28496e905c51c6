import { createContext, useContext, useId, type ReactNode } from "react";
import { cx } from "./cx.js";

interface FieldIds {
  id: string;
  describedBy: string | undefined;
  invalid: boolean;
  required: boolean;
}
const Ids = createContext<FieldIds | undefined>(undefined);

/** What a control takes from the Field around it. Controls of this folder do it themselves. */
export function useField(): {
  id?: string;
  "aria-describedby"?: string;
  "aria-invalid"?: true;
  "aria-required"?: true;
} {
  const field = useContext(Ids);
  if (!field) return {};
  return {
    id: field.id,
    ...(field.describedBy === undefined ? {} : { "aria-describedby": field.describedBy }),
    ...(field.invalid ? { "aria-invalid": true as const } : {}),
    ...(field.required ? { "aria-required": true as const } : {}),
  };
}

/** A control with its label, hint and error, tied to it for screen readers. */
export function Field({
  label,
  hint,
  error,
  required = false,
  aside,
  className,
  children,
}: {
  label: string;
  hint?: ReactNode;
  /** A sentence that says what to change. */
  error?: string | undefined;
  required?: boolean;
  /** Beside the label, such as a link. */
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
}) {
  const id = useId();
  const describedBy = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ") || undefined;
  return (
    <Ids value={{ id, describedBy, invalid: error !== undefined, required }}>
      <div className={cx("flex flex-col gap-1.5", className)}>
        <div className="flex items-baseline justify-between gap-3">
          <label htmlFor={id} className="font-medium">
            {label}
          </label>
          {aside}
        </div>
        {children}
        {hint && (
          <div id={`${id}-hint`} className="text-meta text-text-3">
            {hint}
          </div>
        )}
        {error && (
          <p id={`${id}-error`} role="alert" className="text-meta text-danger">
            {error}
          </p>
        )}
      </div>
    </Ids>
  );
}
