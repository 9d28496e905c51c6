import { ChannelGlyph } from "./ChannelGlyph.js";
import { cx } from "./cx.js";

/** Up to two letters of a name; a sign for one that has none. */
export function initialsOf(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? [];
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return (
    letters
      .map((word) => Array.from(word ?? "")[0] ?? "")
      .join("")
      .toLocaleUpperCase() || "·"
  );
}

function hueOf(seed: string): number {
  let hash = 2166136261;
  for (const letter of seed) hash = Math.imul(hash ^ letter.codePointAt(0)!, 16777619);
  return (hash >>> 0) % 360;
}

/** A person or account: picture, or initials on a calm colour that stays the same for the same `seed`. Decorative. */
export function Avatar({
  name,
  seed,
  src,
  size = 36,
  channel,
  className,
}: {
  name: string;
  seed?: string;
  src?: string | undefined;
  size?: number;
  /** Kind of a channel, shown small in the corner. */
  channel?: string | undefined;
  className?: string;
}) {
  const hue = hueOf(seed ?? name);
  return (
    <span
      className={cx("relative inline-block shrink-0", className)}
      style={{ width: size, height: size }}
      aria-hidden="true"
    >
      {src ? (
        <img src={src} alt="" className="size-full rounded-full object-cover" />
      ) : (
        <span
          className="grid size-full place-items-center rounded-full font-semibold"
          style={{
            fontSize: Math.round(size * 0.36),
            background: `light-dark(oklch(0.92 0.04 ${hue}), oklch(0.36 0.05 ${hue}))`,
            color: `light-dark(oklch(0.38 0.08 ${hue}), oklch(0.9 0.05 ${hue}))`,
          }}
        >
          {initialsOf(name)}
        </span>
      )}
      {channel && (
        <span className="absolute -end-1 -bottom-1 grid size-4.5 place-items-center rounded-full border border-bg bg-bg text-text-2">
          <ChannelGlyph kind={channel} size={12} />
        </span>
      )}
    </span>
  );
}
