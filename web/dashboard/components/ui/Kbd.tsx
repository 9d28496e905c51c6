import { cx } from "./cx.js";

/** Keys as caps, such as "G I" or "⌘ K". */
export function Kbd({ keys, inverse }: { keys: string; inverse?: boolean }) {
  return (
    <span className="inline-flex gap-0.5" dir="ltr">
      {keys.split(" ").map((key, index) => (
        <kbd
          key={index}
          className={cx(
            "inline-flex h-4.5 min-w-4.5 items-center justify-center rounded border px-1 font-sans text-[11px] leading-none",
            inverse ? "border-text-3 text-bg" : "border-hairline bg-surface-1 text-text-2",
          )}
        >
          {key}
        </kbd>
      ))}
    </span>
  );
}
