/** Words of the languages for what can be said of a time. Kept by meaning; compared without accents and case. */
const words = {
  tomorrow: ["tomorrow", "tmr", "tom", "manana", "morgen", "amanha", "demain", "غدا"],
  today: ["today", "hoy", "heute", "hoje", "aujourd'hui", "اليوم"],
  tonight: ["tonight", "esta noche", "heute abend", "hoje a noite", "ce soir", "الليلة"],
  nextWeek: [
    "next week",
    "proxima semana",
    "la proxima semana",
    "la semana que viene",
    "nachste woche",
    "semana que vem",
    "semaine prochaine",
    "la semaine prochaine",
    "الأسبوع القادم",
    "الاسبوع القادم",
  ],
  nextMonth: ["next month", "proximo mes", "nachsten monat", "proximo mes", "mois prochain", "الشهر القادم"],
  minute: ["m", "min", "mins", "minute", "minutes", "minuto", "minutos", "minuten", "دقيقة", "دقائق"],
  hour: [
    "h",
    "hr",
    "hrs",
    "hour",
    "hours",
    "hora",
    "horas",
    "std",
    "stunde",
    "stunden",
    "heure",
    "heures",
    "ساعة",
    "ساعات",
  ],
  day: ["d", "day", "days", "dia", "dias", "tag", "tage", "tagen", "jour", "jours", "t", "يوم", "أيام", "ايام"],
  week: ["w", "week", "weeks", "semana", "semanas", "woche", "wochen", "semaine", "semaines", "أسبوع", "أسابيع"],
  morning: ["morning", "manana", "morgens", "fruh", "manha", "matin", "صباحا"],
  noon: ["noon", "mediodia", "mittag", "meio-dia", "midi", "ظهرا"],
  evening: ["evening", "tarde", "abend", "abends", "noite", "soir", "مساء"],
} as const;

const plain = (text: string) =>
  text
    .toLocaleLowerCase()
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/\s+/g, " ")
    .trim();
const known = Object.fromEntries(
  Object.entries(words).map(([meaning, list]) => [meaning, new Set(list.map(plain))]),
) as unknown as Record<keyof typeof words, ReadonlySet<string>>;

/** Weekdays of the languages we speak, from 0 for Sunday; short forms from two letters on. */
function weekday(text: string): number | undefined {
  if (text.length < 2) return undefined;
  for (const language of ["en", "es", "de", "pt-BR", "fr", "ar"]) {
    for (let day = 0; day < 7; day += 1) {
      // 4 January 1970 was a Sunday.
      const name = plain(
        new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" }).format(
          new Date(Date.UTC(1970, 0, 4 + day)),
        ),
      );
      if (name.startsWith(text.replace(/\.$/, ""))) return day;
    }
  }
  return undefined;
}

const clockPattern = /^(?:at |a las |um |as |a |à )?(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.|h|uhr)?$/;

/** A time of day, in minutes. */
function clock(text: string): number | undefined {
  if (known.morning.has(text)) return 9 * 60;
  if (known.noon.has(text)) return 12 * 60;
  if (known.evening.has(text)) return 18 * 60;
  const found = clockPattern.exec(text);
  if (!found) return undefined;
  let hours = Number(found[1]);
  const minutes = Number(found[2] ?? 0);
  const half = found[3]?.[0];
  if (half === "p" && hours < 12) hours += 12;
  if (half === "a" && hours === 12) hours = 0;
  return hours > 23 || minutes > 59 ? undefined : hours * 60 + minutes;
}

const dayAt = (now: Date, days: number, minutes: number) =>
  new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, Math.floor(minutes / 60), minutes % 60);
const morning = 9 * 60;

function span(text: string, now: Date): Date | undefined {
  const found = /^(?:in |en |em |dans |بعد |خلال )?(\d{1,4}(?:[.,]\d)?) ?([\p{L}]+)\.?$/u.exec(text);
  if (!found) return undefined;
  const amount = Number(found[1]!.replace(",", "."));
  const unit = found[2]!;
  if (known.minute.has(unit)) return new Date(now.getTime() + amount * 60_000);
  if (known.hour.has(unit)) return new Date(now.getTime() + amount * 3_600_000);
  if (known.day.has(unit)) return dayAt(now, amount, morning);
  if (known.week.has(unit)) return dayAt(now, amount * 7, morning);
  return undefined;
}

/** Which day is meant, counted from today. */
function dayOf(text: string, now: Date): number | undefined {
  if (known.today.has(text)) return 0;
  if (known.tomorrow.has(text)) return 1;
  if (known.nextWeek.has(text)) return (8 - now.getDay()) % 7 || 7;
  if (known.nextMonth.has(text)) {
    const first = new Date(now.getFullYear(), now.getMonth() + 1, 1);
    return Math.round((first.getTime() - dayAt(now, 0, 0).getTime()) / 86_400_000);
  }
  const named = weekday(text.replace(/^(next|on|proximo|el|am|nachsten|na|le) /, ""));
  if (named !== undefined) return (named - now.getDay() + 7) % 7 || 7;
  const date = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!date) return undefined;
  const day = new Date(Number(date[1]), Number(date[2]) - 1, Number(date[3]));
  return Math.round((day.getTime() - dayAt(now, 0, 0).getTime()) / 86_400_000);
}

/** What somebody means by "tomorrow 9", "mon", "in 2h" or "next week", or undefined. Never in the past. */
export function parseWhen(input: string, now: Date): Date | undefined {
  const text = plain(input);
  if (text === "") return undefined;
  const future = (date: Date | undefined) => (date && date > now && !Number.isNaN(date.getTime()) ? date : undefined);
  const passed = span(text, now);
  if (passed) return future(passed);
  if (known.tonight.has(text)) return future(dayAt(now, 0, 20 * 60));
  const whole = dayOf(text, now);
  if (whole !== undefined) return future(dayAt(now, whole, morning));
  // Every cut between the day and the time of day is tried, so that either may be of several words.
  const parts = text.replace(/,/g, " ").replace(/\s+/g, " ").split(" ");
  for (let cut = parts.length - 1; cut > 0; cut -= 1) {
    const day = dayOf(parts.slice(0, cut).join(" "), now);
    const minutes = clock(parts.slice(cut).join(" "));
    if (day !== undefined && minutes !== undefined) return future(dayAt(now, day, minutes));
  }
  const minutes = clock(text);
  if (minutes === undefined) return undefined;
  const today = dayAt(now, 0, minutes);
  return today > now ? today : dayAt(now, 1, minutes);
}

export type PresetName = "hours" | "evening" | "tomorrow" | "monday" | "month";

/** Times that are offered without typing. */
export function presets(now: Date): { name: PresetName; at: Date }[] {
  const evening = dayAt(now, 0, 18 * 60);
  return [
    { name: "hours", at: new Date(Math.ceil((now.getTime() + 3 * 3_600_000) / 300_000) * 300_000) },
    ...(evening.getTime() - now.getTime() > 3_600_000 ? [{ name: "evening" as const, at: evening }] : []),
    { name: "tomorrow", at: dayAt(now, 1, morning) },
    { name: "monday", at: dayAt(now, (8 - now.getDay()) % 7 || 7, morning) },
    { name: "month", at: dayAt(now, 30, morning) },
  ];
}
