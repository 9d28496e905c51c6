/** Making a formatter costs a hundred times what using it does, and lists use the same few for every row. */
function kept<Options, Format>(Kind: new (language: string, options?: Options) => Format) {
  const made = new Map<string, Format>();
  return (language: string, options?: Options): Format => {
    const key = `${language} ${JSON.stringify(options ?? null)}`;
    const known = made.get(key);
    if (known) return known;
    const format = new Kind(language, options);
    made.set(key, format);
    return format;
  };
}

const dateFormat = kept<Intl.DateTimeFormatOptions, Intl.DateTimeFormat>(Intl.DateTimeFormat);
const numberFormat = kept<Intl.NumberFormatOptions, Intl.NumberFormat>(Intl.NumberFormat);
const relativeFormat = kept<Intl.RelativeTimeFormatOptions, Intl.RelativeTimeFormat>(Intl.RelativeTimeFormat);

const formats: Record<"time" | "date" | "full", Intl.DateTimeFormatOptions> = {
  time: { hour: "numeric", minute: "2-digit" },
  date: { day: "numeric", month: "short", year: "numeric" },
  full: { dateStyle: "full", timeStyle: "medium" },
};

/** "short" is what a list shows: the time of today, the weekday of this week, else the date. */
export function formatInstant(
  date: Date,
  as: "time" | "date" | "full" | "short",
  language: string,
  now: number,
): string {
  if (as !== "short") return dateFormat(language, formats[as]).format(date);
  const days = (now - date.getTime()) / 86_400_000;
  const today = date.toDateString() === new Date(now).toDateString();
  const sameYear = date.getFullYear() === new Date(now).getFullYear();
  if (today) return dateFormat(language, formats.time).format(date);
  if (days > 0 && days < 6) return dateFormat(language, { weekday: "short" }).format(date);
  return dateFormat(language, {
    day: "numeric",
    month: "short",
    ...(sameYear ? {} : { year: "2-digit" }),
  }).format(date);
}

const units: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "5 min ago", "in 2 days". */
export function formatRelative(date: Date, now: number, language: string): string {
  const seconds = (date.getTime() - now) / 1_000;
  const format = relativeFormat(language, { numeric: "auto", style: "short" });
  const unit = units.find(([, size]) => Math.abs(seconds) >= size);
  return unit ? format.format(Math.round(seconds / unit[1]), unit[0]) : format.format(0, "second");
}

const lengths = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
  ["millisecond", 1],
] as const;

/** How long something took, in the largest unit of which there are at least two: "350 ms", "86 min". */
export function formatDuration(ms: number, language: string): string {
  const [unit, size] = lengths.find(([, length]) => ms >= 2 * length) ?? lengths.at(-1)!;
  return formatNumber(Math.round(ms / size), language, { style: "unit", unit, unitDisplay: "short" });
}

/** A number as the language writes it. */
export const formatNumber = (value: number, language: string, options?: Intl.NumberFormatOptions): string =>
  numberFormat(language, options).format(value);

/** A size of a file. */
export function formatBytes(bytes: number, language: string): string {
  const steps = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const step = Math.min(steps.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return formatNumber(bytes / 1000 ** step, language, {
    style: "unit",
    unit: steps[step]!,
    unitDisplay: step === 0 ? "long" : "short",
    maximumFractionDigits: step > 1 ? 1 : 0,
  });
}
